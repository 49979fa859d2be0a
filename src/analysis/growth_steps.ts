/**
 * The number of handles that a stack had open, step by step.
 *
 * @module
 */
import type { Analysis, TraceGroup } from "../analysis.ts";

/** Growth needs two rises to be recognized: a single one may be any difference. */
export const MIN_GROWTH_STEPS = 2;

/**
 * A stack's open handles from step to step: at each snapshot and now, or at each mark. What a program does after its
 * last mark, as it ends, is not an iteration. Empty without snapshots.
 */
export function growthSteps(
  { series = [], delta = 0 }: Pick<TraceGroup, "series" | "delta">,
  { hasMarks = false }: Pick<Analysis, "hasMarks">,
): readonly number[] {
  return hasMarks || series.length === 0 ? series : [...series, series.at(-1)! + delta];
}

/** Whether a number rose at every step. */
export function risesAlways(steps: readonly number[]): boolean {
  return steps.every((count, step) => step === 0 || count > steps[step - 1]!);
}

/** Whether a number rose at every step, and there were enough steps to call that growth. */
export function isGrowing(steps: readonly number[]): boolean {
  return steps.length > MIN_GROWTH_STEPS && risesAlways(steps);
}

/** Whether a stack's handles are open, or increased from mark to mark even if the program's end closed them. */
export function isOpenOrGrowing(
  { outstanding, judgement }: Pick<TraceGroup, "outstanding" | "judgement">,
): boolean {
  return outstanding > 0 || judgement === "growing";
}

/** By how much a number rose from one step to the next, on average. */
export function growthRate(steps: readonly number[]): number {
  return steps.length < 2 ? 0 : (steps.at(-1)! - steps[0]!) / (steps.length - 1);
}

/** Number of counts of a series that are listed; a longer one shows its first and last ones. */
const LISTED_STEPS = 6;

/** A series for people, oldest first: `0, 1, 2`; a long one with its first and last counts, `0, 1, 2, …, 7, 8, 9`. */
export function stepsText(
  steps: readonly number[],
  text: (count: number) => string,
  separator = ", ",
): string {
  const half = LISTED_STEPS / 2;
  const listed = steps.length <= LISTED_STEPS
    ? steps.map(text)
    : [...steps.slice(0, half).map(text), "…", ...steps.slice(-half).map(text)];
  return listed.join(separator);
}
