/**
 * The selftest: `htrace selftest`.
 *
 * @module
 */
export { describeMachine } from "./machine.ts";
export type { MachineFacts } from "./machine.ts";
export { renderCounts, renderMachine, renderReport, renderResult } from "./report.ts";
export { runSelftest, TOPICS } from "./selftest.ts";
export type { ClaimResult, Outcome } from "./selftest.ts";
