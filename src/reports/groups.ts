/**
 * Handles by the stack that opened them: one entry per distinct opening stack, biggest first, then the stories of bad
 * references.
 *
 * Groups without open handles, and those with only system code, are counted at the end. A list of outstanding handles
 * says what is open now; a group says whether the stack's handles always end like that. The layout is our own, in the
 * style of the user-mode debugger text, so that it fits in with it.
 *
 * @module
 */
import type { Analysis, Misuse, Report, TraceGroup } from "../analysis.ts";
import { linesText } from "../escape_text.ts";
import { foldedLine, foldGroups } from "../analysis/fold_groups.ts";
import type { Frame, InlinedFrame } from "../frame.ts";
import { growthSteps, stepsText } from "../analysis/growth_steps.ts";
import { operationAt, type StackId } from "../trace_log.ts";
import { VERIFIER_STOP_CODES } from "../verifier_stop_codes.ts";
import { diffHeading, LAYOUTS, padded, SEPARATOR, SNAPSHOT_TEXT } from "./_debugger_text.ts";
import { objectList } from "./_object_text.ts";

/** An entry lists the values of its outstanding handles if there are no more than this. */
const HANDLES_SHOWN = 16;

/** The report. */
export const GROUPS: Report = {
  name: "groups",
  brief: "one entry per distinct opening stack, with counts, suspect and closers",
  says: ["limit"],
  render: renderGroups,
};

/** Renders the groups and misuses of an analysis. */
export function renderGroups(analysis: Analysis): string {
  const { diff, misuses } = analysis;
  if (diff?.historyLost) return `${SNAPSHOT_TEXT.taken}\n${SNAPSHOT_TEXT.tooLarge}\n`;
  const folded = foldGroups(analysis);
  const groups = folded.shown;
  const outstanding = groups.reduce((sum, group) => sum + group.outstanding, 0);
  const lines = diff === undefined ? [] : diffHeading(diff.newTraces);
  for (const group of groups) lines.push(SEPARATOR, ...groupLines(analysis, group));
  for (const misuse of misuses) lines.push(SEPARATOR, ...misuseLines(analysis, misuse));
  lines.push(
    SEPARATOR,
    `Displayed ${hex(groups.length)} stacks that opened handles, ` +
      `${hex(outstanding)} handles outstanding.`,
  );
  if (misuses.length > 0) lines.push(`Displayed ${hex(misuses.length)} bad references.`);
  const notListed = foldedLine(folded);
  if (notListed !== undefined) lines.push(notListed);
  const { limits } = analysis;
  if (limits.length > 0) lines.push("", ...limits.map((limit) => `Note: ${limit}.`));
  return linesText(lines);
}

function groupLines(analysis: Analysis, group: TraceGroup): string[] {
  const lines = [
    `Opened = ${hex(group.opened)}, Closed = ${hex(group.closed)}, ` +
    `Outstanding = ${hex(group.outstanding)}, Bad references = ${hex(group.badReferences)} - ` +
    group.judgement,
    ...seriesLines(analysis, group),
    ...(group.merged === undefined ? [] : [`Stacks = ${hex(group.merged)}, the biggest is shown`]),
    ...suspectLines(analysis, group.stack),
  ];
  const objects = group.outstandingTraces.length > 1 ? objectList(analysis, group) : "";
  if (objects !== "") lines.push(`Objects = ${objects}`);
  const isFew = group.outstandingTraces.length <= HANDLES_SHOWN;
  if (group.outstanding > 0 && isFew) lines.push(`Handles = ${handleList(analysis, group)}`);
  lines.push("", ...stackLines(analysis, group.stack));
  for (const closer of group.closers) {
    lines.push("", `Closed ${hex(closer.count)} times by`, ...stackLines(analysis, closer.stack));
  }
  return lines;
}

/** What was open at each step, oldest first; with a single snapshot, the counts already say it. */
function seriesLines(analysis: Analysis, group: TraceGroup): string[] {
  const steps = growthSteps(group, analysis);
  if (steps.length <= 2) return [];
  const title = analysis.hasMarks ? "Outstanding at marks" : "Outstanding at snapshots and now";
  return [`${title} = ${stepsText(steps, hex)}`];
}

/** Where to look first, and what it is if that is not the program's own code. */
function suspectLines(analysis: Analysis, stack: StackId): string[] {
  const { mode, pointerSize } = analysis.target;
  const named = analysis.stacks.get(stack);
  const suspect = named?.suspect;
  if (suspect === undefined) {
    if (analysis.log.systemStacks?.has(stack)) return ["Suspect = none: kept by the system"];
    const recorded = named?.frames.length ?? 0;
    return recorded === 0 ? [] : [`Suspect = none: no own frame within the ${recorded} recorded`];
  }
  const text = LAYOUTS[mode].frame(suspect.frame, pointerSize) + placeText(suspect.frame);
  return [`Suspect = ${text}${suspect.owner === "framework" ? " (a framework's frame)" : ""}`];
}

/** A bad reference as a story: its kind, then who closed, used and opened the handle, in which thread. */
function misuseLines(analysis: Analysis, misuse: Misuse): string[] {
  const { log, target: { mode, pointerSize } } = analysis;
  const { badReference, close, open, handle, code, stack = -1 } = misuse;
  const value = handle === undefined ? "unknown" : padded(handle, pointerSize);
  const stop = code === undefined ? [] : [
    `Verifier stop 0x${code.toString(16)}: ${VERIFIER_STOP_CODES.get(code)?.words ?? "unknown"}`,
  ];
  const lines = [
    `Handle = ${value} - *** BAD REFERENCE *** - ${misuse.verdict}`,
    ...stop,
    storyOf(analysis, misuse),
  ];
  const part = (title: string, trace: number | undefined): void => {
    if (trace !== undefined) lines.push("", title, ...stackLines(analysis, log.stack[trace]!));
  };
  part("Used by", badReference);
  if (badReference === undefined) lines.push("", "Used by", ...stackLines(analysis, stack));
  part("Closed by", close);
  part("Opened by", open);
  return lines;

  function storyOf(of: Analysis, { by, closedBy, openedBy }: Misuse): string {
    const who = (frame: typeof by, trace: number | undefined): string => {
      const name = frame === undefined
        ? "?"
        : LAYOUTS[mode].frame(frame, pointerSize) + placeText(frame);
      const thread = trace === undefined ? undefined : operationAt(of.log, trace).threadId;
      return thread === undefined ? name : `${name} (thread ${hex(thread)})`;
    };
    const steps = [
      ...(open === undefined ? [] : [`opened by ${who(openedBy, open)}`]),
      ...(close === undefined ? [] : [`closed by ${who(closedBy, close)}`]),
      `used by ${who(by, badReference)}`,
    ];
    const story = steps.join(", then ");
    return story.charAt(0).toUpperCase() + story.slice(1);
  }
}

/** Values, each with type and name of its object if it has a name; types without names are given once for all. */
function handleList(analysis: Analysis, group: TraceGroup): string {
  return Array.from(group.outstandingTraces, (index) => {
    const { handle } = operationAt(analysis.log, index);
    const { type, name } = analysis.objectOf(index) ?? {};
    const value = padded(handle, analysis.target.pointerSize);
    if (name !== undefined) return `${value} ${type} ${name}`;
    return type !== undefined && group.outstandingTraces.length === 1 ? `${value} ${type}` : value;
  }).join(", ");
}

function stackLines(analysis: Analysis, stack: StackId): string[] {
  const { mode, pointerSize } = analysis.target;
  const frames = analysis.stacks.get(stack)?.frames ?? [];
  return frames.flatMap((frame) => [
    ...(frame.inlined ?? []).map((call) =>
      `(inlined) ${frame.module === undefined ? "" : `${frame.module.name}!`}${call.symbol}${
        placeText(call)
      }`
    ),
    LAYOUTS[mode].frame(frame, pointerSize) + placeText(frame),
  ]);
}

/** File and line as debuggers write them after a frame: ` [C:\\src\\session.cpp @ 88]`. */
function placeText({ file, line }: Frame | InlinedFrame): string {
  return file === undefined ? "" : ` [${file}${line ? ` @ ${line}` : ""}]`;
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
