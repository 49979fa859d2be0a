/**
 * The debugger's own text: what `!htrace` prints for a listing or a diff, byte for byte.
 *
 * Lines end with LF; no line has trailing blanks. Only user mode has a documented diff.
 *
 * @module
 */
import type { Analysis, DiffSummary } from "../analysis.ts";
import { traceAt } from "../trace_log.ts";
import { CLASSIC_TEXT, diffHeading, LAYOUTS, SEPARATOR, upper } from "./_layout.ts";

export { CLASSIC_TEXT } from "./_layout.ts";

/** Renders an analysis in the layout of its mode: a diff where it is one, else a listing. */
export function renderClassic(analysis: Analysis): string {
  const { diff } = analysis;
  const lines = diff === undefined ? listingLines(analysis) : diffLines(analysis, diff);
  return lines.join("\n") + "\n";
}

function listingLines(analysis: Analysis): string[] {
  const { log, listed, mode } = analysis;
  const header = mode === "kernel" && log.process !== undefined
    ? [`Process ${upper(log.process)}`, `ObjectTable ${upper(log.objectTable ?? 0n)}`, ""]
    : [];
  return [
    ...header,
    ...entryLines(analysis),
    "",
    SEPARATOR,
    `Parsed ${upper(log.parsed)} stack traces.`,
    `Dumped ${upper(listed.length)} stack traces.`,
  ];
}

function diffLines(analysis: Analysis, diff: DiffSummary): string[] {
  if (diff.historyLost) return [CLASSIC_TEXT.snapshotTaken, CLASSIC_TEXT.tooLarge];
  const heading = [
    ...diffHeading(diff.newTraces),
    "Ignoring handles that were already closed...",
  ];
  const displayed = analysis.listed.length;
  if (displayed === 0) {
    return [
      ...heading,
      "No outstanding handles opened since the previous snapshot were detected.",
    ];
  }
  return [
    ...heading,
    "Outstanding handles opened since the previous snapshot:",
    ...entryLines(analysis),
    SEPARATOR,
    `Displayed 0x${displayed.toString(16)} stack traces for outstanding handles opened since the ` +
    "previous snapshot.",
  ];
}

function entryLines(analysis: Analysis): string[] {
  const { log, mode, pointerSize, stackOf } = analysis;
  const layout = LAYOUTS[mode];
  // Thousands of traces share a few stacks: each stack is written once.
  const stackLines = new Map<number, readonly string[]>();
  for (const [stack, frames] of analysis.stacks) {
    stackLines.set(stack, frames.map((frame) => layout.frame(frame, pointerSize)));
  }
  const lines: string[] = [];
  for (const index of analysis.listed) {
    const trace = traceAt(log, index);
    lines.push(
      SEPARATOR,
      ...layout.heading(trace, pointerSize, handleNote(analysis, trace.handle)),
      ...stackLines.get(stackOf[index] ?? -1) ?? [],
    );
  }
  return lines;
}

/** The line about type and name: ours, and there only when the analysis was asked to carry them. */
function handleNote(analysis: Analysis, handle: number): string | undefined {
  const entry = analysis.handles?.get(handle);
  if (entry?.type === undefined) return undefined;
  return entry.objectName === undefined
    ? `Type = ${entry.type}`
    : `Type = ${entry.type}, Name = ${entry.objectName}`;
}
