/**
 * Writing a file as a whole or not at all.
 *
 * @module
 */
import { fileReason } from "../file_reason.ts";

/** A file cannot be written; what was there of that name is as it was. */
export class FileWriteError extends TypeError {
  /** The file's path, as it was given. */
  readonly path: string;

  /** Creates the error: why the file cannot be written. */
  constructor(path: string, found: string, options?: ErrorOptions) {
    super(`Cannot write "${path}": ${found}; what was there before is as it was`, options);
    this.name = "FileWriteError";
    this.path = path;
  }
}

/** The file system's part in it; tests have one that is full. */
export interface FileWriter {
  /** As `Deno.writeFile`. */
  writeFile(path: string, bytes: Uint8Array, options: Deno.WriteFileOptions): Promise<void>;
  /** As `Deno.rename`. */
  rename(from: string, to: string): Promise<void>;
  /** As `Deno.remove`. */
  remove(path: string): Promise<void>;
}

/**
 * Writes a file beside the one that is meant and then gives it its name, so that a full disk, a lost drive or an end
 * of the program never leaves half a file under that name. A symbolic link stays one; what it leads to is replaced.
 *
 * @throws {FileWriteError} also where the name is that of a folder or a device: a device would be gone for good.
 */
export async function replaceFile(
  path: string,
  bytes: Uint8Array,
  files: FileWriter = Deno,
): Promise<void> {
  const place = await placeOf(path);
  const temporary = `${place}.${crypto.randomUUID()}.tmp`;
  try {
    await files.writeFile(temporary, bytes, { createNew: true });
    await files.rename(temporary, place);
  } catch (cause) {
    await removeIfThere(temporary, files);
    throw new FileWriteError(path, reasonOf(cause), { cause });
  }
}

/** Where the file really is that is to be replaced, or the path itself where there is none yet. */
async function placeOf(path: string): Promise<string> {
  try {
    if ((await Deno.stat(path)).isFile) return await Deno.realPath(path);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return path;
    throw new FileWriteError(path, reasonOf(cause), { cause });
  }
  throw new FileWriteError(path, "it is a folder or a device");
}

function reasonOf(error: unknown): string {
  return error instanceof Deno.errors.NotFound ? "its folder does not exist" : fileReason(error);
}

/** What could not be written is often not there, and one that cannot be removed changes nothing of the error. */
async function removeIfThere(path: string, files: FileWriter): Promise<void> {
  await files.remove(path).catch(() => {});
}
