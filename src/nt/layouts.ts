/**
 * Structure layouts by Windows build and architecture.
 *
 * The numbers are in `layout_table.ts`, generated from data; this file finds the right row and gives names
 * to its columns. Builds that are not in the table (Insider builds, newer ones) get the nearest older one,
 * because structures change rarely and only forward.
 *
 * @module
 */
import type { PointerSize } from "../memory.ts";
import { BUILDS, STRUCTURE_VARIANTS } from "./layout_table.ts";

/** Processor architectures that have layouts. */
export type Architecture = "x86" | "x64";

/** A field as the table has it: offset and size in bytes; bit fields add their first bit and width. */
export type FieldTuple =
  | readonly [offset: number, size: number]
  | readonly [offset: number, size: number, bit: number, bits: number];

/** A structure as the table has it; a size of 0 is unknown. */
export interface StructureVariant {
  /** Size in bytes, 0 where no source tells it. */
  readonly size: number;
  /** Fields by their NT name. */
  readonly fields: Readonly<Record<string, FieldTuple>>;
}

/** A build as the table has it. */
export interface BuildRow {
  /** Name for people, such as `Windows 7 SP1`. */
  readonly version: string;
  /** Version of the kernel file: major.minor.build.revision. */
  readonly build: string;
  /** Processor architecture. */
  readonly architecture: Architecture;
  /** Which variant of each structure the build has. */
  readonly variants: Readonly<Record<string, number>>;
}

/** Where one field stands. */
export interface FieldLayout {
  /** Byte offset from the start of the structure. */
  readonly offset: number;
  /** Size in bytes. */
  readonly size: number;
  /** First bit and width, of a bit field. */
  readonly bits?: { readonly first: number; readonly count: number };
}

/** Where the fields of one structure stand. */
export interface StructureLayout {
  /** NT name without the underscore, such as `HANDLE_TABLE`. */
  readonly name: string;
  /** Size in bytes, 0 where no source tells it. */
  readonly size: number;
  /** Fields by their NT name. */
  readonly fields: ReadonlyMap<string, FieldLayout>;
}

/** The layouts of one Windows build. */
export interface WindowsLayouts {
  /** Name of the build that the layouts are of. */
  readonly version: string;
  /** Build number, such as 2600 or 19041. */
  readonly buildNumber: number;
  /** Last part of the kernel's file version; 0 where the table has none. */
  readonly revision: number;
  /** Processor architecture. */
  readonly architecture: Architecture;
  /** Width of a pointer in these structures. */
  readonly pointerSize: PointerSize;
  /** Structures by name. */
  readonly structures: ReadonlyMap<string, StructureLayout>;
}

/** What tells builds of one number apart: updates have changed structures within a build. */
export interface BuildHints {
  /** `SizeEProcess` of KDDEBUGGER_DATA64. */
  readonly eprocessSize?: number;
  /** Revision, such as the second number of `NtBuildLab`. */
  readonly revision?: number;
}

/** A layout is not known. */
export class LayoutError extends TypeError {
  /** Creates the error with its sentence. */
  constructor(message: string) {
    super(message);
    this.name = "LayoutError";
  }
}

/**
 * Finds the layouts of a build: the row of that number whose EPROCESS has the hinted size, else the newest
 * revision that is not newer than the hinted one, else the first. An unknown number gets the nearest older
 * build of the architecture.
 */
export function findLayouts(
  buildNumber: number,
  architecture: Architecture,
  hints: BuildHints = {},
): WindowsLayouts {
  const older = BUILDS.filter((row) =>
    row.architecture === architecture && numbersOf(row).buildNumber <= buildNumber
  );
  const nearest = Math.max(...older.map((row) => numbersOf(row).buildNumber));
  const candidates = older.filter((row) => numbersOf(row).buildNumber === nearest);
  const [first] = candidates;
  if (first === undefined) {
    throw new LayoutError(
      `Cannot find structure layouts for Windows build ${buildNumber} ${architecture}: ` +
        `the table begins with ${architecture === "x86" ? "Windows XP SP2" : "Server 2003 SP1"}`,
    );
  }
  const sized = candidates.filter((row) => variantOf(row, "EPROCESS")?.size === hints.eprocessSize);
  const choice = sized.length > 0 ? sized : candidates;
  const { revision } = hints;
  const notNewer = revision === undefined
    ? []
    : choice.filter((row) => numbersOf(row).revision <= revision);
  return layoutsOf(notNewer.at(-1) ?? choice[0] ?? first);
}

/** Every build in the table. */
export function allLayouts(): WindowsLayouts[] {
  return BUILDS.map(layoutsOf);
}

/**
 * Layouts for user-mode structures (PEB, loader lists), which have had the same places in every build of an
 * architecture: of the newest build in the table.
 */
export function userLayouts(architecture: Architecture): WindowsLayouts {
  return findLayouts(Infinity, architecture);
}

/** The layout of a structure, or a {@linkcode LayoutError} where the build's source has none. */
export function structureLayout(layouts: WindowsLayouts, name: string): StructureLayout {
  const layout = layouts.structures.get(name);
  if (layout === undefined) {
    throw new LayoutError(
      `Cannot read ${name}: its layout on ${layouts.version} ${layouts.architecture} is not known`,
    );
  }
  return layout;
}

/** The layout of a field, or a {@linkcode LayoutError} where the structure has none of that name. */
export function fieldLayout(layout: StructureLayout, name: string): FieldLayout {
  const field = layout.fields.get(name);
  if (field === undefined) {
    throw new LayoutError(`Cannot read ${layout.name}.${name}: this build has no such field`);
  }
  return field;
}

function numbersOf(row: BuildRow): { buildNumber: number; revision: number } {
  const [, , buildNumber = "0", revision = "0"] = row.build.split(".");
  return { buildNumber: Number(buildNumber), revision: Number(revision) };
}

function variantOf(row: BuildRow, name: string): StructureVariant | undefined {
  const index = row.variants[name];
  return index === undefined ? undefined : STRUCTURE_VARIANTS[name]?.[index];
}

function layoutsOf(row: BuildRow): WindowsLayouts {
  const structures = new Map<string, StructureLayout>();
  for (const name of Object.keys(row.variants)) {
    const variant = variantOf(row, name);
    if (variant !== undefined) structures.set(name, structureOf(name, variant));
  }
  return {
    version: row.version,
    ...numbersOf(row),
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
