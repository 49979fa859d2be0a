/**
 * A region of guest memory that boot fills with structures and strings, one after the other.
 *
 * @module
 */
import { hex } from "./cpu/hex.ts";
import type { Region } from "./memory_map.ts";
import type { AddressSpace } from "./page_tables.ts";
import { encodeStructure, LIST_ENTRY, UNICODE_STRING } from "./structures.ts";

/** Alignment of allocations in bytes, as in the Windows heap. */
const ALIGNMENT = 8;

/** Allocates upwards in a mapped region; nothing is ever freed. */
export class Arena {
  readonly #space: AddressSpace;
  readonly #region: Region;
  #next: number;

  /** Allocates from the start of `region`, which is mapped in `space`. */
  constructor(space: AddressSpace, region: Region) {
    this.#space = space;
    this.#region = region;
    this.#next = region.start;
  }

  /** Allocates `size` zero bytes. */
  allocate(size: number): number {
    const address = this.#next;
    const end = Math.ceil((address + size) / ALIGNMENT) * ALIGNMENT;
    if (end > this.#region.end) {
      throw new RangeError(
        `Cannot prepare the guest's memory: the region at ${hex(this.#region.start)} ` +
          `has no room for ${size} more bytes; use a shorter command line or fewer images`,
      );
    }
    this.#next = end;
    return address;
  }

  /** Places bytes and returns where. */
  place(bytes: Uint8Array): number {
    const address = this.allocate(bytes.length);
    this.#space.write(address, bytes);
    return address;
  }

  /** Places a string in UTF-16 and returns the UNICODE_STRING that describes it. */
  unicodeString(text: string): Uint8Array {
    const buffer = new Uint8Array((text.length + 1) * 2);
    const view = new DataView(buffer.buffer);
    for (let index = 0; index < text.length; index++) {
      view.setUint16(index * 2, text.charCodeAt(index), true);
    }
    return encodeStructure(UNICODE_STRING, {
      Length: text.length * 2,
      MaximumLength: buffer.length,
      Buffer: this.place(buffer),
    });
  }
}

/** Links LIST_ENTRYs into a ring: the head first, then the links in order. */
export function linkList(space: AddressSpace, head: number, links: readonly number[]): void {
  const ring = [head, ...links];
  ring.forEach((entry, index) => {
    const next = ring[(index + 1) % ring.length] ?? head;
    const previous = ring[(index + ring.length - 1) % ring.length] ?? head;
    space.write(entry, encodeStructure(LIST_ENTRY, { Flink: next, Blink: previous }));
  });
}
