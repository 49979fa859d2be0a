/**
 * Tables of 32-bit words, written column by column as differences.
 *
 * Equal fields of neighbouring traces are equal or near each other, and what a field does not use is zero all
 * the way down, so that a column of differences is mostly small numbers and compresses well.
 *
 * @module
 */
import type { ByteReader } from "./_byte_reader.ts";
import type { ByteWriter } from "./_byte_writer.ts";

/** Words that stand `stride` apart: one column of a table. */
export interface Column {
  /** All words of the table. */
  readonly words: Uint32Array;
  /** Index of the column's first word. */
  readonly start: number;
  /** Words from one row to the next. */
  readonly stride: number;
}

/** Writes `rows` words of a column: each as the difference from the one before, modulo 2^32, sign last. */
export function writeColumn(
  writer: ByteWriter,
  { words, start, stride }: Column,
  rows: number,
): void {
  let previous = 0;
  for (let row = 0, at = start; row < rows; row++, at += stride) {
    const word = words[at]!;
    const difference = (word - previous) | 0;
    writer.varint(((difference << 1) ^ (difference >> 31)) >>> 0);
    previous = word;
  }
}

/** Reads `rows` words into a column. */
export function readColumn(
  reader: ByteReader,
  { words, start, stride }: Column,
  rows: number,
): void {
  let previous = 0;
  for (let row = 0, at = start; row < rows; row++, at += stride) {
    const coded = reader.varint();
    if (coded > 0xffff_ffff) throw reader.error("a word is too large");
    previous = (previous + ((coded >>> 1) ^ -(coded & 1))) >>> 0;
    words[at] = previous;
  }
}
