/**
 * A made-up report: all that a new one takes is a file like this and its line in the table of reports.
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
