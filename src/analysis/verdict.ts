/**
 * The verdict: what an analysis means, in one sentence.
 *
 * The only place that decides it, for every report that begins with it.
 *
 * @module
 */
import type { Analysis, MisuseVerdict, TraceGroup } from "../analysis.ts";
import { countHandles, type HandleCounts, isUnknownType } from "../handle_counts.ts";
import { counted, framePlace, handlesOfType, signed, thousands } from "../plain_text.ts";
import { tellsCloses, type TraceLog } from "../trace_log.ts";
import { VERIFIER_STOP_CODES } from "../verifier_stop_codes.ts";
import { growthRate, growthSteps, isGrowing, isOpenOrGrowing, stepsText } from "./growth_steps.ts";

/** What an analysis means. */
export type VerdictKind =
  /** A stack leaks handles. */
  | "leak"
  /** Handles are open, but their number did not grow: apparently cached on purpose. */
  | "bounded"
  /** No leak, but bad references. */
  | "misuses"
  /** Nothing leaks. */
  | "no leak"
  /** Handles are open that only the system opened. */
  | "system only"
  /** Handles are open, and no frame of their stacks is known to be the program's. */
  | "no own frame"
  /** Handles are open, and the source has no stacks. */
  | "no stacks"
  /** Traces between the snapshot and now are lost: nothing can be concluded. */
  | "history lost"
  /** There are no traces. */
  | "no traces"
  /** A filter left nothing to judge. */
  | "filtered";

/** What an analysis means, and which group it is about. */
export interface Verdict {
  /** Its kind. */
  readonly kind: VerdictKind;
  /** Its text: one sentence, with a full stop. */
  readonly sentence: string;
  /** The group that it is about. */
  readonly group?: TraceGroup;
}

/** Decides what an analysis means. */
export function verdictOf(analysis: Analysis): Verdict {
  const { diff, log, groups, stacks } = analysis;
  if (diff?.historyLost) {
    return {
      kind: "history lost",
      sentence: `History was lost: ${lostReason(log)}, so nothing can be said of leaks since.`,
    };
  }
  if (log.count === 0 && analysis.misuses.length === 0) {
    return { kind: "no traces", sentence: noTracesSentence(analysis) };
  }
  const open = groups.filter((group) => isOpenOrGrowing(group) && !group.isKnown);
  const suspected = open.filter(({ stack }) => stacks.get(stack)?.suspect !== undefined);
  const growing = suspected.filter((group) => !isBounded(group, analysis));
  const [worst] = growing.toSorted(byWeight);
  if (worst !== undefined) {
    return { kind: "leak", sentence: leakSentence(analysis, worst), group: worst };
  }
  const [cached] = suspected.toSorted(byWeight);
  if (cached !== undefined) {
    return { kind: "bounded", sentence: boundedSentence(analysis, cached), group: cached };
  }
  if (open.length > 0) return withoutSuspects(analysis, open);
  if (analysis.misuses.length > 0) return misuseVerdict(analysis);
  if (groups.length === 0 && analysis.leftOut.groups > 0) return filteredVerdict(analysis);
  return { kind: "no leak", sentence: noLeakSentence(analysis) };
}

function filteredVerdict({ leftOut: { groups } }: Analysis): Verdict {
  const stacks = groups === 1 ? "the only stack" : `all ${counted(groups, "stack")}`;
  return { kind: "filtered", sentence: `Nothing passes the filter: it left out ${stacks}.` };
}

/** The scope of the verdict, if a filter left out other stacks. */
function amongKept({ groups, leftOut }: Analysis): string {
  return leftOut.groups === 0 ? "" : ` among the ${counted(groups.length, "stack")} shown`;
}

/** Why a diff cannot say what happened since its snapshot, as a clause. */
export function lostReason({ answer, count }: Pick<TraceLog, "answer" | "count">): string {
  return answer?.error === "too-large"
    ? "the debugger says that the difference between the two snapshots is too large"
    : `all ${counted(count, "trace")} of the ring are newer than the snapshot`;
}

/** What else a source without traces contains: leaks that the verifier found, how many handles are open. */
function noTracesSentence({ log, handles, handleCounts }: Analysis): string {
  const why = log.incomplete === undefined ? "" : ` (${log.incomplete})`;
  const leaked = (log.stops ?? []).filter(({ code }) => !VERIFIER_STOP_CODES.get(code)?.verdict);
  const found = leaked.length === 0
    ? []
    : [`Application Verifier found ${counted(leaked.length, "leaked handle")}`];
  const counts = handleCounts ?? (handles && countHandles(handles));
  const open = counts === undefined || counts.total === 0 ? [] : [openText(counts)];
  return [`No handle operations were traced${why}`, ...found, ...open].join("; ") + ".";
}

function openText({ total, types }: HandleCounts): string {
  const known = [...types].filter(([type]) => !isUnknownType(type));
  const [most] = known.sort(([, one], [, other]) => other - one);
  const ofType = most === undefined ? "" : `, ${thousands(most[1])} of them ${most[0]}`;
  return `${counted(total, "handle")} ${total === 1 ? "is" : "are"} open${ofType}`;
}

/** Snapshots that must agree before a number of open handles is called steady. */
const STEADY_SNAPSHOTS = 2;

/** Whether a stack had handles open at several snapshots, and had no more of them at the last step. */
function isBounded(group: TraceGroup, analysis: Analysis): boolean {
  const [before = 0, last = 0] = growthSteps(group, analysis).slice(-2);
  return growthSteps(group, analysis).length > STEADY_SNAPSHOTS && before > 0 && last <= before;
}

/** Most growth first, then never closed before usually closed, then most outstanding. */
function byWeight(a: TraceGroup, b: TraceGroup): number {
  const certainty = ({ judgement }: TraceGroup): number => judgement === "usually closed" ? 1 : 0;
  return (b.delta ?? 0) - (a.delta ?? 0) || certainty(a) - certainty(b) ||
    b.outstanding - a.outstanding;
}

function leakSentence(analysis: Analysis, group: TraceGroup): string {
  const { outstanding, opened, judgement } = group;
  const who = whoOf(analysis, group);
  const growth = growthText(analysis, group);
  if (outstanding === 0) {
    return `${who} grows: ${growth}; ${allHandles(opened)} ${
      opened === 1 ? "was" : "were"
    } closed in the end.`;
  }
  const leaks = judgement === "usually closed" ? "may leak" : "leaks";
  const handles = `${thousands(outstanding)} ${handlesOfType(group)}`;
  const since = analysis.diff === undefined ? "still open" : "since the snapshot";
  // The end of a program with marks does not measure growth.
  const share = shareText(analysis, group, analysis.hasMarks ? undefined : group.delta);
  const facts = [
    `${who} ${leaks}: ${handles} ${since}${share}`,
    closesText(analysis, group),
    growth,
  ];
  return `${facts.filter((fact) => fact !== "").join("; ")}.`;
}

/** How many of a stack's handles were closed; empty if the source does not say. */
function closesText({ log }: Analysis, { opened, closed }: TraceGroup): string {
  if (closed === 0) return tellsCloses(log) ? "none was ever closed" : "";
  return `${thousands(closed)} of ${thousands(opened)} ${closed === 1 ? "was" : "were"} closed`;
}

/** How a stack's number rose at every step; empty if it did not. */
function growthText(analysis: Analysis, group: TraceGroup): string {
  const steps = growthSteps(group, analysis);
  if (!isGrowing(steps)) return "";
  const rate = Number(growthRate(steps).toFixed(1));
  return `the number rose at every ${
    analysis.hasMarks ? "mark" : "snapshot"
  }, by ${rate} on average ` +
    `(${stepsText(steps, thousands)})`;
}

/** A group's share of all growth, or of all open handles; stated if there are other groups. */
function shareText(
  { groups, leftOut }: Analysis,
  group: TraceGroup,
  delta: number | undefined,
): string {
  const parts = groups.map((other) => delta === undefined ? other.outstanding : other.delta ?? 0);
  const total = parts.reduce((sum, part) => sum + Math.max(part, 0), 0);
  const own = delta ?? group.outstanding;
  if (total === own || total <= 0) return "";
  const what = delta === undefined ? "open handles" : "growth";
  return `, ${percentText(own / total)} of ${
    leftOut.groups === 0 ? `all ${what}` : `the ${what} shown`
  }`;
}

/** A percentage that rounding turns neither into 0 nor into 100. */
function percentText(part: number): string {
  const percent = Math.round(100 * part);
  return percent === 0 ? "less than 1 %" : percent === 100 ? "more than 99 %" : `${percent} %`;
}

function boundedSentence(analysis: Analysis, group: TraceGroup): string {
  const { series = [], delta = 0 } = group;
  const kept = (series.at(-1) ?? 0) + delta;
  const [before = 0, last = 0] = growthSteps(group, analysis).slice(-2);
  const steps = counted(series.length, analysis.hasMarks ? "mark" : "snapshot");
  return `Nothing grew${amongKept(analysis)}: ${whoOf(analysis, group)} keeps ${thousands(kept)} ${
    handlesOfType(group)
  } ` +
    (analysis.hasMarks
      ? `open, ${signed(last - before)} between the last two of ${steps}.`
      : `open, ${signed(delta)} since the last of ${steps}.`);
}

function withoutSuspects(analysis: Analysis, open: readonly TraceGroup[]): Verdict {
  const handles = open.reduce((sum, { outstanding }) => sum + outstanding, 0);
  const are = handles === 1 ? "is" : "are";
  const frames = open.map(({ stack }) => analysis.stacks.get(stack)?.frames ?? []);
  const depth = frames.reduce((most, { length }) => Math.max(most, length), 0);
  const begin = `${counted(handles, "handle")} ${are} open`;
  if (depth === 0) {
    return {
      kind: "no stacks",
      sentence: `${begin}, but who opened them is unknown: the traces have no stacks.`,
    };
  }
  const isNamed = frames.some((stack) => stack.some(({ module }) => module !== undefined));
  if (!isNamed || frames.some((stack) => stack.some(({ module }) => module === undefined))) {
    return {
      kind: "no own frame",
      sentence: `${begin}, with no own frame within the ${depth} recorded: some frames are ` +
        "outside all known modules.",
    };
  }
  return {
    kind: "system only",
    sentence:
      `No leak by the program itself${
        amongKept(analysis)
      }: ${begin} that the system's libraries opened, with no ` +
      `own frame within the ${depth} recorded.`,
  };
}

function misuseVerdict(analysis: Analysis): Verdict {
  const { log, misuses, leftOut } = analysis;
  const [first] = misuses;
  const references = counted(misuses.length, "bad reference");
  const by = first?.by === undefined ? "" : misuseText(first.verdict, framePlace(first.by));
  // A verifier stop may be everything that a source has.
  const begin = log.count === 0 ? "No handle operations were traced, but " : "No leak, but ";
  return { kind: "misuses", sentence: `${leftOut.groups === 0 ? begin : ""}${references}${by}.` };
}

/** The kind and place of a bad reference, appended to their number. */
function misuseText(verdict: MisuseVerdict, place: string): string {
  switch (verdict) {
    case "use after close":
    case "double close":
    case "wrong close":
      return `: ${verdict} in ${place}`;
    case "never open":
      return `: ${place} used a handle that was never open`;
    case "unknown":
      return ` in ${place}`;
  }
}

function noLeakSentence(analysis: Analysis): string {
  const { groups, diff } = analysis;
  const opened = groups.reduce((sum, group) => sum + group.opened, 0);
  const open = groups.reduce((sum, group) => sum + group.outstanding, 0);
  const since = diff === undefined ? "" : " since the snapshot";
  if (opened === 0) return `No leak: no handle was opened${since}.`;
  const among = amongKept(analysis);
  if (open === 0) {
    return `No leak${among}: ${allHandles(opened)} opened${since} ${
      opened === 1 ? "was" : "were"
    } closed.`;
  }
  return `No new leak${among}: ${thousands(opened - open)} of ${counted(opened, "handle")} ` +
    `opened${since} were closed, and the baseline allows the rest.`;
}

function allHandles(count: number): string {
  return count === 1 ? "the 1 handle" : `all ${counted(count, "handle")}`;
}

function whoOf({ stacks }: Analysis, { stack }: TraceGroup): string {
  const suspect = stacks.get(stack)?.suspect;
  if (suspect === undefined) return "An unknown stack";
  const place = framePlace(suspect.frame);
  return suspect.owner === "framework" ? `${place}, a framework,` : place;
}
