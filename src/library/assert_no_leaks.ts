/**
 * An assertion for tests: a program, or a part of it, left no handle open.
 *
 * @module
 */
import type { Analysis } from "../analysis.ts";
import { HtraceError } from "../error.ts";
import { frameName } from "../frame.ts";
import { isRingFull } from "../trace_log.ts";
import type { Baseline } from "./baseline.ts";
import { findLeaks, type Leak } from "./leaks.ts";

/** Handles leaked, or it is unknown whether any did. */
export class LeakError extends HtraceError {
  /** The leaks, biggest first. */
  readonly leaks: readonly Leak[];

  /** Creates the error with the message for the user. */
  constructor(message: string, leaks: readonly Leak[]) {
    super(message);
    this.leaks = leaks;
  }
}

/**
 * Throws a {@linkcode LeakError} that names each leaking stack if an analysis has leaks that the baseline does not
 * allow, or if history was lost.
 *
 * ```ts
 * import { assertNoLeaks, runProgram } from "@htrace/htrace";
 *
 * const { analysis } = await runProgram(["churn", "10"], { on: "emulated" });
 * assertNoLeaks(analysis);
 * ```
 */
export function assertNoLeaks(analysis: Analysis, baseline?: Baseline): void {
  const { leaks } = findLeaks(analysis, baseline);
  if (leaks.length > 0) throw new LeakError(leakMessage(analysis, leaks), leaks);
  const isLost = analysis.diff?.historyLost ?? isRingFull(analysis.log);
  if (!isLost) return;
  throw new LeakError(
    "Cannot tell whether handles leaked: the ring is full and older traces are gone; enable " +
      "tracing with more slots",
    [],
  );
}

function leakMessage({ stacks, target }: Analysis, leaks: readonly Leak[]): string {
  const lines = leaks.map(({ group, key }) => {
    const suspect = stacks.get(group.stack)?.suspect?.frame;
    const at = suspect?.file === undefined ? "" : ` (${suspect.file}:${suspect.line ?? 0})`;
    return `\n  ${group.outstanding} from ${suspect && frameName(suspect)}${at}: ${key}`;
  });
  return `${target.name} leaked handles: ${lines.join("")}`;
}
