/**
 * Writes files that must not exist yet.
 *
 * @module
 */
import { fileReason } from "../file_reason.ts";
import { FileWriteError } from "./replace_file.ts";

/**
 * Writes files with `write`, which replaces existing ones. Without `mayReplace` the names are reserved first, each with
 * an empty file that nobody else can have created, so that no existing file is replaced; if `write` fails, those are
 * removed.
 *
 * @throws {FileWriteError} if a file with one of the names exists.
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
