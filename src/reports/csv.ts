/**
 * Groups as a table for spreadsheets and databases: RFC 4180, UTF-8, one row per group.
 *
 * @module
 */
import type { Analysis, Report, TraceGroup } from "../analysis.ts";
import { frameName } from "../frame.ts";
import { typeList } from "../plain_text.ts";
import { flatFrames } from "./_flat_frames.ts";

/** The report. */
export const CSV: Report = {
  name: "csv",
  brief: "one row per stack, for spreadsheets and databases",
  extension: ".csv",
  render: renderCsv,
};

/** The columns, in order. */
const COLUMNS: Readonly<
  Record<string, (group: TraceGroup, analysis: Analysis) => string | number | undefined>
> = {
  stack_key: ({ stack }, { stacks }) => stacks.get(stack)?.key.hash,
  judgement: ({ judgement }) => judgement,
  known: ({ isKnown }) => String(isKnown),
  types: (group) => typeList(group),
  opened: ({ opened }) => opened,
  closed: ({ closed }) => closed,
  outstanding: ({ outstanding }) => outstanding,
  delta: ({ delta }) => delta,
  series: ({ series }) => series?.join(" "),
  bad_references: ({ badReferences }) => badReferences,
  suspect: ({ stack }, { stacks }) => {
    const suspect = stacks.get(stack)?.suspect;
    return suspect && frameName(suspect.frame);
  },
  suspect_is: ({ stack }, { stacks }) => stacks.get(stack)?.suspect?.owner ?? "none",
  file: ({ stack }, { stacks }) => stacks.get(stack)?.suspect?.frame.file,
  line: ({ stack }, { stacks }) => stacks.get(stack)?.suspect?.frame.line,
  frames: ({ stack }, { stacks }) =>
    flatFrames(stacks.get(stack)?.frames ?? []).map(({ name }) => name).join("\n"),
};

/** Renders the groups, biggest first, under a header. */
export function* renderCsv(analysis: Analysis): Generator<string, void, undefined> {
  yield Object.keys(COLUMNS).join(",") + "\r\n";
  for (const group of analysis.groups) {
    yield Object.values(COLUMNS).map((cell) => field(cell(group, analysis))).join(",") + "\r\n";
  }
}

/** Texts that a spreadsheet would mistake for a formula are marked as text: names come from untrusted files. */
function field(value: string | number | undefined): string {
  if (value === undefined) return "";
  if (typeof value === "number") return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
