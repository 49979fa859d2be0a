/**
 * Selects the rows that pass the filter: one filter for the table and the flame graph.
 *
 * @module
 */
import type { Model, Row } from "./model.ts";

/** The user's filter. */
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

/** The rows that pass a filter, in order. */
export function filterRows(model: Model, { text, onlyOpen }: Filter): readonly Row[] {
  const words = wordsOf(text);
  const matching = words.map((word) => framesWith(model, word));
  if (words.length === 0 && !onlyOpen) return model.rows;
  return model.rows.filter((row) =>
    (!onlyOpen || row.outstanding > 0) &&
    words.every((word, index) => hasWord(model, row, word, matching[index]!))
  );
}

/** A byte for each frame: 1 if it contains the word. Stacks are then matched by number, not by name. */
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
