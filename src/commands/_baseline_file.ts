/**
 * The file of known leaks.
 *
 * @module
 */
import { fileReason } from "../file_reason.ts";
import type { Baseline, Leak } from "../library/mod.ts";
import { UsageError } from "./_context.ts";

/** Reads a baseline; one that is about to be written may be missing yet. */
export async function readBaseline(path: string, mayBeMissing: boolean): Promise<Baseline> {
  const { BaselineError, parseBaseline } = await import("../library/mod.ts");
  try {
    return parseBaseline(await Deno.readTextFile(path), path);
  } catch (error) {
    if (error instanceof BaselineError) throw new UsageError(error.message);
    const isMissing = error instanceof Deno.errors.NotFound;
    if (isMissing && mayBeMissing) return new Set();
    const advice = isMissing ? '"--update-baseline" writes one' : "name a file that you may read";
    throw new UsageError(`Cannot read the baseline "${path}": ${fileReason(error)}; ${advice}`);
  }
}

/** Writes all leaks of a run as the baseline; what was fixed is no longer in it. */
export async function writeBaseline(path: string, leaks: readonly Leak[]): Promise<void> {
  const { renderBaseline } = await import("../library/mod.ts");
  const { replaceFile } = await import("../library/replace_file.ts");
  await replaceFile(path, new TextEncoder().encode(renderBaseline(leaks)));
}
