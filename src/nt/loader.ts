/**
 * Modules from the loader's lists: the kernel's PsLoadedModuleList and a process's PEB.
 *
 * Both chain LDR_DATA_TABLE_ENTRY structures, whose first fields are the same in kernel and user mode and in
 * every build (reference handle-tracing, D.5; dump-formats, 2.6).
 *
 * @module
 */
import type { Memory } from "../memory.ts";
import { type Module, moduleNameOf } from "../module.ts";
import { readImageIdentity } from "./image.ts";
import { type Architecture, fieldLayout, structureLayout, userLayouts } from "./layouts.ts";
import { listLinks } from "./linked_list.ts";
import {
  StructureReader,
  type StructureSpace,
  unicodeString,
  whereReadable,
} from "./structure_reader.ts";

/** The kernel's modules, in load order. `listHead` is the address of PsLoadedModuleList. */
export function kernelModules(space: StructureSpace, listHead: bigint): Module[] {
  return loadedModules(space, listHead);
}

/**
 * The modules of a process, in load order. Empty where the PEB has no loader data: a process that is just
 * starting, or one whose PEB is missing.
 */
function userModules(space: StructureSpace, peb: bigint): Module[] {
  const loaderData = whereReadable(() => new StructureReader(space, "PEB", peb).pointer("Ldr"));
  if (loaderData === undefined || loaderData === 0n) return [];
  const lists = new StructureReader(space, "PEB_LDR_DATA", loaderData);
  return loadedModules(space, lists.addressOf("InLoadOrderModuleList"));
}

/**
 * The modules of both loaders of a process. A 32-bit process on 64-bit Windows has a second PEB with a
 * second loader list; its main image stands in both and is given once.
 */
export function processModules(
  memory: Memory,
  pebs: { readonly native: bigint; readonly wow64?: bigint },
): Module[] {
  const architecture: Architecture = memory.pointerSize === 8 ? "x64" : "x86";
  const modules = userModules({ memory, layouts: userLayouts(architecture) }, pebs.native);
  if (pebs.wow64 === undefined) return modules;
  const bases = new Set(modules.map((module) => module.base));
  const wow64 = userModules({ memory, layouts: userLayouts("x86") }, pebs.wow64);
  return [...modules, ...wow64.filter((module) => !bases.has(module.base))];
}

function loadedModules(space: StructureSpace, head: bigint): Module[] {
  const links = fieldLayout(
    structureLayout(space.layouts, "LDR_DATA_TABLE_ENTRY"),
    "InLoadOrderLinks",
  );
  const modules: Module[] = [];
  for (const link of listLinks(space, head)) {
    const address = link - BigInt(links.offset);
    const entry = new StructureReader(space, "LDR_DATA_TABLE_ENTRY", address);
    const module = whereReadable(() => moduleOf(space, entry));
    if (module !== undefined) modules.push(module);
  }
  return modules;
}

/** The module of one loader entry; undefined where the entry describes nothing. */
function moduleOf(space: StructureSpace, entry: StructureReader): Module | undefined {
  const base = entry.pointer("DllBase");
  const size = entry.number("SizeOfImage");
  if (base === 0n || size === 0) return undefined;
  const path = unicodeString(space, entry.inner("FullDllName", "UNICODE_STRING"));
  const file = unicodeString(space, entry.inner("BaseDllName", "UNICODE_STRING"));
  const identity = readImageIdentity(space.memory, base);
  return {
    name: moduleNameOf(file || path),
    path: path || file,
    base,
    size,
    // The kernel fills the loader's time stamp only in some builds; the image's own is the original.
    timestamp: identity?.timestamp ?? entry.number("TimeDateStamp"),
    ...(identity?.pdb && { pdb: identity.pdb }),
  };
}
