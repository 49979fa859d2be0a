/**
 * Single traces, and bad references with their stories.
 *
 * @module
 */
import * as z from "../sdk/sdk.js";
import { jsonText, rowsOf } from "../answer_text.ts";
import { FILTER, PAGE, requestOf } from "../filter.ts";
import { LIMITS } from "../limits.ts";
import { type Tool, tool } from "../tool.ts";
import { misuseView, notesView, traceView } from "../views.ts";
import { analysisOf } from "./_analysis.ts";
import { COMPARED, TARGET } from "./_inputs.ts";

/** The tools. */
export const TRACE_TOOLS: readonly Tool[] = [
  tool({
    name: "traces",
    title: "Single traces",
    description:
      "Lists traces, newest first: every open, close and bad reference that the filter " +
      "lets through; with a handle, the life of that handle. With snapshot or before, only what " +
      "was opened since and is still open.",
    input: {
      target: TARGET,
      frames: z.number().int().min(0).max(LIMITS.frames).default(4)
        .describe("Frames of each stack"),
      ...COMPARED,
      ...FILTER,
      ...PAGE,
    },
  }, async (targets, { frames, ...input }) => {
    const isCompared = input.snapshot !== undefined || input.before !== undefined;
    const analysis = isCompared
      ? await analysisOf(targets, input)
      : await targets.get(input.target).list({ ...requestOf(input), names: true });
    const { total, rows, leftOut } = rowsOf(
      [...analysis.listed],
      input,
      (trace) => traceView(analysis, trace, frames),
    );
    return jsonText({ total, traces: rows, leftOut, ...notesView(analysis) });
  }),
  tool({
    name: "misuses",
    title: "Bad references",
    description: "Lists bad references with their stories, newest first: what each was (double " +
      "close, use after close, wrong close, never open), who used the handle, who had closed and " +
      "opened it, in which thread. The tool stack shows the stacks by their ids.",
    input: { target: TARGET, ...COMPARED, ...FILTER, ...PAGE },
  }, async (targets, input) => {
    const analysis = await analysisOf(targets, input);
    const { total, rows, leftOut } = rowsOf(
      analysis.misuses,
      input,
      (misuse) => misuseView(analysis, misuse),
    );
    return jsonText({ total, misuses: rows, leftOut, ...notesView(analysis) });
  }),
];
