/**
 * Whether stacks grow: have more handles open after each iteration of a program than after the one before.
 *
 * What a program sets up once is not growth, so the first steps are a warm-up. A step is a mark that the program sets or,
 * in a comparison of readings, a reading.
 *
 * @module
 */
import type { Analysis, TraceGroup } from "../analysis.ts";
import {
  growthRate,
  growthSteps,
  MIN_GROWTH_STEPS,
  risesAlways,
} from "../analysis/growth_steps.ts";

/** What counts as growth, and from which step on. */
export interface GrowthOptions {
  /** Steps that belong to the warm-up; the next step is compared with the last of them. Default: 1. */
  readonly warmup?: number;
  /** Handles by which a stack may grow in an iteration, on average. Default: 0. */
  readonly limit?: number;
}

/** A stack that grows. */
export interface GrowingStack {
  /** The opens from the stack. */
  readonly group: TraceGroup;
  /** What was open at the end of the warm-up and after each iteration. */
  readonly counts: readonly number[];
  /** Handles by which it grew in an iteration, on average. */
  readonly rate: number;
}

/** Which stacks grow, or why that is unknown. */
export type GrowthFound =
  | { readonly kind: "judged"; readonly growing: readonly GrowingStack[] }
  /** There are too few steps: a single rise may be any difference. */
  | { readonly kind: "too few"; readonly steps: number; readonly needed: number };

/**
 * Finds the stacks outside the system that have more handles open at every step after the warm-up, the fastest first.
 * Those that a baseline marks as known are left out. Without a warm-up, a program's steps begin with its start, when
 * nothing was open.
 */
export function findGrowth(
  analysis: Analysis,
  { warmup = 1, limit = 0 }: GrowthOptions = {},
): GrowthFound {
  const { groups, stacks, hasMarks = false } = analysis;
  const steps = stepsOf(analysis);
  // The first of several readings has no earlier one.
  const base = hasMarks ? warmup : Math.max(warmup, 1);
  const needed = base + MIN_GROWTH_STEPS;
  if (steps < needed) return { kind: "too few", steps, needed };
  const growing = groups
    .filter(({ stack, isKnown }) => !isKnown && stacks.get(stack)?.suspect !== undefined)
    .map((group) => {
      const counts = [0, ...growthSteps(group, analysis)].slice(base);
      return { group, counts, rate: growthRate(counts) };
    })
    .filter(({ counts, rate }) => counts.length > 0 && risesAlways(counts) && rate > limit)
    .sort((a, b) => b.rate - a.rate);
  return { kind: "judged", growing };
}

/** None if history was lost: growth was not measured then. */
function stepsOf({ groups, snapshots, hasMarks }: Analysis): number {
  const isMeasured = groups.length === 0 || groups.some(({ series }) => series !== undefined);
  if (snapshots.length === 0 || !isMeasured) return 0;
  return hasMarks ? snapshots.length : snapshots.length + 1;
}
