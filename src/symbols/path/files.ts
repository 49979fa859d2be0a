/**
 * Paths and small files, the same on every system.
 *
 * @module
 */
import { FileSource } from "../../file_source.ts";
import { fileNameOf } from "./store.ts";

/** A file of another name in the folder of a path, which may have either separator. */
export function beside(path: string, name: string): string {
  return path.slice(0, path.length - fileNameOf(path).length) + name;
}

/** Up to `limit` bytes from the start of a file, or undefined if there is none or it cannot be read. */
export function readStart(path: string, limit: number): Uint8Array | undefined {
  try {
    using file = FileSource.open(path);
    return file.read(0, limit);
  } catch {
    return undefined;
  }
}

/** Whether there is a file of that name; a folder, a pipe or a device does not count. */
export function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** Whether an operation failed because there is no file of that name. */
export function isMissing(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory;
}
