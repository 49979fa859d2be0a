/**
 * The guest's physical memory: flat, little-endian, zero at power-on.
 *
 * @module
 */
import { HtraceError } from "../../error.ts";
import { hex } from "./hex.ts";

/** Size of a page in bytes, the unit of paging and of write watches. */
export const PAGE_SIZE = 0x1000;

/** Largest memory that a machine may have; more would only hide a runaway size. */
const MAX_SIZE = 0x4000_0000;

/** An access to physical memory that the machine does not have. */
export class PhysicalMemoryError extends HtraceError {
  /** First physical address of the access. */
  readonly physicalAddress: number;
  /** Number of bytes in the access. */
  readonly length: number;

  /** Creates the error for an access of `length` bytes in a memory of `size` bytes. */
  constructor(physicalAddress: number, length: number, size: number) {
    super(
      `Cannot access ${length} bytes at physical address ${
        hex(physicalAddress)
      }: the machine has ` +
        `${hex(size)} bytes; give it more memory or correct the page tables`,
    );
    this.physicalAddress = physicalAddress >>> 0;
    this.length = length;
  }
}

/** Called for writes to watched pages, after the bytes have changed. */
export type WriteWatcher = (physicalAddress: number, length: number) => void;

/**
 * Physical memory of a fixed size. The host's zero pages back it, so an unused megabyte costs nothing.
 *
 * Pages can be watched, so that decoded instructions can be dropped when their bytes change.
 */
export class PhysicalMemory {
  /** Size in bytes, a multiple of the page size. */
  readonly size: number;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  /** One byte per page: 1 if writes are reported. */
  readonly #watched: Uint8Array;
  #watcher: WriteWatcher = () => {};

  /** Creates memory of `size` bytes, rounded up to whole pages. */
  constructor(size: number) {
    if (!Number.isInteger(size) || size <= 0 || size > MAX_SIZE) {
      throw new RangeError(
        `Cannot create physical memory of ${size} bytes: the size must lie between 1 and ${MAX_SIZE}`,
      );
    }
    this.size = Math.ceil(size / PAGE_SIZE) * PAGE_SIZE;
    const buffer = new ArrayBuffer(this.size);
    this.#bytes = new Uint8Array(buffer);
    this.#view = new DataView(buffer);
    this.#watched = new Uint8Array(this.size / PAGE_SIZE);
  }

  /** Reads a byte. */
  read8(physicalAddress: number): number {
    this.#check(physicalAddress, 1);
    return this.#view.getUint8(physicalAddress);
  }

  /** Reads 16 bits, zero-extended. */
  read16(physicalAddress: number): number {
    this.#check(physicalAddress, 2);
    return this.#view.getUint16(physicalAddress, true);
  }

  /** Reads 32 bits as an unsigned number. */
  read32(physicalAddress: number): number {
    this.#check(physicalAddress, 4);
    return this.#view.getUint32(physicalAddress, true);
  }

  /** Writes the low 8 bits of `value`. */
  write8(physicalAddress: number, value: number): void {
    this.#check(physicalAddress, 1);
    this.#view.setUint8(physicalAddress, value);
    if (this.#watched[physicalAddress >>> 12] === 1) this.#watcher(physicalAddress, 1);
  }

  /** Writes the low 16 bits of `value`. */
  write16(physicalAddress: number, value: number): void {
    this.#check(physicalAddress, 2);
    this.#view.setUint16(physicalAddress, value, true);
    this.#report(physicalAddress, 2);
  }

  /** Writes the low 32 bits of `value`. */
  write32(physicalAddress: number, value: number): void {
    this.#check(physicalAddress, 4);
    this.#view.setInt32(physicalAddress, value, true);
    this.#report(physicalAddress, 4);
  }

  /** Copies `length` bytes out. */
  readBytes(physicalAddress: number, length: number): Uint8Array {
    this.#check(physicalAddress, length);
    return this.#bytes.slice(physicalAddress, physicalAddress + length);
  }

  /** Copies `bytes` in. */
  writeBytes(physicalAddress: number, bytes: Uint8Array): void {
    this.#check(physicalAddress, bytes.length);
    this.#bytes.set(bytes, physicalAddress);
    const end = physicalAddress + bytes.length;
    for (let at = physicalAddress; at < end;) {
      const next = Math.min((at & -PAGE_SIZE) + PAGE_SIZE, end);
      if (this.#watched[at >>> 12] === 1) this.#watcher(at, next - at);
      at = next;
    }
  }

  /** Writes the low 8 bits of `value` into `length` bytes, which must be in one page. */
  fill8(physicalAddress: number, value: number, length: number): void {
    this.#check(physicalAddress, length);
    this.#bytes.fill(value, physicalAddress, physicalAddress + length);
    if (this.#watched[physicalAddress >>> 12] === 1) this.#watcher(physicalAddress, length);
  }

  /** Sets the one function that is called for writes to watched pages. */
  setWatcher(watcher: WriteWatcher): void {
    this.#watcher = watcher;
  }

  /** From now on, reports writes to the page that contains `physicalAddress`. */
  watch(physicalAddress: number): void {
    this.#check(physicalAddress, 1);
    this.#watched[physicalAddress >>> 12] = 1;
  }

  #check(physicalAddress: number, length: number): void {
    if (physicalAddress < 0 || physicalAddress > this.size - length) {
      throw new PhysicalMemoryError(physicalAddress, length, this.size);
    }
  }

  #report(physicalAddress: number, length: number): void {
    const last = physicalAddress + length - 1;
    if (this.#watched[physicalAddress >>> 12] === 1 || this.#watched[last >>> 12] === 1) {
      this.#watcher(physicalAddress, length);
    }
  }
}
