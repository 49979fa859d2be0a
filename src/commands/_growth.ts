/**
 * The gate for growth: a verb ends with the leak code if a stack has more handles open after each iteration.
 *
 * @module
 */
import type { Analysis } from "../analysis.ts";
import { UsageError } from "../error.ts";
import { stepsText } from "../analysis/growth_steps.ts";
import type { GrowingStack, GrowthFound, GrowthOptions } from "../library/mod.ts";
import { counted, framePlace, thousands } from "../plain_text.ts";
import { parseCount } from "./_arguments.ts";

/** The user's options for growth. */
export interface GrowthFlags {
  /** Handles by which a stack may grow in an iteration. */
  readonly failOnGrowth?: number;
  /** Steps that belong to the warm-up. */
  readonly warmup?: number;
}

/** The definitions of {@linkcode GrowthFlags}, to be spread into a verb's own flags. */
export const GROWTH_FLAGS = {
  failOnGrowth: {
    kind: "parsed",
    parse: parseLimit,
    optional: true,
    inferEmpty: true,
    placeholder: "n",
    brief: "Exit with the leak code if a stack grows at every step, by more than n (0) handles",
  },
  warmup: {
    kind: "parsed",
    parse: parseCount,
    optional: true,
    placeholder: "n",
    brief: "First steps that --fail-on-growth ignores; otherwise 1",
  },
} as const;

/** Most growing stacks that are named; the rest are counted. */
const NAMED = 5;

function parseLimit(text: string): number {
  if (text === "") return 0;
  if (/^\d+$/.test(text)) return Number(text);
  throw new SyntaxError(
    `"${text}" is not a number of handles: give one, or put "--fail-on-growth" after the target`,
  );
}

/** What the flags request; undefined if they do not request growth. */
export function growthOptions({ failOnGrowth, warmup }: GrowthFlags): GrowthOptions | undefined {
  if (failOnGrowth !== undefined) {
    return { limit: failOnGrowth, ...(warmup !== undefined && { warmup }) };
  }
  if (warmup === undefined) return undefined;
  throw new UsageError(
    'Cannot leave a warm-up out: growth is not asked for; add "--fail-on-growth"',
  );
}

/** Says what was found, and returns whether the gate fails, which it also does if growth cannot be judged. */
export function closesGate(
  found: GrowthFound | undefined,
  analysis: Analysis,
  options: GrowthOptions | undefined,
  warn: (message: string) => void,
): boolean {
  if (found === undefined) return false;
  if (found.kind === "too few") {
    warn(tooFewText(found, analysis));
    return true;
  }
  for (const stack of found.growing.slice(0, NAMED)) {
    warn(growthText(stack, analysis, options ?? {}));
  }
  const more = found.growing.length - NAMED;
  if (more > 0) warn(`and ${counted(more, "more stack")} grew`);
  return found.growing.length > 0;
}

function growthText(
  { group, counts, rate }: GrowingStack,
  analysis: Analysis,
  { warmup }: GrowthOptions,
): string {
  const frame = analysis.stacks.get(group.stack)?.suspect?.frame;
  const who = frame === undefined ? "a stack" : framePlace(frame);
  const handles = rate === 1 ? "1 handle" : `${Number(rate.toFixed(1))} handles`;
  const steps = counted(counts.length - 1, analysis.hasMarks ? "mark" : "reading");
  const after = analysis.hasMarks && warmup === 0 ? "" : " after the warm-up";
  return `${who} grew at each of ${steps}${after}, by ${handles} an iteration ` +
    `(${stepsText(counts, thousands)})`;
}

function tooFewText(
  { steps, needed }: Extract<GrowthFound, { readonly kind: "too few" }>,
  { snapshots, hasMarks }: Analysis,
): string {
  const isOfMarks = hasMarks || snapshots.length === 0;
  const [there, how] = isOfMarks
    ? [
      `the program set ${counted(steps, "mark")}`,
      'have it call OutputDebugString("htrace:mark NAME") at the end of each iteration',
    ]
    : [`there are ${counted(steps, "reading")}`, "give more of them"];
  return `growth cannot be judged: ${there}, and ${needed} are needed, the warm-up included; ${how}`;
}
