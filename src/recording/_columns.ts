/**
 * Columns of 32-bit words, stored as differences.
 *
 * @module
 */
import type { ByteReader } from "./_byte_reader.ts";
import type { ByteWriter } from "./_byte_writer.ts";

/**
 * Writes a column: each word as the difference, modulo 2^32, from the word before (the first from 0), with the sign in
 * the lowest bit.
 */
export function writeColumn(writer: ByteWriter, words: ArrayLike<number>): void {
  let previous = 0;
  for (let row = 0; row < words.length; row++) {
    const word = words[row]!;
    const difference = (word - previous) | 0;
    writer.varint(((difference << 1) ^ (difference >> 31)) >>> 0);
    previous = word;
  }
}

/** Reads a column of `words.length` words. */
export function readColumn(reader: ByteReader, words: Uint32Array | Uint8Array): void {
  let previous = 0;
  for (let row = 0; row < words.length; row++) {
    const coded = reader.varint();
    if (coded > 0xffff_ffff) throw reader.error("a word is too large");
    previous = (previous + ((coded >>> 1) ^ -(coded & 1))) >>> 0;
    words[row] = previous;
  }
}

/** Writes a column of 64-bit values as two columns: the upper words, then the lower ones. */
export function writeWideColumn(writer: ByteWriter, values: BigUint64Array | Float64Array): void {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length * 2);
  for (const half of [1, 0]) {
    writeColumn(writer, words.filter((_, index) => index % 2 === half));
  }
}

/** Reads a column of 64-bit values. */
export function readWideColumn(reader: ByteReader, values: BigUint64Array | Float64Array): void {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length * 2);
  const half = new Uint32Array(values.length);
  for (const offset of [1, 0]) {
    readColumn(reader, half);
    half.forEach((word, index) => words[index * 2 + offset] = word);
  }
}
