/**
 * A selftest as text: a table for the terminal, a report to paste into an issue.
 *
 * @module
 */
import type { MachineFacts } from "./machine.ts";
import { withoutPersonalData } from "./personal_data.ts";
import type { ClaimResult, Outcome } from "./selftest.ts";

/** Width of the outcome column, where people look first. */
const OUTCOME_WIDTH = "not possible here".length;

/** The lines about the machine. */
export function renderMachine(facts: MachineFacts): string {
  return [...facts].map(([name, value]) => `${name}: ${value}\n`).join("");
}

/** The lines of a result. A topic or reason that is the same as in the previous one is not repeated. */
export function renderResult(result: ClaimResult, previous?: ClaimResult): string {
  const { topic, outcome, claim, reason } = result;
  const isSameTopic = topic === previous?.topic;
  const heading = isSameTopic ? "" : `\n${topic}\n`;
  const shown = outcome === "did not hold" ? outcome.toUpperCase() : outcome;
  const isSaid = reason === undefined || (isSameTopic && reason === previous?.reason);
  const why = isSaid ? "" : `\n${" ".repeat(OUTCOME_WIDTH + 4)}${reason}`;
  return `${heading}  ${shown.padEnd(OUTCOME_WIDTH)}  ${claim}${why}\n`;
}

/** The number of claims by outcome. */
export function renderCounts(results: readonly ClaimResult[]): string {
  const count = (wanted: Outcome): number =>
    results.filter(({ outcome }) => outcome === wanted).length;
  return `\n${count("held")} held, ${count("did not hold")} did not hold, ` +
    `${count("not possible here")} not possible here.\n`;
}

/**
 * The whole report, without anything that names a person; `hints` are paths from which a person's name may be learned.
 */
export function renderReport(
  facts: MachineFacts,
  results: readonly ClaimResult[],
  hints: readonly string[] = [],
): string {
  const table = results.map((result, index) => renderResult(result, results[index - 1])).join("");
  return withoutPersonalData(
    `htrace selftest\n\n${renderMachine(facts)}${table}${renderCounts(results)}`,
    hints,
  );
}
