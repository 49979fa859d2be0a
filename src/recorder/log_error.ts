/**
 * Why a recorder log cannot be read.
 *
 * @module
 */
import { FormatError } from "../error.ts";

/** The error for a file that is not a recorder log, is damaged, or is of another version: what was found in it. */
export function logError(
  file: string,
  found: string,
  advice = "record the program again",
): FormatError {
  return new FormatError(`Cannot read the recorder log "${file}": ${found}; ${advice}`, { file });
}
