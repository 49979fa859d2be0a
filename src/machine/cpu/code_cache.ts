/**
 * Decoded instructions by physical address.
 *
 * By physical address, so that neither a switch of the address space nor a second mapping of a page costs anything; and
 * by single instructions rather than blocks, so that a write to code drops only what it overlaps, and budgets and
 * breakpoints stay exact.
 *
 * @module
 */
import { type Instruction, MAX_INSTRUCTION_LENGTH } from "./instruction.ts";
import { PAGE_SIZE, type PhysicalMemory } from "./physical_memory.ts";

/** Decoded instructions of a page, by their offset in it. */
export type CodePage = (Instruction | undefined)[];

/** Keeps decoded instructions until their bytes are written to. */
export class CodeCache {
  readonly #memory: PhysicalMemory;
  readonly #pages = new Map<number, CodePage>();

  /** Creates an empty cache, which `memory` notifies of writes to code. */
  constructor(memory: PhysicalMemory) {
    this.#memory = memory;
    memory.setWatcher((physicalAddress, length) => this.#forget(physicalAddress, length));
  }

  /** The known instructions of the page that contains `physicalAddress`; the caller adds what it decodes. */
  page(physicalAddress: number): CodePage {
    const number = physicalAddress >>> 12;
    let page = this.#pages.get(number);
    if (page === undefined) {
      page = new Array<Instruction | undefined>(PAGE_SIZE).fill(undefined);
      this.#pages.set(number, page);
      this.#memory.watch(physicalAddress);
    }
    return page;
  }

  /** Drops the instructions that overlap written bytes; none of them begins in an earlier page. */
  #forget(physicalAddress: number, length: number): void {
    const end = physicalAddress + length;
    for (let at = physicalAddress; at < end;) {
      const pageEnd = (at & -PAGE_SIZE) + PAGE_SIZE;
      const offset = at & (PAGE_SIZE - 1);
      const first = Math.max(0, offset - MAX_INSTRUCTION_LENGTH + 1);
      this.#pages.get(at >>> 12)?.fill(undefined, first, offset + Math.min(end, pageEnd) - at);
      at = pageEnd;
    }
  }
}
