/**
 * The error of a recording that cannot be read.
 *
 * @module
 */
import { FormatError } from "../error.ts";

/**
 * The error of a file that is not a recording, is damaged, or has another version; `found` is what is wrong with it.
 */
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
