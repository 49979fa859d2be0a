/**
 * Address spaces of the guest, as two-level x86 page tables in its physical memory.
 *
 * This is the boot loader's side: it builds the tables that the MMU then walks. Layout of the entries: Intel SDM volume
 * 3, "32-bit paging" (4-KByte pages, no PAE).
 *
 * @module
 */
import { hex } from "./cpu/hex.ts";
import { PAGE_SIZE, type PhysicalMemory } from "./cpu/physical_memory.ts";
import { type Region, SYSTEM_RANGE_START } from "./memory_map.ts";
import { PTE } from "./cpu/mmu.ts";

/** The protection of mapped pages. */
export interface PageAccess {
  /** Whether the pages may be written; read-only otherwise. */
  readonly writable: boolean;
  /** Whether user-mode code may access them. */
  readonly user: boolean;
}

/** Allocates page frames of physical memory, lowest first, never freed; they are zero. */
export class FrameAllocator {
  readonly #memory: PhysicalMemory;
  #next: number;

  /** Allocates frames of `memory` from the physical address `first` on. */
  constructor(memory: PhysicalMemory, first: number) {
    this.#memory = memory;
    this.#next = first;
  }

  /** Physical address after the last allocated frame. */
  get end(): number {
    return this.#next;
  }

  /** Allocates a page frame and returns its physical address. */
  allocate(): number {
    const frame = this.#next;
    if (frame + PAGE_SIZE > this.#memory.size) {
      throw new RangeError(
        `Cannot map another page: all ${
          hex(this.#memory.size)
        } bytes of guest physical memory are ` +
          "in use; give the machine more",
      );
    }
    this.#next += PAGE_SIZE;
    return frame;
  }
}

/** One set of page tables. */
export class AddressSpace {
  readonly #memory: PhysicalMemory;
  readonly #frames: FrameAllocator;
  /** Physical address of the page directory: the value of CR3. */
  readonly directoryTableBase: number;

  /**
   * Creates an address space. With `kernel`, it shares the page tables of that one's kernel half, so all kernel regions
   * must be mapped before the first process's space is created.
   */
  constructor(memory: PhysicalMemory, frames: FrameAllocator, kernel?: AddressSpace) {
    this.#memory = memory;
    this.#frames = frames;
    this.directoryTableBase = frames.allocate();
    if (kernel === undefined) return;
    for (let offset = (SYSTEM_RANGE_START >>> 22) * 4; offset < PAGE_SIZE; offset += 4) {
      const entry = memory.read32(kernel.directoryTableBase + offset);
      memory.write32(this.directoryTableBase + offset, entry);
    }
  }

  /** Maps fresh zero pages to a region; a page that is mapped already keeps its frame. */
  map(region: Region, access: PageAccess): void {
    for (const page of pagesOf(region)) {
      const entry = this.#tableEntry(page);
      if ((this.#memory.read32(entry) & PTE.present) !== 0) continue;
      const bits = PTE.present | (access.writable ? PTE.writable : 0) |
        (access.user ? PTE.user : 0);
      this.#memory.write32(entry, (this.#frames.allocate() | bits) >>> 0);
    }
  }

  /** Whether any page of a region is mapped. */
  overlaps(region: Region): boolean {
    for (const page of pagesOf(region)) {
      if (this.physicalAddress(page) !== undefined) return true;
    }
    return false;
  }

  /** Physical address of an address; undefined if it is not mapped. */
  physicalAddress(address: number): number | undefined {
    const directoryEntry = this.#memory.read32(this.directoryTableBase + (address >>> 22) * 4);
    if ((directoryEntry & PTE.present) === 0) return undefined;
    const table = (directoryEntry & PTE.frame) >>> 0;
    const entry = this.#memory.read32(table + ((address >>> 12) & 0x3ff) * 4);
    if ((entry & PTE.present) === 0) return undefined;
    return ((entry & PTE.frame) | (address & 0xfff)) >>> 0;
  }

  /** Writes bytes to mapped memory regardless of its protection. */
  write(address: number, bytes: Uint8Array): void {
    for (const { physical, offset, length } of this.#pieces(address, bytes.length)) {
      this.#memory.writeBytes(physical, bytes.subarray(offset, offset + length));
    }
  }

  /** Reads bytes of mapped memory regardless of its protection. */
  read(address: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (const piece of this.#pieces(address, length)) {
      bytes.set(this.#memory.readBytes(piece.physical, piece.length), piece.offset);
    }
    return bytes;
  }

  /** Reads a 32-bit number. */
  read32(address: number): number {
    return new DataView(this.read(address, 4).buffer).getUint32(0, true);
  }

  /** Writes a 32-bit number. */
  write32(address: number, value: number): void {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, value, true);
    this.write(address, bytes);
  }

  /** Physical address of the page-table entry of a page; creates its page table if there is none. */
  #tableEntry(page: number): number {
    const directoryEntry = this.directoryTableBase + (page >>> 22) * 4;
    if ((this.#memory.read32(directoryEntry) & PTE.present) === 0) {
      // The page-table entries decide about access, so user access must be allowed here.
      const user = page < SYSTEM_RANGE_START ? PTE.user : 0;
      const bits = PTE.present | PTE.writable | user;
      this.#memory.write32(directoryEntry, (this.#frames.allocate() | bits) >>> 0);
    }
    const table = (this.#memory.read32(directoryEntry) & PTE.frame) >>> 0;
    return table + ((page >>> 12) & 0x3ff) * 4;
  }

  /** Splits a range at page boundaries; throws if a page is not mapped. */
  *#pieces(address: number, length: number): Generator<Piece> {
    for (let offset = 0; offset < length;) {
      const at = address + offset;
      const physical = this.physicalAddress(at);
      if (physical === undefined) {
        throw new RangeError(
          `Cannot access guest memory at ${hex(at)}: the page is not mapped`,
        );
      }
      const piece = Math.min(length - offset, PAGE_SIZE - (at % PAGE_SIZE));
      yield { physical, offset, length: piece };
      offset += piece;
    }
  }
}

/** Addresses of the pages that a region touches. */
function* pagesOf({ start, end }: Region): Generator<number> {
  for (let page = start - start % PAGE_SIZE; page < end; page += PAGE_SIZE) yield page;
}

interface Piece {
  readonly physical: number;
  readonly offset: number;
  readonly length: number;
}
