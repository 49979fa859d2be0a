/**
 * How symbol stores are laid out: where a file lies in one, in a folder or behind a server.
 *
 * A store keeps a file as `name/index/name`; `index` identifies the build. Stores made with two tiers have a file
 * `index2.txt` in their root and put the first two letters of the name before it. Beside the file, or in its place,
 * may lie a compressed copy (last letter of the extension replaced by `_`) or `file.ptr`, which says where the file is.
 * Layout from Microsoft's documentation of SymStore.
 *
 * @module
 */
import type { Module, PdbId } from "../module.ts";

/** A file as stores know it. */
export interface StoreKey {
  /** File name, without folders. */
  readonly fileName: string;
  /** Identity of the build, upper-case hex. */
  readonly index: string;
}

/** Name of the file in a store's root that tells a two-tier store. */
export const TWO_TIER_MARK = "index2.txt";

/** Name of the file that points to a file kept elsewhere. */
export const POINTER_FILE = "file.ptr";

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
 * Undefined where the module's time stamp is not known.
 */
export function imageKey(module: Module): StoreKey | undefined {
  if (module.timestamp === undefined) return undefined;
  const timestamp = module.timestamp.toString(16).toUpperCase().padStart(8, "0");
  return { fileName: fileNameOf(module.path), index: timestamp + module.size.toString(16) };
}

/**
 * Whether a key may become a path. Its parts come out of images and recordings, and a PDB named `..` would lead out
 * of the store.
 */
export function isStorable({ fileName, index }: StoreKey): boolean {
  // deno-lint-ignore no-control-regex -- they are what is refused
  return !/^\.*$|[\x00-\x1f<>:"/\\|?*]/.test(fileName) && /^[0-9a-f]+$/i.test(index);
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

/** What a `file.ptr` says. */
export type FilePointer =
  | { readonly kind: "path"; readonly path: string }
  | { readonly kind: "message"; readonly text: string };

/** Reads a `file.ptr`: `PATH:` and where the file is, or `MSG:` and why it is not there. */
export function parseFilePointer(text: string): FilePointer | undefined {
  const match = /^\s*(PATH|MSG):([^\r\n]*)/i.exec(text);
  const rest = match?.[2]?.trim() ?? "";
  if (match === null || rest === "") return undefined;
  return match[1]?.toUpperCase() === "PATH"
    ? { kind: "path", path: rest }
    : { kind: "message", text: rest };
}
