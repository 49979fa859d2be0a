/**
 * A loaded image.
 *
 * @module
 */

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
  const byBase = modules.toSorted((a, b) => a.base < b.base ? -1 : a.base > b.base ? 1 : 0);
  return (address) => {
    let [low, high] = [0, byBase.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (byBase[middle]!.base <= address) low = middle + 1;
      else high = middle;
    }
    const module = byBase[low - 1];
    return module !== undefined && isInModule(module, address) ? module : undefined;
  };
}

/** Names a module the way debuggers do: file name of the path, without its last extension. */
export function moduleNameOf(path: string): string {
  const file = path.slice(Math.max(path.lastIndexOf("\\"), path.lastIndexOf("/")) + 1);
  const dot = file.lastIndexOf(".");
  return dot > 0 ? file.slice(0, dot) : file;
}
