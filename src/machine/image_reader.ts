/**
 * Bounds-checked reading of image files.
 *
 * @module
 */
import { HtraceError } from "../error.ts";
import { hex } from "./cpu/hex.ts";

/** The image cannot be used: damaged, or of a kind that the machine does not run. */
export class ImageError extends HtraceError {
  /** File name of the image. */
  readonly image: string;

  /** Creates the error; `found` says what is wrong and what to do. */
  constructor(image: string, found: string) {
    super(`Cannot load ${image}: ${found}`);
    this.image = image;
  }
}

/** Reads numbers and text inside the bytes, and says what was to be read if they are outside. */
export class ImageReader {
  /** File name of the image, for messages. */
  readonly image: string;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  /** Reads from `bytes`: the file, or the image laid out as in memory. */
  constructor(image: string, bytes: Uint8Array) {
    this.image = image;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Throws unless there are `length` bytes at `offset`; `what` names what was to be read there. */
  require(offset: number, length: number, what: string): void {
    if (offset + length > this.#bytes.length) {
      throw new ImageError(
        this.image,
        `its ${what} at ${hex(offset)} is ${hex(length)} bytes long, beyond the end at ` +
          `${hex(this.#bytes.length)}; take an undamaged file`,
      );
    }
  }

  /** Reads a 16-bit number. */
  u16(offset: number, what: string): number {
    this.require(offset, 2, what);
    return this.#view.getUint16(offset, true);
  }

  /** Reads a 32-bit number, unsigned. */
  u32(offset: number, what: string): number {
    this.require(offset, 4, what);
    return this.#view.getUint32(offset, true);
  }

  /** Replaces a 32-bit number. */
  setU32(offset: number, value: number, what: string): void {
    this.require(offset, 4, what);
    this.#view.setUint32(offset, value, true);
  }

  /** Returns a view of `length` bytes. */
  bytes(offset: number, length: number, what: string): Uint8Array {
    this.require(offset, length, what);
    return this.#bytes.subarray(offset, offset + length);
  }

  /** Reads ASCII up to a NUL or `limit` characters. */
  text(offset: number, limit: number, what: string): string {
    this.require(offset, 1, what);
    const bytes = this.#bytes.subarray(offset, Math.min(offset + limit, this.#bytes.length));
    const end = bytes.indexOf(0);
    return new TextDecoder("latin1").decode(end < 0 ? bytes : bytes.subarray(0, end));
  }
}
