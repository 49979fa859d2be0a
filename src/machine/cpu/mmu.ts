/**
 * Paging: linear to physical addresses by the two-level page tables of a 32-bit x86 without PAE.
 *
 * Pages are 4 KiB; 4 MiB pages (CR4.PSE) are not supported, and the bit that would select one is ignored, as on a CPU
 * without them. Source: Intel SDM volume 3, chapter 4, "32-bit paging".
 *
 * @module
 */
import { CpuException, PAGE_FAULT, VECTOR } from "./cpu_exception.ts";
import { PAGE_SIZE, type PhysicalMemory, PhysicalMemoryError } from "./physical_memory.ts";

/** Bits of page directory and page table entries; bits 12 to 31 are the frame. */
export const PTE = {
  present: 0x01,
  writable: 0x02,
  user: 0x04,
  accessed: 0x20,
  dirty: 0x40,
  frame: 0xffff_f000,
} as const;

/**
 * How memory is accessed: the bits of a number that indexes the TLB. The values are those of a page fault's error code
 * shifted right by one.
 */
export const ACCESS = { read: 0, write: 1, user: 2 } as const;

/** Entries of the TLB for each kind of access; a power of two. */
const TLB_ENTRIES = 1024;
const TLB_MASK = TLB_ENTRIES - 1;
/** No page has this number. */
const NO_PAGE = -1;

/** Translates linear addresses and keeps translations until they are flushed. */
export class Mmu {
  /** CR0.PG: without it, linear addresses are physical ones. */
  #paging = false;
  /** CR0.WP: without it, ring 0 may write to read-only pages. */
  #writeProtect = false;
  #directoryTableBase = 0;
  readonly #memory: PhysicalMemory;
  /**
   * A direct-mapped TLB for each kind of access, four entries side by side: the number of the linear page,
   * and the physical address of its frame. A write entry exists only once the dirty bit is set.
   */
  readonly #pages = new Int32Array(TLB_ENTRIES * 4).fill(NO_PAGE);
  readonly #frames = new Int32Array(TLB_ENTRIES * 4);

  /** Creates the unit with paging off. */
  constructor(memory: PhysicalMemory) {
    this.#memory = memory;
  }

  /** Physical address of the page directory, as CR3 holds it. */
  get directoryTableBase(): number {
    return this.#directoryTableBase >>> 0;
  }

  /** Switches address spaces: sets CR3 and empties the TLB. */
  set directoryTableBase(value: number) {
    this.#directoryTableBase = value & PTE.frame;
    this.flush();
  }

  /** Sets CR0.PG and CR0.WP and empties the TLB. */
  setMode(paging: boolean, writeProtect: boolean): void {
    this.#paging = paging;
    this.#writeProtect = writeProtect;
    this.flush();
  }

  /** Drops all translations. */
  flush(): void {
    this.#pages.fill(NO_PAGE);
  }

  /** Drops the translations of one linear page. */
  invalidate(linear: number): void {
    const slot = ((linear >>> 12) & TLB_MASK) << 2;
    this.#pages.fill(NO_PAGE, slot, slot + 4);
  }

  /**
   * Translates an address for an access (a sum of {@linkcode ACCESS} bits), which must not leave its page.
   * Throws the guest's page fault, or a `PhysicalMemoryError` if the frame is outside memory.
   */
  translate(linear: number, access: number): number {
    const page = linear >>> 12;
    const slot = ((page & TLB_MASK) << 2) | access;
    // The slot is below four times TLB_ENTRIES, so the element exists.
    const frame = this.#pages[slot] === page ? this.#frames[slot]! : this.#fill(linear, access);
    return frame | (linear & 0xfff);
  }

  /**
   * Translates for the host: checks no rights, sets no bits, keeps nothing. `undefined` if no memory is mapped.
   */
  probe(linear: number): number | undefined {
    let frame = linear & PTE.frame;
    if (this.#paging) {
      const pde = this.#entry(this.#directoryTableBase | ((linear >>> 22) << 2));
      if ((pde & PTE.present) === 0) return undefined;
      const pte = this.#entry((pde & PTE.frame) | (((linear >>> 12) & 0x3ff) << 2));
      if ((pte & PTE.present) === 0) return undefined;
      frame = pte & PTE.frame;
    }
    const physicalAddress = (frame | (linear & 0xfff)) >>> 0;
    return physicalAddress < this.#memory.size ? physicalAddress : undefined;
  }

  /** A table entry for {@linkcode Mmu.probe}: 0, not present, if the table itself is outside memory. */
  #entry(physicalAddress: number): number {
    const at = physicalAddress >>> 0;
    return at < this.#memory.size ? this.#memory.read32(at) : 0;
  }

  /** Walks the page tables, checks rights, sets accessed and dirty, and keeps the frame. */
  #fill(linear: number, access: number): number {
    const frame = this.#paging ? this.#walk(linear, access) : linear & PTE.frame;
    if (frame >>> 0 >= this.#memory.size) {
      throw new PhysicalMemoryError(frame, PAGE_SIZE, this.#memory.size);
    }
    const slot = (((linear >>> 12) & TLB_MASK) << 2) | access;
    this.#pages[slot] = linear >>> 12;
    this.#frames[slot] = frame;
    return frame;
  }

  #walk(linear: number, access: number): number {
    const pdeAddress = (this.#directoryTableBase | ((linear >>> 22) << 2)) >>> 0;
    const pde = this.#memory.read32(pdeAddress);
    if ((pde & PTE.present) === 0) throw pageFault(linear, access, 0);
    const pteAddress = ((pde & PTE.frame) | (((linear >>> 12) & 0x3ff) << 2)) >>> 0;
    const pte = this.#memory.read32(pteAddress);
    if ((pte & PTE.present) === 0) throw pageFault(linear, access, 0);

    const rights = pde & pte;
    const user = (access & ACCESS.user) !== 0;
    const write = (access & ACCESS.write) !== 0;
    if (user && (rights & PTE.user) === 0) throw pageFault(linear, access, PAGE_FAULT.protection);
    if (write && (rights & PTE.writable) === 0 && (user || this.#writeProtect)) {
      throw pageFault(linear, access, PAGE_FAULT.protection);
    }

    const wanted = pte | PTE.accessed | (write ? PTE.dirty : 0);
    if ((pde & PTE.accessed) === 0) this.#memory.write32(pdeAddress, pde | PTE.accessed);
    if (wanted !== (pte | 0)) this.#memory.write32(pteAddress, wanted);
    return pte & PTE.frame;
  }
}

function pageFault(linear: number, access: number, protection: number): CpuException {
  return new CpuException(VECTOR.pageFault, (access << 1) | protection, linear >>> 0);
}
