/**
 * Bytes by address: the seam below every target that walks structures.
 *
 * @module
 */
import { HtraceError } from "./error.ts";

/** Width of a pointer in bytes: 4 on 32-bit targets, 8 on 64-bit ones. */
export type PointerSize = 4 | 8;

/**
 * Readable address space: a live process, page tables over physical memory, a debugger engine's target.
 *
 * Missing memory is normal, so `read` returns less instead of throwing; {@linkcode readExact} is for callers that
 * cannot continue without the bytes.
 */
export interface Memory {
  /** Width of the pointers stored in this memory. */
  readonly pointerSize: PointerSize;
  /**
   * Reads up to `length` bytes from `address`. The result is shorter if bytes are missing: it ends at the first missing
   * byte and is empty if even the first one is missing.
   */
  read(address: bigint, length: number): Uint8Array;
  /** Says why the byte at `address` cannot be read, if the memory knows; completes a message. */
  explainMissing?(address: bigint): string;
}

/** Memory that a walk needs is missing. */
export class MemoryError extends HtraceError {
  /** First address of the attempted read. */
  readonly address: bigint;
  /** Number of bytes that were requested. */
  readonly length: number;

  /** Creates the error; `what` names the thing that was read, `reason` says what is missing. */
  constructor(address: bigint, length: number, what: string, reason: string) {
    super(`Cannot read ${what} at 0x${address.toString(16)}: ${reason}`);
    this.address = address;
    this.length = length;
  }
}

/** Reads exactly `length` bytes or throws a {@linkcode MemoryError} that says `what` was to be read. */
export function readExact(
  memory: Memory,
  address: bigint,
  length: number,
  what: string,
): Uint8Array {
  const bytes = memory.read(address, length);
  if (bytes.length < length) {
    const found = bytes.length === 0
      ? "the memory is not there"
      : `only ${bytes.length} of ${length} bytes are there`;
    const cause = memory.explainMissing?.(address + BigInt(bytes.length));
    throw new MemoryError(address, length, what, cause ? `${found} (${cause})` : found);
  }
  return bytes;
}
