/**
 * Writes bytes one value at a time; the counterpart of `_byte_reader.ts`.
 *
 * @module
 */
import { BytePieces, joinBytes } from "../byte_pieces.ts";

const ENCODER = new TextEncoder();
/** Buffer for a value being written: an array for each of a million values would be much to clean up. */
const SCRATCH = new Uint8Array(0x1000);
const SCRATCH_VIEW = new DataView(SCRATCH.buffer);
/** Number of letters that always fit in it: each takes up to three bytes. */
const MAX_SHORT_TEXT = Math.floor(SCRATCH.length / 3);

/** Writes values one at a time, little-endian. */
export class ByteWriter {
  readonly #written = new BytePieces();

  /** Number of bytes written. */
  get length(): number {
    return this.#written.length;
  }

  /** The bytes written, in pieces. */
  get pieces(): readonly Uint8Array[] {
    return this.#written.pieces;
  }

  /** The bytes written, in one array. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return joinBytes(this.pieces);
  }

  /** A byte. */
  byte(value: number): void {
    this.#written.byte(value);
  }

  /** Raw bytes. */
  raw(bytes: Uint8Array): void {
    this.#written.append(bytes);
  }

  /** Everything that another writer has written. */
  all({ pieces }: ByteWriter): void {
    this.#written.appendAll(pieces);
  }

  /** A whole number from 0 to 2^53 - 1, seven bits a byte, lowest first; all bytes but the last have bit 7. */
  varint(value: number): void {
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new RangeError(`Cannot write ${value} to a recording: expected a whole number from 0`);
    }
    let rest = value;
    while (rest > 0x7f) {
      this.byte(0x80 + rest % 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.byte(rest);
  }

  /** An address: 8 bytes. */
  address(value: bigint): void {
    SCRATCH_VIEW.setBigUint64(0, value, true);
    this.raw(SCRATCH.subarray(0, 8));
  }

  /** A string: its length in bytes as a varint, then UTF-8. */
  text(value: string): void {
    if (value.length > MAX_SHORT_TEXT) {
      const bytes = ENCODER.encode(value);
      this.varint(bytes.length);
      this.raw(bytes);
    } else {
      const { written } = ENCODER.encodeInto(value, SCRATCH);
      this.varint(written);
      this.raw(SCRATCH.subarray(0, written));
    }
  }

  /** A value that may be missing: a byte 0 without it, a byte 1 and the value with it. */
  optional<T>(value: T | undefined, write: (value: T) => void): void {
    this.byte(value === undefined ? 0 : 1);
    if (value !== undefined) write(value);
  }
}
