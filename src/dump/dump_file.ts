/**
 * Bounds-checked reading of a dump file, piece by piece.
 *
 * Dumps have many gigabytes, and the structures in them are small and scattered, so only the pages around the latest
 * reads are kept.
 *
 * @module
 */
import type { ByteSource } from "../byte_source.ts";
import { FormatError } from "../error.ts";
import {
  decodeStructure,
  type FieldTypes,
  type Structure,
  type StructureTable,
} from "./structure_table.ts";

/** Bytes read from the file at once, and the number of such pages kept: 4 MiB in total. */
const PAGE_SIZE = 0x10000;
const MAX_PAGES = 64;

const ADVICE = "copy the file again, or write a new dump";

/** A dump file. Offsets count bytes from its start; every read is checked against its size. */
export class DumpFile {
  /** Path or name, for messages. */
  readonly name: string;
  /** Length in bytes. */
  readonly size: number;
  readonly #source: ByteSource;
  /** Pages by number, least recently used first. */
  readonly #pages = new Map<number, Uint8Array>();

  /** Reads through `source`; nothing is read yet. */
  constructor(source: ByteSource) {
    this.#source = source;
    this.name = source.name;
    this.size = source.size;
  }

  /** Up to `length` bytes from `offset`: fewer at the end of the file, none beyond it. Not to be written to. */
  read(offset: number, length: number): Uint8Array {
    const end = Math.min(offset + length, this.size);
    if (!(end > offset && offset >= 0)) return new Uint8Array(0);
    const first = Math.floor(offset / PAGE_SIZE);
    if (end > (first + 1) * PAGE_SIZE) return this.#readAcross(offset, end);
    const start = first * PAGE_SIZE;
    return this.#page(first).subarray(offset - start, end - start);
  }

  /**
   * Fills `target` from `offset`, bypassing the kept pages, and returns the number of bytes: for long lists that are
   * walked once, with one buffer.
   */
  readInto(offset: number, target: Uint8Array): number {
    const length = Math.max(0, Math.min(target.length, this.size - offset));
    const part = target.subarray(0, length);
    if (this.#source.readInto) return this.#source.readInto(offset, part);
    const bytes = this.#source.read(offset, length);
    part.set(bytes);
    return bytes.length;
  }

  /** Exactly `length` bytes from `offset`. Throws a {@linkcode FormatError} that names `what` should be there. */
  bytes(offset: number, length: number, what: string): Uint8Array {
    const bytes = this.read(offset, length);
    if (bytes.length < length) {
      const found = bytes.length === 0
        ? `its ${what} should be at ${hex(offset)}, beyond the end of the file at ${hex(this.size)}`
        : `its ${what} at ${hex(offset)} is cut off after ${bytes.length} of ${length} bytes`;
      throw this.error(found, { offset });
    }
    return bytes;
  }

  /** The structure at `offset`. Throws a {@linkcode FormatError} that names it if it is not whole. */
  structure<Types extends FieldTypes>(
    table: StructureTable<Types>,
    offset: number,
    what: string = table.name,
  ): Structure<Types> {
    return decodeStructure(table, this.bytes(offset, table.size, what));
  }

  /** The error that says what is wrong with the file, and what to do. */
  error(
    found: string,
    options: { readonly offset?: number; readonly advice?: string } = {},
  ): FormatError {
    const { offset, advice = ADVICE } = options;
    return new FormatError(`Cannot read the dump "${this.name}": ${found}; ${advice}`, {
      file: this.name,
      ...(offset !== undefined && { offset }),
    });
  }

  /** Bytes of more than one page. Large pieces bypass the kept pages, because they would push out everything else. */
  #readAcross(offset: number, end: number): Uint8Array {
    if (end - offset > PAGE_SIZE) return this.#source.read(offset, end - offset);
    const boundary = Math.ceil(offset / PAGE_SIZE) * PAGE_SIZE;
    const head = this.read(offset, boundary - offset);
    if (head.length < boundary - offset) return head; // the file has shrunk meanwhile
    const tail = this.read(boundary, end - boundary);
    const bytes = new Uint8Array(head.length + tail.length);
    bytes.set(head);
    bytes.set(tail, head.length);
    return bytes;
  }

  #page(number: number): Uint8Array {
    const page = this.#pages.get(number) ?? this.#source.read(number * PAGE_SIZE, PAGE_SIZE);
    this.#pages.delete(number);
    this.#pages.set(number, page);
    for (const oldest of this.#pages.keys()) {
      if (this.#pages.size <= MAX_PAGES) break;
      this.#pages.delete(oldest);
    }
    return page;
  }
}

/** A number in the form of addresses and offsets: `0x1f`. */
export function hex(value: number | bigint): string {
  return `0x${value.toString(16)}`;
}
