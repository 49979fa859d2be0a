/**
 * Synthetic memories for the tests of this folder.
 *
 * Tests write structures with offsets from the reference's tables, as plain numbers rather than through `layouts.ts`,
 * so that a wrong layout cannot agree with itself.
 *
 * @module
 */
import type { Memory, PointerSize } from "../memory.ts";
import type { PhysicalMemory } from "./paging.ts";

const PAGE = 0x1000n;

/** Memory in which only pages that were written exist; virtual or physical, as the test needs. */
export class SparseMemory implements Memory, PhysicalMemory {
  readonly pointerSize: PointerSize;
  readonly #pages = new Map<bigint, Uint8Array>();

  constructor(pointerSize: PointerSize) {
    this.pointerSize = pointerSize;
  }

  read(address: bigint, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let index = 0; index < length; index++) {
      const place = address + BigInt(index);
      const page = this.#pages.get(place / PAGE);
      if (page === undefined) return bytes.subarray(0, index);
      bytes[index] = page[Number(place % PAGE)] ?? 0;
    }
    return bytes;
  }

  /** Writes bytes, creating their pages. */
  write(address: bigint, bytes: Iterable<number>): this {
    let place = address;
    for (const byte of bytes) {
      const page = this.#pages.get(place / PAGE) ?? new Uint8Array(Number(PAGE));
      this.#pages.set(place / PAGE, page);
      page[Number(place % PAGE)] = byte;
      place++;
    }
    return this;
  }

  /** Creates zero pages. */
  zeros(address: bigint, length: number): this {
    return this.write(address, new Uint8Array(length));
  }

  /** Removes the page of an address. */
  drop(address: bigint): this {
    this.#pages.delete(address / PAGE);
    return this;
  }

  /** Writes a little-endian integer of `size` bytes. */
  integer(address: bigint, value: bigint | number, size: number): this {
    return this.write(address, integerBytes(value, size));
  }

  /** Writes a 32-bit integer. */
  u32(address: bigint, value: number): this {
    return this.integer(address, value, 4);
  }

  /** Writes a pointer. */
  pointer(address: bigint, value: bigint | number): this {
    return this.integer(address, value, this.pointerSize);
  }

  /** Writes text as single bytes with a terminating zero. */
  ascii(address: bigint, text: string): this {
    return this.write(address, new TextEncoder().encode(`${text}\0`));
  }

  /** Writes a UNICODE_STRING of the given pointer size, with its text at `buffer`. */
  unicode(address: bigint, buffer: bigint, text: string, pointerSize = this.pointerSize): this {
    const bytes = utf16(text);
    return this.integer(address, bytes.length, 2)
      .integer(address + 2n, bytes.length, 2)
      .integer(address + BigInt(pointerSize), buffer, pointerSize)
      .write(buffer, bytes);
  }

  /** Links addresses into a list after its head: LIST_ENTRYs of the given pointer size. */
  list(head: bigint, links: readonly bigint[], pointerSize = this.pointerSize): this {
    const ring = [head, ...links];
    ring.forEach((link, index) => {
      const next = ring[(index + 1) % ring.length] ?? head;
      this.integer(link, next, pointerSize);
      this.integer(next + BigInt(pointerSize), link, pointerSize);
    });
    return this;
  }
}

/** A little-endian integer. */
export function integerBytes(value: bigint | number, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let rest = BigInt(value);
  for (let index = 0; index < size; index++, rest >>= 8n) bytes[index] = Number(rest & 0xffn);
  return bytes;
}

/** Text as UTF-16, little-endian. */
export function utf16(text: string): Uint8Array {
  return Uint8Array.from(
    [...text].flatMap((letter) => [...integerBytes(letter.charCodeAt(0), 2)]),
  );
}

/** A trace to write in either shape. */
export interface SampleTrace {
  readonly type: 0 | 1 | 2 | 3;
  readonly handle: number;
  readonly processId?: number;
  readonly threadId?: number;
  readonly stack?: readonly bigint[];
}

/** HANDLE_TRACE_DB_ENTRY (reference B.5): ClientId, Handle, Type, StackTrace. */
export function kernelRecord(trace: SampleTrace, pointerSize: PointerSize): Uint8Array {
  return record(trace, pointerSize, [trace.processId ?? 4, trace.threadId ?? 8, trace.handle]);
}

/** PROCESS_HANDLE_TRACING_ENTRY (reference A.2): Handle, ClientId, Type, Stacks. */
export function queryRecord(trace: SampleTrace, pointerSize: PointerSize): Uint8Array {
  return record(trace, pointerSize, [trace.handle, trace.processId ?? 4, trace.threadId ?? 8]);
}

function record(trace: SampleTrace, pointerSize: PointerSize, words: number[]): Uint8Array {
  const memory = new SparseMemory(pointerSize).zeros(0n, pointerSize === 4 ? 0x50 : 0xa0);
  words.forEach((word, index) => memory.pointer(BigInt(index * pointerSize), word));
  memory.u32(BigInt(3 * pointerSize), trace.type);
  const stack = pointerSize === 4 ? 0x10 : 0x20;
  trace.stack?.forEach((address, index) =>
    memory.pointer(BigInt(stack + index * pointerSize), address)
  );
  return memory.read(0n, pointerSize === 4 ? 0x50 : 0xa0);
}
