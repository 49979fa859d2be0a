/**
 * Checked reads of a log: every offset and count is checked against the file before anything is read or allocated.
 *
 * @module
 */
import type { ByteSource } from "../byte_source.ts";
import type { FormatError } from "../error.ts";
import { BLOB, BLOB_KIND, BLOB_MAX_BYTES, LIMITS } from "./layout.ts";
import { logError } from "./log_error.ts";

/** A ref counts units of 8 bytes from the file's beginning. */
const REF_UNIT = 8;

/** The file of a log. */
export class LogFile {
  readonly #source: ByteSource;
  /** Refs of the blobs that were read, and their total size in bytes. */
  readonly #blobs = new Set<number>();
  #blobBytes = 0;

  /** Reads `source`, which may be written at the same time. */
  constructor(source: ByteSource) {
    this.#source = source;
  }

  /** Size of the file in bytes. */
  get size(): number {
    return this.#source.size;
  }

  /** Makes the error that says what is wrong with the log. */
  error(found: string, advice?: string): FormatError {
    return logError(this.#source.name, found, advice);
  }

  /** Reads bytes that must be there. */
  bytes(offset: number, length: number, what: string): Uint8Array {
    if (!(offset >= 0 && length >= 0 && offset + length <= this.#source.size)) {
      throw this.error(`it is damaged: ${what} lies outside the file`);
    }
    const bytes = this.#source.read(offset, length);
    if (bytes.length < length) throw this.error(`it is damaged: ${what} is cut off`);
    return bytes;
  }

  /** A view of bytes that must be there. */
  view(offset: number, length: number, what: string): DataView {
    const bytes = this.bytes(offset, length, what);
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** A view of `length` bytes at a ref. */
  at(ref: number, length: number, what: string): DataView {
    return this.view(ref * REF_UNIT, length, what);
  }

  /** A blob by its ref. Overlapping refs could yield more data than the file has. */
  blob(ref: number, kind: number, what: string): Blob {
    const blob = this.#readBlob(ref, what);
    if (blob.kind !== kind) throw this.error(`it is damaged: ${what} is of another kind`);
    // Many records may share one name, so a long name would be multiplied.
    if (blob.data.byteLength > BLOB_MAX_BYTES[kind]!) {
      throw this.error(`it is damaged: ${what} is longer than it can be`);
    }
    if (!this.#blobs.has(ref)) {
      this.#blobs.add(ref);
      this.#blobBytes += BLOB.size + blob.data.byteLength;
      const isTooMuch = this.#blobBytes > LIMITS.arena || this.#blobs.size > LIMITS.blobs;
      if (isTooMuch) throw this.error("it is damaged: its blobs overlap");
    }
    return blob;
  }

  /** A name by its ref; undefined for ref 0. */
  name(ref: number, what: string): string | undefined {
    if (ref === 0) return undefined;
    return new TextDecoder("utf-16le").decode(this.blob(ref, BLOB_KIND.name, what).data);
  }

  #readBlob(ref: number, what: string): Blob {
    const header = this.at(ref, BLOB.size, what);
    const length = header.getUint16(BLOB.bytes, true);
    return {
      kind: header.getUint16(BLOB.kind, true),
      tag: header.getUint32(BLOB.tag, true),
      opened: header.getUint32(BLOB.opened, true),
      closed: header.getUint32(BLOB.closed, true),
      bad: header.getUint32(BLOB.bad, true),
      data: this.at(ref + BLOB.size / REF_UNIT, length, what),
    };
  }
}

/** Data that a log keeps only once. */
export interface Blob {
  /** `BLOB_KIND`. */
  readonly kind: number;
  /** For a stack: generation * 2, plus 1 if it was cut. */
  readonly tag: number;
  /** For a stack: how many handles it opened. */
  readonly opened: number;
  /** For a stack: how many of those were closed. */
  readonly closed: number;
  /** For a stack: how many bad references it made. */
  readonly bad: number;
  /** The bytes themselves. */
  readonly data: DataView;
}

/** Records that are chained by refs from the newest to the oldest, each `size` bytes with the next ref at its beginning. */
export function* chain(
  file: LogFile,
  head: number,
  size: number,
  what: string,
): Generator<{ readonly ref: number; readonly view: DataView }> {
  let count = 0;
  for (let ref = head; ref !== 0;) {
    if (count++ === LIMITS.records) {
      throw file.error(`it is damaged: its list of ${what} has no end`);
    }
    const view = file.at(ref, size, `one of its ${what}`);
    yield { ref, view };
    ref = view.getUint32(0, true);
  }
}
