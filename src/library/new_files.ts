/**
 * Writing files that must not be there yet.
 *
 * @module
 */
import { fileReason } from "../file_reason.ts";
import { FileWriteError } from "./replace_file.ts";

/**
 * Writes files by `write`, which replaces what is there of their names. Without `mayReplace` the names are taken before,
 * each by an empty file that nobody else can have made, so that no file is replaced that was there; where `write` fails,
 * those are removed.
 *
 * @throws {FileWriteError} where there is a file of one of the names.
 */
export async function withNewFiles<Result>(
  paths: readonly string[],
  mayReplace: boolean,
  write: () => Promise<Result>,
): Promise<Result> {
  using taken = new DisposableStack();
  if (!mayReplace) {
    for (const path of paths) {
      takeName(path);
      taken.defer(() => Deno.removeSync(path));
    }
  }
  const result = await write();
  taken.move();
  return result;
}

function takeName(path: string): void {
  try {
    Deno.openSync(path, { write: true, createNew: true }).close();
  } catch (cause) {
    if (cause instanceof Deno.errors.AlreadyExists) {
      throw new FileWriteError(
        path,
        "there is a file of that name",
        "name another one, or say that it may be replaced",
        { cause },
      );
    }
    const found = cause instanceof Deno.errors.NotFound
      ? "its folder does not exist"
      : fileReason(cause);
    throw new FileWriteError(path, found, undefined, { cause });
  }
}
