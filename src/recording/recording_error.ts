/**
 * Why a recording cannot be read.
 *
 * @module
 */
import { FormatError } from "../error.ts";

/** The error of a file that is not a recording, is damaged, or is of another version: what was found in it. */
export function recordingError(
  file: string,
  found: string,
  { advice = "record it again", cause }: { readonly advice?: string; readonly cause?: unknown } =
    {},
): FormatError {
  return new FormatError(`Cannot read the recording "${file}": ${found}; ${advice}`, { file }, {
    cause,
  });
}
