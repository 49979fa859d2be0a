/**
 * The file of known leaks.
 *
 * @module
 */
import type { Baseline, Leak } from "../leaks.ts";
import { UsageError } from "./_context.ts";

/** Reads a baseline; one that is about to be written may be missing yet. */
export async function readBaseline(path: string, mayBeMissing: boolean): Promise<Baseline> {
  const { parseBaseline } = await import("../leaks.ts");
  try {
    return parseBaseline(await Deno.readTextFile(path));
  } catch (error) {
    const isMissing = error instanceof Deno.errors.NotFound;
    if (isMissing && mayBeMissing) return new Set();
    const found = isMissing ? "there is no such file" : String(error);
    throw new UsageError(
      `Cannot read the baseline "${path}": ${found}; "--update-baseline" writes one`,
    );
  }
}

/** Writes all leaks of a run as the baseline; what was fixed is no longer in it. */
export async function writeBaseline(path: string, leaks: readonly Leak[]): Promise<void> {
  const { renderBaseline } = await import("../leaks.ts");
  const { replaceFile } = await import("../library/replace_file.ts");
  await replaceFile(path, new TextEncoder().encode(renderBaseline(leaks)));
}
