/**
 * Modules from the loader's lists: the kernel's PsLoadedModuleList and a process's PEB.
 *
 * Processes chain LDR_DATA_TABLE_ENTRY structures, the kernel KLDR_DATA_TABLE_ENTRY; the fields read from both are at
 * the same offsets in every build, except for the time stamp (reference handle-tracing, D.5; dump-formats, 2.6 and 4).
 *
 * @module
 */
import { type Memory, MemoryError, type PointerSize } from "../memory.ts";
import { type Module, moduleNameOf } from "../module.ts";
import { readImageIdentity } from "./image.ts";
import { type Architecture, fieldLayout, structureLayout, userLayouts } from "./layouts.ts";
import { walkList } from "./linked_list.ts";
import { firstOf } from "./_first_of.ts";
import {
  StructureReader,
  type StructureSpace,
  unicodeString,
  unsignedOf,
  whereReadable,
} from "./structure_reader.ts";

/** The result of walking a loader's list. */
export interface ModuleWalk {
  /** The modules, in load order. */
  readonly modules: readonly Module[];
  /** What is missing and why, each as a clause for messages. */
  readonly incomplete: readonly string[];
}

/** The PEBs of a process: its own and, on 64-bit Windows, that of its 32-bit half. */
export interface ProcessPebs {
  /** Address of the PEB. */
  readonly native: bigint;
  /** Address of the 32-bit PEB of a WOW64 process. */
  readonly wow64?: bigint;
}

/** KLDR_DATA_TABLE_ENTRY.TimeDateStamp of Windows 10 and 11; before that no field of the entry has it. */
const KERNEL_TIMESTAMP: Readonly<Record<PointerSize, bigint>> = { 4: 0x58n, 8: 0x9cn };
const FIRST_BUILD_WITH_TIMESTAMP = 10240;
/** Most modules to read from one list: twice as many as any process has been seen with. */
const MAX_MODULES = 8192;
/** No image is larger: a greater size is damaged. */
const MAX_IMAGE = 0x7fff_ffff;
/** Most missing identities to name one by one. */
const MAX_NAMED = 8;

/** Walks the kernel's modules. `listHead` is the address of PsLoadedModuleList. */
export function walkKernelModules(space: StructureSpace, listHead: bigint): ModuleWalk {
  const { buildNumber, pointerSize } = space.layouts;
  return walkModules(space, listHead, {
    list: "the list of kernel modules",
    timestampOf: ({ address }) =>
      buildNumber < FIRST_BUILD_WITH_TIMESTAMP
        ? undefined
        : numberAt(space.memory, address + KERNEL_TIMESTAMP[pointerSize]),
  });
}

/** The modules of both loaders of a process, as far as they can be read. */
export function processModules(memory: Memory, pebs: ProcessPebs): Module[] {
  return [...walkProcessModules(memory, pebs).modules];
}

/**
 * Walks the modules of both loaders of a process. A 32-bit process on 64-bit Windows has a second PEB with a
 * second loader list; its main image is in both and is returned once.
 */
export function walkProcessModules(memory: Memory, pebs: ProcessPebs): ModuleWalk {
  const architecture: Architecture = memory.pointerSize === 8 ? "x64" : "x86";
  const native = walkUserModules({ memory, layouts: userLayouts(architecture) }, pebs.native);
  if (pebs.wow64 === undefined) return native;
  const wow64 = walkUserModules({ memory, layouts: userLayouts("x86") }, pebs.wow64);
  const bases = new Set(native.modules.map((module) => module.base));
  return {
    modules: [...native.modules, ...wow64.modules.filter((module) => !bases.has(module.base))],
    incomplete: [...native.incomplete, ...wow64.incomplete],
  };
}

/** The modules of one PEB; none if it has no loader data yet, as in a process that is just starting. */
function walkUserModules(space: StructureSpace, peb: bigint): ModuleWalk {
  try {
    const loaderData = new StructureReader(space, "PEB", peb).pointer("Ldr");
    if (loaderData === 0n) return { modules: [], incomplete: [] };
    const lists = new StructureReader(space, "PEB_LDR_DATA", loaderData);
    return walkModules(space, lists.addressOf("InLoadOrderModuleList"), {
      list: "the list of its modules",
      timestampOf: (entry) => entry.number("TimeDateStamp"),
    });
  } catch (error) {
    if (!(error instanceof MemoryError)) throw error;
    return { modules: [], incomplete: [`its modules are missing: ${error.message}`] };
  }
}

/** The differences between the two kinds of lists. */
interface ListKind {
  /** The name of the list in messages about missing parts. */
  readonly list: string;
  /** The time stamp in the entry itself; used if the image's header is missing. */
  readonly timestampOf: (entry: StructureReader) => number | undefined;
}

function walkModules(space: StructureSpace, head: bigint, kind: ListKind): ModuleWalk {
  const links = fieldLayout(
    structureLayout(space.layouts, "LDR_DATA_TABLE_ENTRY"),
    "InLoadOrderLinks",
  );
  const { links: found, incomplete: end } = walkList(space, head);
  const incomplete = end === undefined ? [] : [`${kind.list} is not whole: ${end}`];
  const missing: string[] = [];
  const withoutIdentity: string[] = [];
  const modules: Module[] = [];
  if (found.length > MAX_MODULES) {
    incomplete.push(`${kind.list} is damaged: it has ${found.length} entries`);
  }
  for (const link of found.slice(0, MAX_MODULES)) {
    const address = link - BigInt(links.offset);
    const entry = new StructureReader(space, "LDR_DATA_TABLE_ENTRY", address);
    try {
      const module = moduleOf(space, entry, kind, withoutIdentity);
      if (module !== undefined) modules.push(module);
    } catch (error) {
      if (!(error instanceof MemoryError)) throw error;
      missing.push(`a module at 0x${address.toString(16)} is missing: ${error.message}`);
    }
  }
  return {
    modules,
    incomplete: [...incomplete, ...firstOf(missing, "modules"), ...identityGaps(withoutIdentity)],
  };
}

/** The module of one loader entry; undefined if the entry describes nothing. */
function moduleOf(
  space: StructureSpace,
  entry: StructureReader,
  kind: ListKind,
  withoutIdentity: string[],
): Module | undefined {
  const base = entry.pointer("DllBase");
  const claimed = entry.number("SizeOfImage");
  if (base === 0n || claimed === 0) return undefined;
  // A module that seems to fill memory would lend its name to the addresses of all others.
  const size = claimed > MAX_IMAGE ? 0 : claimed;
  const path = unicodeString(space, entry.inner("FullDllName", "UNICODE_STRING"));
  const file = unicodeString(space, entry.inner("BaseDllName", "UNICODE_STRING"));
  const identity = readImageIdentity(space.memory, base);
  const missing = identity === undefined ? missingHeader(space.memory, base) : identity.missing;
  if (missing !== undefined) {
    const reason = space.memory.explainMissing?.(missing) ?? "its pages are missing";
    withoutIdentity.push(`${file || path} (${reason})`);
  }
  const timestamp = identity?.timestamp ?? whereReadable(() => kind.timestampOf(entry));
  return {
    name: moduleNameOf(file || path),
    path: path || file,
    base,
    size,
    ...(timestamp !== undefined && { timestamp }),
    ...(identity?.pdb && { pdb: identity.pdb }),
  };
}

/** The base of an image whose first page is missing: it has a header, but that cannot be read. */
function missingHeader(memory: Memory, base: bigint): bigint | undefined {
  return memory.read(base, 1).length === 0 ? base : undefined;
}

function identityGaps(withoutIdentity: readonly string[]): string[] {
  if (withoutIdentity.length === 0) return [];
  const named = withoutIdentity.slice(0, MAX_NAMED).join(", ");
  const rest = withoutIdentity.length - MAX_NAMED;
  return [`no PDB identity was found for ${named}${rest > 0 ? ` and ${rest} more modules` : ""}`];
}

function numberAt(memory: Memory, address: bigint): number | undefined {
  const bytes = memory.read(address, 4);
  return bytes.length < 4 ? undefined : Number(unsignedOf(bytes));
}
