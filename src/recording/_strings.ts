/**
 * Strings that occur repeatedly, each written once.
 *
 * @module
 */
import type { ByteReader } from "./_byte_reader.ts";
import type { ByteWriter } from "./_byte_writer.ts";
import type { Allowance } from "./_limits.ts";

/** Numbers strings from 1; 0 stands for none. */
export class StringNumbers {
  readonly #numbers = new Map<string, number>();

  /** The number of a string; a new string gets the next one. */
  number(text: string | undefined): number {
    if (text === undefined) return 0;
    let number = this.#numbers.get(text);
    if (number === undefined) this.#numbers.set(text, number = this.#numbers.size + 1);
    return number;
  }

  /** Writes the strings in the order of their numbers. */
  write(writer: ByteWriter): void {
    writer.varint(this.#numbers.size);
    for (const text of this.#numbers.keys()) writer.text(text);
  }
}

/** Reads strings, and returns a function that looks one up by its number. */
export function readStrings(
  reader: ByteReader,
  allowance: Allowance,
): (number: number) => string | undefined {
  const count = reader.count(1);
  allowance.take("strings", count, reader);
  const texts = Array.from({ length: count }, () => reader.text());
  return (number) => {
    if (number > count) throw reader.error(`a value has text ${number} of ${count}`);
    return number === 0 ? undefined : texts[number - 1];
  };
}
