/**
 * Paths and small files, the same on every system.
 *
 * @module
 */
import { dirname, isAbsolute, join } from "node:path";
import { FileSource } from "./file_source.ts";
import { fileNameOf } from "./store.ts";

/** A path inside a folder. */
export function deeper(folder: string, ...names: string[]): string {
  return join(folder, ...names);
}

/** The folder of a path. */
export function folderOf(path: string): string {
  return dirname(path);
}

/** A file of another name in the folder of a path, which may have either separator. */
export function beside(path: string, name: string): string {
  return path.slice(0, path.length - fileNameOf(path).length) + name;
}

/**
 * Whether a path that came out of a target may be opened: only absolute paths of this machine. A path to another
 * machine would send the user's credentials to whoever wrote it into an image.
 */
export function isLocalPath(path: string): boolean {
  return isAbsolute(path) && !/^[\\/]{2}/.test(path);
}

/** Up to `limit` bytes from the start of a file, or undefined where there is none or it cannot be read. */
export function readStart(path: string, limit: number): Uint8Array | undefined {
  try {
    using file = FileSource.open(path);
    return file.read(0, limit);
  } catch {
    return undefined;
  }
}

/** Bytes of a file, or undefined where there is none or it cannot be read. */
export function sizeOf(path: string): number | undefined {
  try {
    return Deno.statSync(path).size;
  } catch {
    return undefined;
  }
}
