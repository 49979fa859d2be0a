/**
 * A debugger log's answers as a table.
 *
 * @module
 */
import type { Answer } from "../answer.ts";
import { linesText } from "../escape_text.ts";

/** A line for each answer: its number, its line in the text, its kind and contents, its command. */
export function renderAnswers(answers: readonly Answer[]): string {
  if (answers.length === 0) return "The text has no output of !htrace.\n";
  const rows = [
    ["#", "line", "kind", "entries", "command"],
    ...answers.map((answer) => [
      String(answer.number),
      String(answer.line),
      answer.error === undefined ? answer.kind : `${answer.kind} (${answer.error})`,
      entriesText(answer),
      [answer.prompt, answer.command].filter((part) => part !== undefined).join(" "),
    ]),
  ];
  const widths = rows[0]!.map((_, column) =>
    rows.reduce((width, row) => Math.max(width, row[column]!.length), 0)
  );
  return linesText(
    rows.map((row) =>
      row.map((cell, column) =>
        column < 2 ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)
      ).join("  ").trimEnd()
    ),
  );
}

function entriesText({ kind, entryCount, stated, incomplete }: Answer): string {
  if (kind !== "listing" && kind !== "diff" && kind !== "entries") return "-";
  const whole = stated.dumped ?? stated.displayed ?? entryCount;
  const count = whole > entryCount ? `${entryCount} of ${whole}` : String(entryCount);
  return incomplete === undefined ? count : `${count} (${incomplete})`;
}
