/**
 * The file of known leaks.
 *
 * @module
 */
import { FormatError, UsageError } from "../error.ts";
import { fileReason } from "../file_reason.ts";
import { FileSource } from "../file_source.ts";
import { type Baseline, parseBaseline, renderBaseline } from "./baseline.ts";
import { replaceFile, type ReplaceOptions } from "./replace_file.ts";

/** A key and its comment take some hundred bytes; a file of this size has more keys than a program has stacks. */
const MAX_BASELINE = 0x400_0000;

/** Reads a baseline; one that is about to be written may not exist yet. */
export function readBaseline(path: string, mayBeMissing: boolean): Baseline {
  let text: string;
  try {
    text = readText(path);
  } catch (error) {
    const isMissing = error instanceof Deno.errors.NotFound;
    if (isMissing && mayBeMissing) return new Map();
    const advice = isMissing ? '"--update-baseline" writes one' : "name a file that you may read";
    throw new UsageError(`Cannot read the baseline "${path}": ${fileReason(error)}; ${advice}`);
  }
  try {
    return parseBaseline(text, path);
  } catch (error) {
    if (error instanceof FormatError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}

function readText(path: string): string {
  using file = FileSource.open(path);
  if (file.size > MAX_BASELINE) throw new Error("it is larger than any baseline");
  return new TextDecoder().decode(file.read(0, file.size));
}

/** Writes a baseline; the old one stays if that fails. */
export async function writeBaseline(
  path: string,
  baseline: Baseline,
  options: ReplaceOptions = {},
): Promise<void> {
  await replaceFile(path, new TextEncoder().encode(renderBaseline(baseline)), options);
}
