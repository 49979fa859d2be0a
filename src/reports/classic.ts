/**
 * The debugger's own text: what `!htrace` prints for a listing or a diff, byte for byte.
 *
 * Lines end with LF; no line has trailing blanks. Only user mode has a documented diff.
 *
 * @module
 */
import type { Analysis, DiffSummary, Report } from "../analysis.ts";
import { linesText } from "../escape_text.ts";
import type { StackId } from "../trace_log.ts";
import { operationAt } from "../trace_log.ts";
import { diffHeading, LAYOUTS, SEPARATOR, SNAPSHOT_TEXT, upper } from "./_debugger_text.ts";
import { objectText } from "./_object_text.ts";

export { SNAPSHOT_TEXT };

/** The report. */
export const CLASSIC: Report = {
  name: "classic",
  brief: "what !htrace prints, byte for byte",
  extension: ".txt",
  render: classicPieces,
};

/** Renders an analysis in the layout of its mode: as a diff if it is one, otherwise as a listing. */
export function renderClassic(analysis: Analysis): string {
  return [...classicPieces(analysis)].join("");
}

/** The same in pieces: rings are long. */
function* classicPieces(analysis: Analysis): Generator<string, void, undefined> {
  const { diff } = analysis;
  if (diff === undefined) yield* listing(analysis);
  else yield* outstanding(analysis, diff);
}

function* listing(analysis: Analysis): Generator<string, void, undefined> {
  const { log, listed, parsed, target } = analysis;
  if (target.mode === "kernel" && log.process !== undefined) {
    yield `Process ${upper(log.process)}\nObjectTable ${upper(log.objectTable ?? 0n)}\n\n`;
  }
  yield* entries(analysis);
  yield `\n${SEPARATOR}\n` +
    `Parsed ${upper(parsed)} stack traces.\n` +
    `Dumped ${upper(listed.length)} stack traces.\n`;
}

function* outstanding(
  analysis: Analysis,
  { historyLost, newTraces }: DiffSummary,
): Generator<string, void, undefined> {
  if (historyLost) {
    yield `${SNAPSHOT_TEXT.taken}\n${SNAPSHOT_TEXT.tooLarge}\n`;
    return;
  }
  yield diffHeading(newTraces).join("\n") + "\nIgnoring handles that were already closed...\n";
  const displayed = analysis.listed.length;
  if (displayed === 0) {
    yield "No outstanding handles opened since the previous snapshot were detected.\n";
    return;
  }
  yield "Outstanding handles opened since the previous snapshot:\n";
  yield* entries(analysis);
  yield `${SEPARATOR}\n` +
    `Displayed 0x${displayed.toString(16)} stack traces for outstanding handles opened since the ` +
    "previous snapshot.\n";
}

/** Characters of a piece: few enough to keep in memory, many enough to write at once. */
const PIECE = 0x1_0000;

function* entries(analysis: Analysis): Generator<string, void, undefined> {
  const { log, listsNames, target: { mode, pointerSize } } = analysis;
  const layout = LAYOUTS[mode];
  // Thousands of traces share a few stacks: the text of each is made once, and kept as long as it is needed.
  const uses = usesOfStacks(analysis);
  const stackLines = new Map<StackId, string>();
  const stackText = (stack: StackId): string => {
    let text = stackLines.get(stack);
    if (text === undefined) {
      const frames = analysis.stacks.get(stack)?.frames ?? [];
      text = linesText(frames.map((frame) => layout.frame(frame, pointerSize)));
      if (uses[stack]! > 1) stackLines.set(stack, text);
    }
    if (--uses[stack]! === 0) stackLines.delete(stack);
    return text;
  };
  let piece = "";
  for (const index of analysis.listed) {
    const note = listsNames ? objectText(analysis.objectOf(index)) : undefined;
    const heading = layout.heading(operationAt(log, index), pointerSize, note);
    // Numbers need no escaping, which would take most of the time.
    const text = note === undefined ? `${heading.join("\n")}\n` : linesText(heading);
    piece += `${SEPARATOR}\n${text}${stackText(log.stack[index]!)}`;
    if (piece.length < PIECE) continue;
    yield piece;
    piece = "";
  }
  yield piece;
}

/** How many of the listed traces have each stack. */
function usesOfStacks({ log, listed }: Analysis): Uint32Array {
  const uses = new Uint32Array(log.stacks.count);
  for (const index of listed) uses[log.stack[index]!]!++;
  return uses;
}
