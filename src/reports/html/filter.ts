/**
 * Which rows the filter lets through: one filter for the table and the flame graph.
 *
 * @module
 */
import type { Model, Row } from "./model.ts";

/** What the user asked for. */
export interface Filter {
  /** Words; a row must have each of them in a frame, a file, a type or its judgement. */
  readonly text: string;
  /** Only rows with open handles. */
  readonly onlyOpen: boolean;
}

/** The words of a filter, in lower case. */
export function wordsOf(text: string): string[] {
  return text.toLowerCase().split(/\s+/).filter((word) => word !== "");
}

/** The rows that a filter lets through, in their order. */
export function filterRows(model: Model, { text, onlyOpen }: Filter): readonly Row[] {
  const words = wordsOf(text);
  const matching = words.map((word) => framesWith(model, word));
  if (words.length === 0 && !onlyOpen) return model.rows;
  return model.rows.filter((row) =>
    (!onlyOpen || row.outstanding > 0) &&
    words.every((word, index) => hasWord(model, row, word, matching[index]!))
  );
}

/** A byte for each frame: 1 where it has the word. A stack is then looked at by number, not by name. */
function framesWith({ frames }: Model, word: string): Uint8Array {
  return Uint8Array.from(frames, ({ searched }) => Number(searched.includes(word)));
}

function hasWord(model: Model, row: Row, word: string, frames: Uint8Array): boolean {
  return isIn(word, row.type) || isIn(word, row.known ? "known" : row.judgement) ||
    model.stack(row.stack).some((frame) => frames[frame] === 1);
}

function isIn(word: string, text: string): boolean {
  return text.toLowerCase().includes(word);
}
