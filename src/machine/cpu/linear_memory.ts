/**
 * Memory as instructions see it: by linear address, with the rights of the current ring.
 *
 * An access may cross into another page; then both pages are translated before any byte moves, so that a fault leaves
 * nothing half done.
 *
 * @module
 */
import { ACCESS, type Mmu } from "./mmu.ts";
import { PAGE_SIZE, type PhysicalMemory } from "./physical_memory.ts";

/** Loads and stores by linear address. Values of 8 and 16 bits are zero-extended, of 32 bits signed. */
export class LinearMemory {
  /** The translation below. */
  readonly mmu: Mmu;
  readonly #memory: PhysicalMemory;
  /** The ring's part of an access: `ACCESS.user` in ring 3, else 0. */
  #ring: number = ACCESS.read;

  /** Creates the view of `memory` through `mmu`. */
  constructor(memory: PhysicalMemory, mmu: Mmu) {
    this.#memory = memory;
    this.mmu = mmu;
  }

  /** From now on accesses have the rights of ring 3, or those of rings 0 to 2. */
  setUser(user: boolean): void {
    this.#ring = user ? ACCESS.user : ACCESS.read;
  }

  /** Physical address of a byte that may be read or fetched. */
  translate(address: number): number {
    return this.mmu.translate(address, this.#ring);
  }

  /** Loads a byte. */
  load8(address: number): number {
    return this.#memory.read8(this.mmu.translate(address, this.#ring));
  }

  /** Loads 16 bits. */
  load16(address: number): number {
    return this.#load16(address, this.#ring);
  }

  /** Loads 32 bits. */
  load32(address: number): number {
    return this.#load32(address, this.#ring);
  }

  /** Loads 8, 16 or 32 bits. */
  load(address: number, width: number): number {
    if (width === 32) return this.load32(address);
    return width === 8 ? this.load8(address) : this.load16(address);
  }

  /**
   * Loads a value that will be written back. A read-only page faults here, before the instruction has changed a flag.
   */
  loadForWrite(address: number, width: number): number {
    const access = this.#ring | ACCESS.write;
    if (width === 32) return this.#load32(address, access);
    if (width === 16) return this.#load16(address, access);
    return this.#memory.read8(this.mmu.translate(address, access));
  }

  /** Stores a byte. */
  store8(address: number, value: number): void {
    this.#memory.write8(this.mmu.translate(address, this.#ring | ACCESS.write), value);
  }

  /** Stores a byte `length` times; must not go past the end of the page. */
  fill8(address: number, value: number, length: number): void {
    this.#memory.fill8(this.mmu.translate(address, this.#ring | ACCESS.write), value, length);
  }

  /** Stores 16 bits. */
  store16(address: number, value: number): void {
    const access = this.#ring | ACCESS.write;
    if (crosses(address, 2)) this.#storeAcross(address, value, 2, access);
    else this.#memory.write16(this.mmu.translate(address, access), value);
  }

  /** Stores 32 bits. */
  store32(address: number, value: number): void {
    this.#store32(address, value, this.#ring | ACCESS.write);
  }

  /** Stores 8, 16 or 32 bits. */
  store(address: number, value: number, width: number): void {
    if (width === 32) this.store32(address, value);
    else if (width === 8) this.store8(address, value);
    else this.store16(address, value);
  }

  /** Loads 32 bits of a table that the CPU itself reads: with the rights of ring 0, whatever the current ring. */
  loadSystem32(address: number): number {
    return this.#load32(address, ACCESS.read);
  }

  /** Stores 32 bits on the stack of ring 0, whatever the current ring. */
  storeSystem32(address: number, value: number): void {
    this.#store32(address, value, ACCESS.write);
  }

  #load16(address: number, access: number): number {
    if (crosses(address, 2)) return this.#loadAcross(address, 2, access);
    return this.#memory.read16(this.mmu.translate(address, access));
  }

  #load32(address: number, access: number): number {
    if (crosses(address, 4)) return this.#loadAcross(address, 4, access);
    return this.#memory.read32(this.mmu.translate(address, access)) | 0;
  }

  #store32(address: number, value: number, access: number): void {
    if (crosses(address, 4)) this.#storeAcross(address, value, 4, access);
    else this.#memory.write32(this.mmu.translate(address, access), value);
  }

  #loadAcross(address: number, length: number, access: number): number {
    let value = 0;
    for (let n = 0; n < length; n++) {
      value |= this.#memory.read8(this.mmu.translate(address + n, access)) << (8 * n);
    }
    return value;
  }

  #storeAcross(address: number, value: number, length: number, access: number): void {
    this.mmu.translate(address, access);
    this.mmu.translate(address + length - 1, access);
    for (let n = 0; n < length; n++) {
      this.#memory.write8(this.mmu.translate(address + n, access), value >>> (8 * n));
    }
  }

  /**
   * Reads for the host, without rights checks or faults: up to `length` bytes, ending before the first missing page.
   */
  peek(address: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    let done = 0;
    while (done < length) {
      const physicalAddress = this.mmu.probe(address + done);
      if (physicalAddress === undefined) break;
      const leftInPage = PAGE_SIZE - (physicalAddress & (PAGE_SIZE - 1));
      const part = Math.min(length - done, leftInPage);
      bytes.set(this.#memory.readBytes(physicalAddress, part), done);
      done += part;
    }
    return bytes.slice(0, done);
  }
}

function crosses(address: number, length: number): boolean {
  return (address & (PAGE_SIZE - 1)) > PAGE_SIZE - length;
}
