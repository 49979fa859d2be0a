/**
 * Uncertainties of an analysis: what is missing, what its source cannot see, what was left out.
 *
 * The only place that words them, for every output. A report that includes some itself lists their kinds; the command
 * line warns of the others.
 *
 * @module
 */
import type { Analysis, RenderOptions, UncertaintyKind } from "../analysis.ts";
import { counted, thousands } from "../plain_text.ts";
import { isRingFull } from "../trace_log.ts";
import { stopText } from "../verifier_stop_codes.ts";
import { lostReason, type VerdictKind, verdictOf } from "./verdict.ts";

/** An uncertainty. */
export interface Uncertainty {
  /** Its kind. */
  readonly kind: UncertaintyKind;
  /** Its wording: a clause that begins in lower case, without a full stop. */
  readonly text: string;
}

/** The command that says why modules have no names. */
export function symbolsCommand(
  { target = "<target>", examined = target, targetOptions = [] }: RenderOptions = {},
): string {
  return ["htrace symbols", examined, ...targetOptions].join(" ");
}

/** Most names listed in a clause; the rest are counted. */
const NAMES = 5;

/** All uncertainties, most serious first. `symbols` is the command that says why modules have no names. */
export function uncertainties(
  analysis: Analysis,
  symbols = symbolsCommand(),
): Uncertainty[] {
  const { log, diff, misuses, gaps = [], limits, withoutSymbols, leftOut } = analysis;
  const { incomplete, stops = [] } = log;
  const list: Uncertainty[] = [];
  const add = (kind: UncertaintyKind, text: string): void => {
    list.push({ kind, text });
  };
  for (const stop of stops) {
    const isTold = misuses.some(({ code }) => code === stop.code);
    add(isTold ? "told stop" : "stop", stopText(stop));
  }
  if (incomplete !== undefined) add("traces", `traces are missing: ${incomplete}`);
  for (const gap of gaps) add("gap", `incomplete: ${gap}`);
  if (diff?.historyLost) add("history", historyText(analysis));
  else if (isRingFull(log) && diff === undefined && incomplete === undefined) {
    add("ring", `the ring is full (${counted(log.count, "trace")}): older traces are gone`);
  }
  if (withoutSymbols.length > 0) {
    const names = withoutSymbols.map(({ name }) => name);
    add(
      "names",
      `no PDB was found for ${listed(names)}: frames there have no names, and their suspects are ` +
        `guesses; ${symbols} says why`,
    );
  }
  for (const limit of limits) if (limit !== incomplete) add("limit", limit);
  if (leftOut.traces + leftOut.groups > 0) {
    add(
      "left out",
      `left out: ${counted(leftOut.traces, "trace")} and ${counted(leftOut.groups, "stack")}`,
    );
  }
  return list;
}

/** Those that the verdict and the stories of bad references beside them do not already mention. */
export function uncertaintiesBesideVerdict(analysis: Analysis, symbols?: string): string[] {
  const told = TOLD_BY_VERDICT[verdictOf(analysis).kind] ?? [];
  return uncertainties(analysis, symbols)
    .filter(({ kind }) => kind !== "told stop" && !told.includes(kind))
    .map(({ text }) => text);
}

/** Those that the verdict's text includes. */
const TOLD_BY_VERDICT: Partial<Record<VerdictKind, readonly UncertaintyKind[]>> = {
  "history lost": ["history"],
  "no traces": ["traces"],
};

function historyText({ log }: Analysis): string {
  return `history was lost: ${
    lostReason(log)
  }, so nothing can be said of leaks since; "htrace show" lists ` +
    "what is there; take snapshots more often or enable tracing with more slots";
}

function listed(names: readonly string[]): string {
  const more = names.length - NAMES;
  return names.slice(0, NAMES).join(", ") + (more > 0 ? ` and ${thousands(more)} more` : "");
}
