/**
 * A loaded image.
 *
 * @module
 */
import { countUpTo } from "./count_up_to.ts";

/** Identity of the PDB that belongs to an image: the CodeView `RSDS` record of its debug directory. */
export interface PdbId {
  /** GUID as 32 upper-case hex digits without separators, as symbol stores write it. */
  readonly guid: string;
  /** Age, the number of times the PDB was rewritten for the image. */
  readonly age: number;
  /** Path of the PDB as the linker recorded it; both separators occur. */
  readonly path: string;
}

/** An image loaded into a process or into the kernel. */
export interface Module {
  /** Name as a debugger prints it: the image's file name without its extension. */
  readonly name: string;
  /** Path of the image according to the target's loader. */
  readonly path: string;
  /** Address of the image's first byte. */
  readonly base: bigint;
  /** Bytes from `base` to the end of the image. */
  readonly size: number;
  /** Time stamp of the image header, if known; together with `size` the image's key in a symbol store. */
  readonly timestamp?: number;
  /** Identity of its PDB, if known. */
  readonly pdb?: PdbId;
}

/** Whether an address is in a module. */
export function isInModule(module: Pick<Module, "base" | "size">, address: bigint): boolean {
  return address >= module.base && address < module.base + BigInt(module.size);
}

/** Finds the module that contains an address, among modules that do not overlap. */
export function moduleFinder(
  modules: readonly Module[],
): (address: bigint) => Module | undefined {
  const byBase = sortedByBase(modules);
  return (address) => {
    const module = byBase[countBegun(byBase, address) - 1];
    return module !== undefined && isInModule(module, address) ? module : undefined;
  };
}

/** Tells whether a module has addresses in common with one of some others, which may overlap. */
export function overlapFinder(others: readonly Module[]): (module: Module) => boolean {
  const byBase = sortedByBase(others);
  // How far the others reach up to each of them.
  let end = 0n;
  const ends = byBase.map(({ base, size }) => {
    if (base + BigInt(size) > end) end = base + BigInt(size);
    return end;
  });
  return ({ base, size }) => {
    const count = countBegun(byBase, base + BigInt(size) - 1n);
    return size > 0 && count > 0 && ends[count - 1]! > base;
  };
}

/** Those that have addresses at all: a pasted log names modules without saying where they are. */
function sortedByBase(modules: readonly Module[]): readonly Module[] {
  return modules.filter(({ size }) => size > 0)
    .sort((a, b) => a.base < b.base ? -1 : a.base > b.base ? 1 : 0);
}

/** Number of modules that begin at an address or below it. */
function countBegun(byBase: readonly Module[], address: bigint): number {
  return countUpTo(byBase.length, (index) => byBase[index]!.base <= address);
}

/** Characters of a file's name at most, on all file systems of Windows. */
const MAX_FILE_NAME = 255;

/**
 * Names a module the way debuggers do: file name of the path, without its last extension. A longer name than files
 * have is cut: a listing has it once for each frame.
 */
export function moduleNameOf(path: string): string {
  const start = Math.max(path.lastIndexOf("\\"), path.lastIndexOf("/")) + 1;
  const file = path.slice(start, start + MAX_FILE_NAME);
  const dot = file.lastIndexOf(".");
  return dot > 0 ? file.slice(0, dot) : file;
}
