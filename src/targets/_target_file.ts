/**
 * The file that a user names as a target.
 *
 * @module
 */
import { TargetError } from "../error.ts";
import { fileReason } from "../file_reason.ts";
import { FileSource } from "../file_source.ts";

/** Opens a file, and only a regular file: opening a pipe would block. */
export function openTargetFile(path: string): FileSource {
  try {
    return FileSource.open(path);
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

/** The error for a file that cannot be opened or read, with the system's reason. */
export function unreadable(path: string, cause: unknown): TargetError {
  return new TargetError(
    `Cannot open "${path}": ${fileReason(cause)}; name a file that you may read`,
    { cause },
  );
}
