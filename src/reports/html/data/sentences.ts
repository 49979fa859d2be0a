/**
 * The page's wording: facts in the header, the next step, uncertainties, why there is no timeline.
 *
 * Commands in the text are in backquotes.
 *
 * @module
 */
import type { Analysis } from "../../../analysis.ts";
import { counted, thousands } from "../../../plain_text.ts";
import { isRingFull } from "../../../trace_log.ts";
import { symbolsCommand, uncertaintiesBesideVerdict } from "../../../analysis/uncertainties.ts";
import type { VerdictKind } from "../../../analysis/verdict.ts";

/** What to do after each verdict. */
const NEXT: Readonly<Record<VerdictKind, string>> = {
  leak: "Next: read the stack that is selected below and close the handle where its code is done " +
    "with it; `htrace run --fail-on-leak -- <program>` then keeps it fixed.",
  bounded: "Next: run the scenario once more and compare again: what is cached on purpose stays " +
    "as it is.",
  misuses: "Next: read the stories of the bad references: who closed a handle, and who went on " +
    "using it.",
  "no leak":
    "Next: nothing to mend here. If the number of handles still climbs, trace for longer, and " +
    "compare recordings: `htrace report later.htrace earlier.htrace`.",
  "system only": "Next: nothing to mend in the program's own code. If the number climbs, compare " +
    "with a later recording: `htrace report later.htrace earlier.htrace`.",
  "no own frame": "Next: `htrace symbols <target>` says which modules have symbols, and why " +
    "others have none; `--own <pattern>` names modules that are the program's.",
  "no stacks":
    "Next: trace with stacks: `htrace enable <process>`, run the scenario, then report " +
    "again.",
  "history lost": "Next: `htrace enable <process> --slots 131072`, then take the snapshot and " +
    "compare sooner.",
  "no traces": "Next: turn tracing on where the handles are used, `htrace enable <process>` or " +
    "`!htrace -enable` in a debugger, run the scenario, then report again.",
  filtered: "Next: leave the filter out, or choose another one.",
};

/** What to do after a verdict. */
export function nextStep(kind: VerdictKind): string {
  return NEXT[kind];
}

/** What was examined: its name, and the process if the name does not say it. */
export function targetText({ target: { name, identity } }: Analysis): string {
  const { imageName, processId } = identity;
  const process = [
    ...(imageName === undefined || name.includes(imageName) ? [] : [imageName]),
    ...(processId === undefined || name.includes(String(processId))
      ? []
      : [`process ${processId}`]),
  ];
  return process.length === 0 ? name : `${name} (${process.join(", ")})`;
}

/** Facts about an analysis for the line under the title. */
export function factsOf({ target, log, diff, run, snapshots }: Analysis): string[] {
  const count = diff === undefined
    ? counted(log.count, "trace")
    : counted(diff.newTraces, "new trace") + " since the snapshot";
  return [
    target.kind,
    `${target.mode} mode`,
    ...(log.answer !== undefined && log.answer.pointerSize === undefined
      ? []
      : [`${8 * target.pointerSize}-bit`]),
    ...(log.readAt === undefined ? [] : [`read ${timeText(log.readAt)}`]),
    count,
    ...(log.slots === undefined ? [] : [`ring of ${thousands(log.slots)}`]),
    ...(snapshots.length > 1 ? [counted(snapshots.length, "snapshot")] : []),
    ...(run === undefined ? [] : [`ended with code ${run.exitStatus}`]),
  ];
}

/** A time as people read it: `2026-11-29 12:00:00 UTC`. */
export function timeText(time: Date): string {
  return `${time.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** Notes on what is uncertain and what is not shown. Of all groups, `shown` are on the page. */
export function notesOf(analysis: Analysis, shown: number): string[] {
  const { diff, groups, log, target } = analysis;
  const processes = new Set(log.processId);
  processes.delete(0);
  return [
    ...(diff?.historyLost
      ? ["history was lost between the snapshot and now: every number here is a lower bound."]
      : []),
    ...(groups.some(({ merged }) => merged !== undefined)
      ? ["alike stacks are merged: of each the biggest is shown, with the counts of all."]
      : []),
    ...uncertaintiesBesideVerdict(analysis, `\`${symbolsCommand()}\``).map((text) => `${text}.`),
    ...(shown < groups.length
      ? [
        `the page has the first ${thousands(shown)} of ${counted(groups.length, "stack")}; ` +
        "`--format csv` has all.",
      ]
      : []),
    ...(processes.size > 1
      ? [
        `threads of ${processes.size} processes are in these traces (${
          [...processes].slice(0, 5).join(", ")
        }${processes.size > 5 ? ", …" : ""}); \`htrace processes <target>\` lists them, ` +
        "`--process <id>` chooses one.",
      ]
      : []),
    ...(target.mode === "kernel"
      ? [
        "kernel mode: the traces are those of one process's handle table, as the kernel keeps " +
        "them, and tell nothing of other processes; `--process <id>` chooses another.",
      ]
      : []),
  ].map(capitalized);
}

function capitalized(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

/** Why there are no stacks, if there are none. */
export function noStacksText({ leftOut, misuses }: Analysis): string {
  if (leftOut.groups > 0) return "The filter left no stack for a table and a flame graph.";
  return misuses.length === 0
    ? "No stack opened a handle here, so there is no table and no flame graph."
    : "No stack here opened a handle; the bad references are all that was traced.";
}

/** Why there is no timeline, and how to get one. */
export function noTimelineText({ log, leftOut, diff }: Analysis): string {
  if (log.count === 0) return "No times: there are no traces.";
  if (diff?.historyLost) return "No growth: the snapshot's traces are gone from the ring.";
  if (leftOut.traces > 0) return "No timeline: a filter left traces out, so growth is not known.";
  if (isRingFull(log)) {
    return "No times: these traces have an order, but no clock, and the ring is full. Record " +
      "twice and compare: `htrace report later.htrace earlier.htrace`.";
  }
  return "No times: these traces have an order, but no clock. For growth over time, compare " +
    "recordings: `htrace report later.htrace earlier.htrace`.";
}
