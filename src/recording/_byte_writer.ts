/**
 * Bytes that are written one value after the other; the mirror of `_byte_reader.ts`.
 *
 * @module
 */
import { BytePieces, joinBytes } from "../byte_pieces.ts";

const ENCODER = new TextEncoder();
/** A value that is written: an array for each of a million is much to clean up. */
const SCRATCH = new Uint8Array(0x1000);
const SCRATCH_VIEW = new DataView(SCRATCH.buffer);
/** Letters that have room in it whatever they are: up to three bytes each. */
const MAX_SHORT_TEXT = Math.floor(SCRATCH.length / 3);

/** Values one after the other, little-endian. */
export class ByteWriter {
  readonly #written = new BytePieces();

  /** Number of bytes that have been written. */
  get length(): number {
    return this.#written.length;
  }

  /** What has been written. */
  get pieces(): readonly Uint8Array[] {
    return this.#written.pieces;
  }

  /** The same as one. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return joinBytes(this.pieces);
  }

  /** A byte. */
  byte(value: number): void {
    this.#written.byte(value);
  }

  /** Bytes as they are. */
  raw(bytes: Uint8Array): void {
    this.#written.append(bytes);
  }

  /** What another has written. */
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

  /** A text: its length in bytes as a varint, then UTF-8. */
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
