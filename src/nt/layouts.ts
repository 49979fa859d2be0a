/**
 * Structure layouts by Windows build and architecture.
 *
 * The numbers are in `layout_table.ts`, which is generated; this file finds the right row and names its columns. Builds
 * that are not in the table (Insider builds, newer ones) get the nearest older one, because structures change rarely
 * and only forward.
 *
 * @module
 */
import { TargetError } from "../error.ts";
import type { PointerSize } from "../memory.ts";
import { BUILDS, STRUCTURE_VARIANTS } from "./layout_table.ts";

/** Processor architectures that have layouts. */
export type Architecture = "x86" | "x64";

/** A field as the table has it: offset and size in bytes; bit fields add their first bit and width. */
export type FieldTuple =
  | readonly [offset: number, size: number]
  | readonly [offset: number, size: number, bit: number, bits: number];

/** A structure as the table has it. */
export interface StructureVariant {
  /** Size in bytes, 0 if no source states it. */
  readonly size: number;
  /** Fields by their NT name. */
  readonly fields: Readonly<Record<string, FieldTuple>>;
}

/** A build as the table has it. */
export interface BuildRow {
  /** Readable name, such as `Windows 7 SP1`. */
  readonly version: string;
  /** Version of the kernel file: major.minor.build.revision. */
  readonly build: string;
  /** Processor architecture. */
  readonly architecture: Architecture;
  /** Which variant of each structure the build has. */
  readonly variants: Readonly<Record<string, number>>;
}

/** Where one field is. */
export interface FieldLayout {
  /** Byte offset from the start of the structure. */
  readonly offset: number;
  /** Size in bytes. */
  readonly size: number;
  /** First bit and width, of a bit field. */
  readonly bits?: { readonly first: number; readonly count: number };
}

/** Where the fields of one structure are. */
export interface StructureLayout {
  /** NT name without the underscore, such as `HANDLE_TABLE`. */
  readonly name: string;
  /** Size in bytes, 0 if no source states it. */
  readonly size: number;
  /** Fields by their NT name. */
  readonly fields: ReadonlyMap<string, FieldLayout>;
}

/** The layouts of one Windows build. */
export interface WindowsLayouts {
  /** Name of the build to which the layouts belong. */
  readonly version: string;
  /** Build number, such as 2600 or 19041. */
  readonly buildNumber: number;
  /** Processor architecture. */
  readonly architecture: Architecture;
  /** Width of a pointer in these structures. */
  readonly pointerSize: PointerSize;
  /** Structures by name. */
  readonly structures: ReadonlyMap<string, StructureLayout>;
}

/** A layout is unknown. */
export class LayoutError extends TargetError {}

/**
 * Finds the layouts of a build; an unknown number gets the nearest older build of the architecture.
 *
 * Of a build's updates it is the newest. The fields that are read here are at the same offsets in all of them, except
 * in Server 2003 on x86, whose service packs moved the fields of EPROCESS; its first release is hardly seen any more.
 */
export function findLayouts(buildNumber: number, architecture: Architecture): WindowsLayouts {
  const row = BUILDS.findLast((candidate) =>
    candidate.architecture === architecture && buildNumberOf(candidate) <= buildNumber
  );
  if (row === undefined) {
    throw new LayoutError(
      `Cannot find structure layouts for Windows build ${buildNumber} ${architecture}: ` +
        `the table begins with ${architecture === "x86" ? "Windows XP SP2" : "Server 2003 SP1"}`,
    );
  }
  return layoutsOf(row);
}

/**
 * The layouts that a kernel of this build may have, likeliest first: those of the build's updates, which may differ,
 * newest first; then those of the nearest older and newer builds. If memory is available, its contents decide.
 */
export function candidateLayouts(
  buildNumber: number,
  architecture: Architecture,
): WindowsLayouts[] {
  const rows = BUILDS.filter((row) => row.architecture === architecture);
  const own = rows.filter((row) => buildNumberOf(row) === buildNumber).reverse();
  const older = rows.findLast((row) => buildNumberOf(row) < buildNumber);
  const newer = rows.find((row) => buildNumberOf(row) > buildNumber);
  return [...own, older, newer].filter((row) => row !== undefined).map(layoutsOf);
}

/** Every build in the table, oldest first. */
export function allLayouts(): WindowsLayouts[] {
  return BUILDS.map(layoutsOf);
}

/**
 * Layouts for user-mode structures (PEB, loader lists), which have had the same offsets in every build of an
 * architecture: those of the newest build in the table.
 */
export function userLayouts(architecture: Architecture): WindowsLayouts {
  return findLayouts(Infinity, architecture);
}

/** The layout of a structure. Throws a {@linkcode LayoutError} if the build's source has none. */
export function structureLayout(layouts: WindowsLayouts, name: string): StructureLayout {
  const layout = layouts.structures.get(name);
  if (layout === undefined) {
    throw new LayoutError(
      `Cannot read ${name}: its layout on ${layouts.version} ${layouts.architecture} is not known`,
    );
  }
  return layout;
}

/** The layout of a field. Throws a {@linkcode LayoutError} if the structure has none of that name. */
export function fieldLayout(layout: StructureLayout, name: string): FieldLayout {
  const field = layout.fields.get(name);
  if (field === undefined) {
    throw new LayoutError(`Cannot read ${layout.name}.${name}: this build has no such field`);
  }
  return field;
}

function buildNumberOf(row: BuildRow): number {
  return Number(row.build.split(".")[2]);
}

function layoutsOf(row: BuildRow): WindowsLayouts {
  const structures = new Map<string, StructureLayout>();
  for (const [name, index] of Object.entries(row.variants)) {
    const variant = STRUCTURE_VARIANTS[name]?.[index];
    if (variant !== undefined) structures.set(name, structureOf(name, variant));
  }
  return {
    version: row.version,
    buildNumber: buildNumberOf(row),
    architecture: row.architecture,
    pointerSize: row.architecture === "x86" ? 4 : 8,
    structures,
  };
}

function structureOf(name: string, variant: StructureVariant): StructureLayout {
  const fields = new Map<string, FieldLayout>();
  for (const [field, [offset, size, first, count]] of Object.entries(variant.fields)) {
    const isBitField = first !== undefined && count !== undefined;
    fields.set(field, isBitField ? { offset, size, bits: { first, count } } : { offset, size });
  }
  return { name, size: variant.size, fields };
}
