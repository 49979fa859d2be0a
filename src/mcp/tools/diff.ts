/**
 * Compares two readings of one process: by their traces, or if one has none, by their lists of open handles.
 *
 * @module
 */
import * as z from "../sdk/sdk.js";
import { diffHandles, whyHandlesAlone } from "../../library/mod.ts";
import { UsageError } from "../../error.ts";
import { jsonText, rowsOf } from "../answer_text.ts";
import type { ExaminedTarget } from "../examined_target.ts";
import { FILTER, PAGE } from "../filter.ts";
import { type Tool, tool } from "../tool.ts";
import { analysisOf } from "./_analysis.ts";
import { groupsText } from "./groups.ts";
import { COMPARED, TARGET } from "./_inputs.ts";

/** The tool. */
export const DIFF_TOOL: Tool = tool({
  name: "diff",
  title: "What grew between two readings",
  description: "Compares a target with an earlier reading of the same process (before, another " +
    "open target) or with one of its snapshots, and lists the stacks with handles that were opened " +
    "since and are still open. Where one of the two has no traces, or with handles: true, their " +
    "lists of open handles are compared by type and name.",
  input: {
    target: TARGET,
    ...COMPARED,
    handles: z.boolean().default(false)
      .describe("Compare the lists of open handles: needs before, and no tracing"),
    mergeNames: z.boolean().default(false)
      .describe("With handles, merge names that differ only in ids, GUIDs and numbers"),
    ...FILTER,
    ...PAGE,
  },
}, async (targets, { handles, mergeNames, ...input }) => {
  const target = targets.get(input.target);
  const before = input.before === undefined ? undefined : targets.get(input.before);
  const reason = before && !handles
    ? await whyHandlesAlone(target.session, before.session.target)
    : undefined;
  if (handles || reason !== undefined) {
    return await handlesText(target, before, { ...input, mergeNames, reason });
  }
  const analysis = await analysisOf(targets, { minOutstanding: 1, ...input });
  return groupsText(analysis, input, { comparedWith: input.before ?? input.snapshot });
});

async function handlesText(
  { session }: ExaminedTarget,
  before: ExaminedTarget | undefined,
  { mergeNames, reason, ...page }: {
    readonly mergeNames: boolean;
    readonly reason: string | undefined;
    readonly offset: number;
    readonly limit: number;
  },
): Promise<string> {
  if (before === undefined) {
    throw new UsageError(
      'Cannot compare handles: there is no earlier reading; give an open target as "before"',
    );
  }
  const { process } = session;
  const result = await diffHandles(session.target, before.session.target, {
    mergeNames,
    ...(process !== undefined && { process }),
  });
  const { total, rows, leftOut } = rowsOf(result.growth, page, (growth) => ({ ...growth }));
  return jsonText({
    comparedWith: before.id,
    handlesBefore: result.before,
    handlesNow: result.now,
    total,
    changes: rows,
    leftOut,
    notes: [`only the lists of open handles were compared: ${reason ?? result.reason}`],
  });
}
