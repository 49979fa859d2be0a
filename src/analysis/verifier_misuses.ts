/**
 * Adds what Application Verifier saw to the misuses that traces show.
 *
 * @module
 */
import type { Misuse, NamedStack } from "../analysis.ts";
import type { Frame } from "../frame.ts";
import type { StackId, TraceStop } from "../trace_log.ts";
import { VERIFIER_STOP_CODES } from "../verifier_stop_codes.ts";

/**
 * Adds the verifier's stops to the misuses. A stop where a bad reference was recorded is that bad reference; leaks are
 * not misuses.
 */
export function withVerifierStops(
  misuses: readonly Misuse[],
  stops: readonly TraceStop[],
  stacks: ReadonlyMap<StackId, NamedStack>,
): readonly Misuse[] {
  const all = [...misuses];
  for (const stop of stops) {
    const verdict = VERIFIER_STOP_CODES.get(stop.code)?.verdict;
    if (verdict === undefined) continue;
    const by = stop.stack === undefined ? undefined : stacks.get(stop.stack)?.suspect?.frame;
    const told = all.findIndex((misuse) => misuse.code === undefined && isAbout(stop, by, misuse));
    if (told >= 0) {
      all[told] = { ...all[told]!, code: stop.code };
      continue;
    }
    all.push({
      ...(stop.handle !== undefined && { handle: stop.handle }),
      ...(by && { by }),
      code: stop.code,
      ...(stop.stack !== undefined && { stack: stop.stack }),
      verdict,
    });
  }
  return all;
}

/** A stop about the handle, or from the same place in the code. */
function isAbout(stop: TraceStop, by: Frame | undefined, misuse: Misuse): boolean {
  if (misuse.badReference === undefined) return false;
  if (stop.handle !== undefined) return stop.handle === misuse.handle;
  const other = misuse.by;
  return by !== undefined && other !== undefined && by.module?.name === other.module?.name &&
    by.symbol === other.symbol && by.displacement === other.displacement;
}
