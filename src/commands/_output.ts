/**
 * How verbs write what they have: reports, sentences, JSON.
 *
 * @module
 */
import type { Analysis } from "../analysis.ts";
import type { Recording } from "../recording/recording.ts";
import { REPORTS } from "../reports/mod.ts";
import { traceCount } from "../trace_log.ts";
import { toggle } from "./_arguments.ts";
import type { CliProcess } from "./_context.ts";
import { colored } from "./_colors.ts";

/** What the user said about the form of an analysis. */
export interface AnalysisFlags {
  /** One entry a stack instead of one a trace. */
  readonly group?: boolean;
  /** With types and names of the handles. */
  readonly names?: boolean;
  /** As JSON. */
  readonly json?: boolean;
}

/** The definitions of {@linkcode AnalysisFlags}, to be spread into a verb's own flags. */
export const ANALYSIS_FLAGS = {
  group: toggle("Print one entry a distinct stack, biggest first, with counts and a suspect"),
  names: toggle("Print types and names of the handles' objects, where the target knows them"),
  json: toggle("Print one line of JSON"),
} as const;

/** Writes an analysis in the form asked for, and says what it lacks. */
export function writeAnalysis(
  process: CliProcess,
  analysis: Analysis,
  { group = false, json = false }: AnalysisFlags,
): void {
  if (json) process.stdout.write(REPORTS.json(analysis));
  else writeText(process, group ? REPORTS.groups(analysis) : REPORTS.classic(analysis));
  warnOfGaps(process, analysis);
}

/** Writes a text for people. */
export function writeText({ stdout }: CliProcess, text: string): void {
  stdout.write(stdout.isTerminal && !Deno.noColor ? colored(text) : text);
}

/** Writes a value as one line of JSON; addresses become text, `0x…`, because JSON's readers cut 64-bit numbers. */
export function writeJson({ stdout }: CliProcess, value: object): void {
  const line = JSON.stringify(
    value,
    (_key, inner: unknown) => typeof inner === "bigint" ? `0x${inner.toString(16)}` : inner,
  );
  stdout.write(`${line}\n`);
}

/** What was saved, in words. */
export function describeRecording({ log, snapshots, modules, handles }: Recording): string {
  const parts = [
    counted(traceCount(log), "trace"),
    counted(modules.length, "module"),
    ...(handles ? [counted(handles.length, "handle")] : []),
    ...(snapshots.size > 0 ? [counted(snapshots.size, "snapshot")] : []),
  ];
  return `Saved ${parts.join(", ")}.\n`;
}

/** A number with its noun. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** Writes a sentence to the standard error, as errors are written. */
export function warnTo({ stderr }: CliProcess): (sentence: string) => void {
  return (sentence) => stderr.write(`htrace: ${sentence}\n`);
}

function warnOfGaps(process: CliProcess, { log, diff }: Analysis): void {
  const warn = warnTo(process);
  if (log.incomplete !== undefined) warn(`traces are missing: ${log.incomplete}`);
  if (diff?.historyLost) {
    warn(
      `history was lost: all ${
        counted(traceCount(log), "trace")
      } of the ring are newer than the snapshot; ` +
        `take snapshots more often or enable tracing with more slots`,
    );
  }
}
