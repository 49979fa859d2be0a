/**
 * Physical memory in a kernel dump.
 *
 * @module
 */
import type { DumpFile } from "../dump_file.ts";
import { MAX_FRAME, PAGE_SIZE, type PageMap } from "./page_map.ts";

/** Bytes read at once when all pages are wanted: a multiple of the page size. */
const CHUNK = 0x10_0000;

/** The pages of physical memory in a dump. */
export class DumpMemory {
  readonly #file: DumpFile;
  readonly #map: PageMap;

  /** Reads the pages that `map` finds in `file`. */
  constructor(file: DumpFile, map: PageMap) {
    this.#file = file;
    this.#map = map;
  }

  /** Reads up to `length` bytes; ends at the first byte that the dump does not hold. */
  read(physicalAddress: bigint, length: number): Uint8Array {
    const start = Number(physicalAddress);
    const bytes = this.#readPage(start, length);
    if (bytes.length === length || bytes.length === 0) return bytes;
    const pieces = new Uint8Array(length);
    pieces.set(bytes);
    let filled = bytes.length;
    while (filled < length && (start + filled) % PAGE_SIZE === 0) {
      const piece = this.#readPage(start + filled, length - filled);
      if (piece.length === 0) break;
      pieces.set(piece, filled);
      filled += piece.length;
    }
    return pieces.subarray(0, filled);
  }

  /**
   * All pages in the order of the file, many at a time, for searches without an address. The last piece may end inside
   * a page.
   */
  *pages(): Generator<Uint8Array> {
    for (let offset = this.#map.firstPage; offset < this.#file.size; offset += CHUNK) {
      yield this.#file.read(offset, CHUNK);
    }
  }

  /** Why the byte at an address cannot be read, as a clause for messages. */
  explainMissing(physicalAddress: bigint): string {
    return this.#map.offsetOf(Math.floor(Number(physicalAddress) / PAGE_SIZE)) === undefined
      ? "the page is not in the dump"
      : "the page is past the end of the file, which is cut short";
  }

  /** Up to `length` bytes from an address, none beyond the end of its page. */
  #readPage(address: number, length: number): Uint8Array {
    const frame = Math.floor(address / PAGE_SIZE);
    const offset = frame < MAX_FRAME ? this.#map.offsetOf(frame) : undefined;
    if (offset === undefined) return new Uint8Array(0);
    const inPage = address % PAGE_SIZE;
    return this.#file.read(offset + inPage, Math.min(length, PAGE_SIZE - inPage));
  }
}
