/**
 * A made-up report: a new one takes only a file like this and a line in the table of reports.
 *
 * @module
 */
import type { Report } from "../src/analysis.ts";

/** The line for the table of reports. */
export const SHORT: Report = {
  name: "short",
  brief: "a line a stack",
  extension: ".short",
  render: ({ groups, stacks }) =>
    groups.map(({ stack, outstanding, judgement }) =>
      `${outstanding} ${stacks.get(stack)?.suspect?.frame.symbol ?? "?"} ${judgement}\n`
    ).join(""),
};
