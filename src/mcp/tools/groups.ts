/**
 * Handles by the stack that opened them, and one of those stacks in full.
 *
 * @module
 */
import * as z from "../sdk/sdk.js";
import type { Analysis, Misuse, TraceGroup } from "../../analysis.ts";
import { UsageError } from "../../error.ts";
import type { StackId } from "../../trace_log.ts";
import { jsonText, type PlainObject, rowsOf } from "../answer_text.ts";
import { FILTER, PAGE } from "../filter.ts";
import { LIMITS } from "../limits.ts";
import { type Tool, tool } from "../tool.ts";
import { frameTexts, groupView, handleTexts, misuseView, notesView } from "../views.ts";
import { analysisOf } from "./_analysis.ts";
import { COMPARED, TARGET, TEXT } from "./_inputs.ts";

/** Digits of a key that are enough to distinguish it from others. */
const KEY = /^[\da-f]{8,32}$/;
const MERGE = z.enum(["function", "module"]).optional()
  .describe("Merge stacks with the same own functions, or the same own modules");

/** The tools. */
export const GROUP_TOOLS: readonly Tool[] = [
  tool({
    name: "groups",
    title: "Stacks that opened handles",
    description: "Lists handles by the stack that opened them, the worst first: how many were " +
      "opened, closed, are outstanding, grew (delta), the judgement, and whom to suspect (the first " +
      "frame of the program's own code). The tool stack shows one of them in full.",
    input: { target: TARGET, ...COMPARED, merge: MERGE, ...FILTER, ...PAGE },
  }, async (targets, { merge, ...input }) => {
    const analysis = await analysisOf(targets, input, { ...(merge && { merge }) });
    return groupsText(analysis, input);
  }),
  tool({
    name: "stack",
    title: "One stack in full",
    description: "Shows a stack with its frames, innermost first; where it opened handles also " +
      "which are still open, the stacks that closed the others, and bad references to them.",
    input: {
      target: TARGET,
      stack: z.union([z.number().int().min(0), TEXT])
        .describe("A stack's id, or the key of a group or at least its first 8 digits"),
      ...COMPARED,
    },
  }, async (targets, { stack, ...input }) => {
    const analysis = await analysisOf(targets, input);
    return jsonText({ ...stackView(analysis, stack), ...notesView(analysis) });
  }),
];

/** The groups of a page, with what the analysis lacks. */
export function groupsText(
  analysis: Analysis,
  page: { readonly offset: number; readonly limit: number },
  about: PlainObject = {},
): string {
  const { total, rows, leftOut } = rowsOf(
    analysis.groups,
    page,
    (group) => groupView(analysis, group),
  );
  return jsonText({
    ...about,
    diff: analysis.diff && { ...analysis.diff },
    total,
    groups: rows,
    leftOut,
    badReferences: analysis.misuses.length || undefined,
    ...notesView(analysis),
  });
}

function stackView(analysis: Analysis, stack: number | string): PlainObject {
  if (typeof stack === "number") {
    const group = analysis.groups.find((one) => one.stack === stack);
    if (group !== undefined) return groupInFull(analysis, group);
    if (!analysis.stacks.has(stack)) throw unknownStack(String(stack));
    return { stack, frames: frameTexts(analysis, stack), ...misusesView(analysis, stack) };
  }
  const key = stack.toLowerCase();
  const matches = KEY.test(key)
    ? analysis.groups.filter((group) => keyOf(analysis, group)?.startsWith(key))
    : [];
  const [only, another] = matches;
  if (only === undefined) throw unknownStack(stack);
  if (another === undefined) return groupInFull(analysis, only);
  // Inlining or kernel frames differ: the own frames, from which the key is made, are the same.
  return {
    sameKey: matches.length,
    groups: matches.slice(0, LIMITS.sameKey).map((group) => groupInFull(analysis, group)),
  };
}

function groupInFull(analysis: Analysis, group: TraceGroup): PlainObject {
  const closers = group.closers.slice(0, LIMITS.closers).map(({ stack, count }) => ({
    count,
    stack,
    frames: frameTexts(analysis, stack),
  }));
  const rest = group.closers.length - closers.length;
  return {
    ...groupView(analysis, group),
    frames: frameTexts(analysis, group.stack),
    handles: group.outstanding === 0 ? undefined : handleTexts(analysis, group),
    closers: closers.length === 0 ? undefined : closers,
    moreClosers: rest || undefined,
    ...misusesView(analysis, group.stack),
  };
}

/** Bad references in whose stories a stack is. */
function misusesView(analysis: Analysis, stack: StackId): PlainObject {
  const { misuses, log } = analysis;
  const isOf = (misuse: Misuse): boolean =>
    misuse.stack === stack ||
    [misuse.badReference, misuse.close, misuse.open]
      .some((trace) => trace !== undefined && log.stack[trace] === stack);
  const found = misuses.filter(isOf);
  if (found.length === 0) return {};
  const shown = found.slice(0, LIMITS.misuses).map((misuse) => misuseView(analysis, misuse));
  return { misuses: shown, moreMisuses: found.length - shown.length || undefined };
}

function keyOf({ stacks }: Analysis, { stack }: TraceGroup): string | undefined {
  return stacks.get(stack)?.key.hash;
}

function unknownStack(stack: string): UsageError {
  return new UsageError(
    `Cannot find the stack "${stack}": no stack of the analysis has that id or key; ` +
      "groups, traces and misuses list them",
  );
}
