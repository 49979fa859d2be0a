/**
 * How symbol stores are laid out: where a file is in one, in a folder or on a server.
 *
 * A store keeps a file as `name/index/name`; `index` identifies the build. Stores made with two tiers have a file
 * `index2.txt` in their root and put the first two letters of the name before it. Beside the file, or in its place,
 * there may be a compressed copy (last letter of the extension replaced by `_`) or `file.ptr`, which says where the
 * file is. Layout from Microsoft's documentation of SymStore.
 *
 * @module
 */
import { isPlainFileName } from "../../local_path.ts";
import type { Module, PdbId } from "../../module.ts";

/** A file as stores identify it. */
export interface StoreKey {
  /** File name, without folders. */
  readonly fileName: string;
  /** Identity of the build, upper-case hex. */
  readonly index: string;
}

/** Name of the file in a store's root that marks a two-tier store. */
export const TWO_TIER_MARK = "index2.txt";

/** Name of the file that points to a file kept elsewhere. */
export const POINTER_FILE = "file.ptr";

/**
 * Names with a meaning in a store for SymStore, SymSrv and the debuggers: storing a file of such a name would create a
 * folder of that name. With a folder `index2.txt`, the whole store is taken for a two-tier one, and nothing in it is
 * found.
 */
const RESERVED: ReadonlySet<string> = new Set([
  "000admin", // SymStore's transactions
  TWO_TIER_MARK,
  "pingme.txt", // a server's or a cache's root
  "web.config", // read by the web server that serves the store
  POINTER_FILE,
  "refs.ptr", // who has stored a file
]);

/** A GUID and an age have 33 to 40 digits, a time stamp and a size have fewer. */
const MAX_INDEX = 40;

/** Last component of a path with either separator. */
export function fileNameOf(path: string): string {
  return path.slice(Math.max(path.lastIndexOf("\\"), path.lastIndexOf("/")) + 1);
}

/** A PDB's key: GUID digits and the age in hex without leading zeros. */
export function pdbKey(id: PdbId): StoreKey {
  return { fileName: fileNameOf(id.path), index: id.guid + id.age.toString(16).toUpperCase() };
}

/**
 * An image's key: eight upper-case hex digits of the time stamp, then the image size in hex.
 * Undefined if the module's time stamp is not known.
 */
export function imageKey(module: Module): StoreKey | undefined {
  if (module.timestamp === undefined) return undefined;
  const timestamp = module.timestamp.toString(16).toUpperCase().padStart(8, "0");
  return { fileName: fileNameOf(module.path), index: timestamp + module.size.toString(16) };
}

/**
 * Whether a key may become a path in a store. Its parts come from images and recordings: a PDB named `..` would lead
 * out of the store, and so would `..x` in a two-tier one, where a folder is named by two letters.
 */
export function isStorable({ fileName, index }: StoreKey): boolean {
  return isPlainFileName(fileName) && !/^[. ]/.test(fileName) &&
    !RESERVED.has(fileName.toLowerCase()) &&
    /^[0-9a-f]+$/i.test(index) && index.length <= MAX_INDEX;
}

/** Folder of a key in a store, as path components from its root. */
export function keyFolder(key: StoreKey, twoTier: boolean): string[] {
  const tier = twoTier ? [key.fileName.slice(0, 2).toLowerCase()] : [];
  return [...tier, key.fileName, key.index];
}

/** Name of the compressed copy: `ntdll.pdb` is kept as `ntdll.pd_`. */
export function compressedName(fileName: string): string {
  return fileName.slice(0, -1) + "_";
}
