/**
 * Reads bytes one value at a time; the counterpart of `_byte_writer.ts`.
 *
 * @module
 */
import type { FormatError } from "../error.ts";
import type { Allowance } from "./_limits.ts";
import { recordingError } from "./recording_error.ts";

/** Size of the longest number in bytes: 53 bits, seven per byte. */
const MAX_VARINT = 8;

/** Reads values one at a time. Each read checks that its bytes are there. */
export class ByteReader {
  readonly #recording: string;
  readonly #bytes: Uint8Array;
  readonly #allowance: Allowance | undefined;
  #offset = 0;

  /** Reads `bytes`; errors name the recording. The letters of strings are counted if there is an allowance. */
  constructor(recording: string, bytes: Uint8Array, allowance?: Allowance) {
    this.#recording = recording;
    this.#bytes = bytes;
    this.#allowance = allowance;
  }

  /** Number of remaining bytes. */
  get remaining(): number {
    return this.#bytes.length - this.#offset;
  }

  /** The error that says what is wrong with the recording. */
  error(found: string): FormatError {
    return recordingError(this.#recording, `it is damaged: ${found}`);
  }

  /** A byte. */
  byte(): number {
    const value = this.#bytes[this.#offset];
    if (value === undefined) throw this.error("a value is cut off");
    this.#offset++;
    return value;
  }

  /** Raw bytes, as a view. */
  raw(length: number): Uint8Array {
    if (length > this.remaining) {
      throw this.error(`${length} bytes are announced, ${this.remaining} are left`);
    }
    this.#offset += length;
    return this.#bytes.subarray(this.#offset - length, this.#offset);
  }

  /** A whole number from 0 to 2^53 - 1. */
  varint(): number {
    let value = 0;
    let scale = 1;
    for (let length = 0; length < MAX_VARINT; length++) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80 && value <= Number.MAX_SAFE_INTEGER) return value;
      scale *= 0x80;
    }
    throw this.error("a number is too large");
  }

  /** A number of items of at least `size` bytes each: never more than fit in the remaining bytes. */
  count(size: number): number {
    const count = this.varint();
    if (count * size > this.remaining) {
      throw this.error(`${count} values are announced, ${this.remaining} bytes are left`);
    }
    return count;
  }

  /** An address. */
  address(): bigint {
    const bytes = this.raw(8);
    return new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  }

  /** A string. */
  text(): string {
    const length = this.count(1);
    this.#allowance?.take("letters", length, this);
    return new TextDecoder().decode(this.raw(length));
  }

  /** A value that may be missing. */
  optional<T>(read: () => T): T | undefined {
    const flag = this.byte();
    if (flag > 1) throw this.error(`a flag is ${flag}`);
    return flag === 1 ? read() : undefined;
  }
}
