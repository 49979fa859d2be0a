/**
 * Handles by the stack that opened them: one entry a distinct opening stack, biggest outstanding first.
 *
 * A list of outstanding handles says what is open now; a group says whether that is how the stack always ends.
 * The layout is ours, in the manner of the user-mode debugger text, so that it reads beside it.
 *
 * @module
 */
import type { Analysis, TraceGroup } from "../analysis.ts";
import { traceAt } from "../trace_log.ts";
import { CLASSIC_TEXT, diffHeading, LAYOUTS, padded, SEPARATOR } from "./_layout.ts";

/** Outstanding handles that an entry names; the rest is counted. */
const HANDLES_SHOWN = 16;

/** Renders the groups of an analysis; an analysis without groups has none to show. */
export function renderGroups(analysis: Analysis): string {
  if (analysis.diff?.historyLost) {
    return `${CLASSIC_TEXT.snapshotTaken}\n${CLASSIC_TEXT.tooLarge}\n`;
  }
  const groups = analysis.groups ?? [];
  const outstanding = groups.reduce((sum, group) => sum + group.outstanding, 0);
  const lines = analysis.diff === undefined ? [] : diffHeading(analysis.diff.newTraces);
  for (const group of groups) lines.push(SEPARATOR, ...groupLines(analysis, group));
  lines.push(
    SEPARATOR,
    `Displayed ${hex(groups.length)} stacks that opened handles, ` +
      `${hex(outstanding)} handles outstanding.`,
  );
  return lines.join("\n") + "\n";
}

function groupLines(analysis: Analysis, group: TraceGroup): string[] {
  const { mode, pointerSize } = analysis;
  const lines = [
    `Opened = ${hex(group.opened)}, Closed = ${hex(group.closed)}, ` +
    `Outstanding = ${hex(group.outstanding)}, Bad references = ${hex(group.badReferences)} - ` +
    group.judgement,
  ];
  if (group.suspect !== undefined) {
    lines.push(`Suspect = ${LAYOUTS[mode].frame(group.suspect, pointerSize)}`);
  }
  if (group.outstanding > 0) lines.push(`Handles = ${handleList(analysis, group)}`);
  lines.push("", ...stackLines(analysis, group.stack));
  for (const closer of group.closers) {
    lines.push("", `Closed ${hex(closer.count)} times by`, ...stackLines(analysis, closer.stack));
  }
  return lines;
}

function handleList(analysis: Analysis, group: TraceGroup): string {
  const shown = Array.from(group.outstandingTraces.subarray(0, HANDLES_SHOWN), (index) => {
    const { handle } = traceAt(analysis.log, index);
    const entry = analysis.handles?.get(handle);
    const type = entry?.type === undefined ? "" : ` ${entry.type}`;
    const name = entry?.objectName === undefined ? "" : ` ${entry.objectName}`;
    return padded(handle, analysis.pointerSize) + type + name;
  });
  const more = group.outstandingTraces.length - shown.length;
  return shown.join(", ") + (more > 0 ? `, and ${hex(more)} more` : "");
}

function stackLines(analysis: Analysis, stack: number): string[] {
  const { mode, pointerSize } = analysis;
  const frames = analysis.stacks.get(stack) ?? [];
  return frames.map((frame) => LAYOUTS[mode].frame(frame, pointerSize));
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
