/**
 * Assembles the bytes of a minidump, piece by piece.
 *
 * @module
 */
import { BytePieces, joinBytes } from "../../byte_pieces.ts";
import { HtraceError } from "../../error.ts";
import { encodeStructure } from "../structure_table.ts";
import { DIRECTORY, HEADER, SIGNATURE, VERSION } from "./format.ts";

/** The header fields of a new dump. */
export interface DumpHeader {
  /** MINIDUMP_TYPE bits. */
  readonly flags: number;
  /** When the dump was written, in seconds since 1970. */
  readonly timestamp: number;
}

/** Every piece begins at a multiple of this, so that readers that map the file find 64-bit fields aligned. */
const ALIGNMENT = 8;

/** Collects pieces and assigns their offsets; the directory follows the header, as in dumps by dbghelp. */
export class DumpBuilder {
  /** The bytes after the directory. */
  readonly #body = new BytePieces();
  readonly #streams: Uint8Array[] = [];
  readonly #strings = new Map<string, number>();
  readonly #slots: number;
  readonly #bodyOffset: number;

  /** Begins a dump with room for `slots` streams; empty slots have type 0, which readers skip. */
  constructor(slots: number) {
    this.#slots = slots;
    this.#bodyOffset = HEADER.size + slots * DIRECTORY.size;
  }

  /** Adds bytes to the file and returns their offset. Throws an HtraceError beyond 4 GiB, where offsets end. */
  place(...parts: readonly Uint8Array[]): number {
    const end = this.#bodyOffset + this.#body.length;
    const offset = Math.ceil(end / ALIGNMENT) * ALIGNMENT;
    this.#body.append(new Uint8Array(offset - end));
    this.#body.appendAll(parts);
    if (this.#bodyOffset + this.#body.length > 0xffff_ffff) {
      throw new HtraceError(
        "Cannot write the dump: it would have more than 4 GiB, and the format's offsets have 32 bits; " +
          "convert less",
      );
    }
    return offset;
  }

  /**
   * Adds a MINIDUMP_STRING to the file, each text once, and returns its offset; 0 for an unknown text. If the format
   * requires a string, pass an empty one, because readers follow the offset.
   */
  string(text: string | undefined): number {
    if (text === undefined) return 0;
    const known = this.#strings.get(text);
    if (known !== undefined) return known;
    const bytes = new Uint8Array(4 + text.length * 2 + 2);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, text.length * 2, true);
    for (let index = 0; index < text.length; index++) {
      view.setUint16(4 + index * 2, text.charCodeAt(index), true);
    }
    const offset = this.place(bytes);
    this.#strings.set(text, offset);
    return offset;
  }

  /** Adds a stream to the file and the directory. */
  stream(type: number, ...parts: readonly Uint8Array[]): void {
    const offset = this.place(...parts);
    const size = parts.reduce((sum, part) => sum + part.length, 0);
    this.entry(type, offset, size);
  }

  /** Adds an entry to the directory for bytes that are already in the file. */
  entry(type: number, offset: number, size: number): void {
    this.#streams.push(
      encodeStructure(DIRECTORY, { StreamType: type, DataSize: size, Rva: offset }),
    );
  }

  /** The whole file. */
  build(header: DumpHeader): Uint8Array {
    return joinBytes(this.pieces(header));
  }

  /** The whole file, in pieces. */
  pieces({ flags, timestamp }: DumpHeader): readonly Uint8Array[] {
    if (this.#streams.length > this.#slots) {
      throw new RangeError(`Cannot build a dump: ${this.#slots} slots for ${this.#streams.length}`);
    }
    const head = new Uint8Array(this.#bodyOffset);
    head.set(encodeStructure(HEADER, {
      Signature: SIGNATURE,
      Version: VERSION,
      NumberOfStreams: this.#slots,
      StreamDirectoryRva: HEADER.size,
      TimeDateStamp: timestamp,
      Flags: BigInt(flags),
    }));
    this.#streams.forEach((entry, index) => head.set(entry, HEADER.size + index * entry.length));
    return [head, ...this.#body.pieces];
  }
}
