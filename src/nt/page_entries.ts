/**
 * Entries of page tables: the formats of the three paging modes, and what an entry means.
 *
 * The hardware's formats are those of the processor manuals of Intel and AMD ("Paging"); entries whose valid bit is
 * clear have Windows' own format (reference dump-formats, 3.4 and 4).
 *
 * @module
 */
import type { PointerSize } from "../memory.ts";

/** The page-table formats: two levels of 32-bit entries, PAE's three, x64's four of 64-bit entries. */
export type PagingMode = "x86" | "pae" | "x64";

/** An address that cannot be read. */
export interface MissingPage {
  /** Whether nothing is mapped, or something that is not in physical memory. */
  readonly kind: "invalid" | "unavailable";
  /** What was found, as a clause for messages, the same for all pages with the same cause. */
  readonly reason: string;
}

/** What differs between Windows builds in entries whose valid bit is clear. */
export interface SoftwareEntries {
  /**
   * Derives the address of a prototype entry from a 32-bit entry that names it. Without this function such pages are
   * unavailable; 64-bit entries hold the whole address.
   */
  readonly prototypeAddress?: (entry: bigint) => bigint;
  /**
   * The guard against L1TF of x64 kernels since 2018: if the bit `flag` of an invalid entry is clear, the kernel set
   * the bit `mask` in it, so that the processor does not speculate on an existing address.
   */
  readonly guard?: { readonly mask: bigint; readonly flag: bigint };
}

/** One level of tables. */
export interface Level {
  /** Name of the tables of this level. */
  readonly table: string;
  /** The lowest address bit that selects an entry. */
  readonly shift: bigint;
  /** Number of entries in a table. */
  readonly entries: bigint;
  /** Whether bit 7 of a valid entry makes it map a large page. */
  readonly large: boolean;
}

/** The format of one paging mode. */
export interface PageTableFormat {
  /** Width of the translated addresses. */
  readonly pointerSize: PointerSize;
  /** Size of an entry in bytes. */
  readonly entrySize: 4 | 8;
  /** The address bits of the directory table base. */
  readonly rootMask: bigint;
  /** The bits of an entry that hold the address of a page or of the next table. */
  readonly frameMask: bigint;
  /** The bits of an entry that hold an offset in the page file, if its page is there. */
  readonly pageFileMask: bigint;
  /** Address of the prototype entry that an entry names; absent if the mode alone does not determine it. */
  readonly prototypeAddress?: (entry: bigint) => bigint;
  /** From the root down to the page table. */
  readonly levels: readonly Level[];
}

/** Number of address bits within a page. */
export const PAGE_SHIFT = 12n;

/** The formats by mode. */
export const FORMATS: Readonly<Record<PagingMode, PageTableFormat>> = {
  x86: {
    pointerSize: 4,
    entrySize: 4,
    rootMask: 0xffff_f000n,
    frameMask: 0xffff_f000n,
    pageFileMask: 0xffff_f000n,
    levels: [
      { table: "page directory", shift: 22n, entries: 1024n, large: true },
      { table: "page table", shift: 12n, entries: 1024n, large: false },
    ],
  },
  pae: {
    pointerSize: 4,
    entrySize: 8,
    rootMask: 0xffff_ffe0n,
    frameMask: 0x000f_ffff_ffff_f000n,
    pageFileMask: 0xffff_ffff_0000_0000n,
    prototypeAddress: (entry) => entry >> 32n,
    levels: [
      { table: "page directory pointer table", shift: 30n, entries: 4n, large: false },
      { table: "page directory", shift: 21n, entries: 512n, large: true },
      { table: "page table", shift: 12n, entries: 512n, large: false },
    ],
  },
  x64: {
    pointerSize: 8,
    entrySize: 8,
    rootMask: 0x000f_ffff_ffff_f000n,
    frameMask: 0x000f_ffff_ffff_f000n,
    pageFileMask: 0xffff_ffff_0000_0000n,
    prototypeAddress: (entry) => BigInt.asUintN(64, BigInt.asIntN(48, entry >> 16n)),
    levels: [
      { table: "page map", shift: 39n, entries: 512n, large: false },
      { table: "page directory pointer table", shift: 30n, entries: 512n, large: true },
      { table: "page directory", shift: 21n, entries: 512n, large: true },
      { table: "page table", shift: 12n, entries: 512n, large: false },
    ],
  },
};

const VALID = 1n << 0n;
const LARGE_PAGE = 1n << 7n;
const PROTOTYPE = 1n << 10n;
const TRANSITION = 1n << 11n;

/**
 * What an entry means: the address of a page, or of a table one level down; a reference to another entry, shared by all
 * users of the page; or why there is no page in memory.
 */
export type EntryMeaning =
  | { readonly kind: "frame"; readonly physicalAddress: bigint }
  | { readonly kind: "prototype"; readonly address: bigint | undefined }
  | MissingPage;

/** Whether an entry of a directory maps a large page. In invalid entries, bit 7 is part of the protection. */
export function isLargePage(entry: bigint, level: Level): boolean {
  return level.large && (entry & VALID) !== 0n && (entry & LARGE_PAGE) !== 0n;
}

/** Reads an entry that does not map a large page. */
export function meaningOf(
  entry: bigint,
  format: PageTableFormat,
  software: SoftwareEntries,
): EntryMeaning {
  if ((entry & VALID) !== 0n) return { kind: "frame", physicalAddress: entry & format.frameMask };
  if (entry === 0n) return { kind: "invalid", reason: "nothing is mapped there" };
  const plain = withoutGuard(entry, software);
  // The address of a prototype may have bit 11 set, so bit 10 counts first.
  if ((plain & PROTOTYPE) !== 0n) {
    if ((entry & format.pageFileMask) === format.pageFileMask) {
      return { kind: "unavailable", reason: "only the VAD says where the page is" };
    }
    const addressOf = format.prototypeAddress ?? software.prototypeAddress;
    return { kind: "prototype", address: addressOf?.(plain) };
  }
  if ((plain & TRANSITION) !== 0n) {
    return { kind: "frame", physicalAddress: plain & format.frameMask };
  }
  if ((plain & format.pageFileMask) === 0n) {
    return { kind: "invalid", reason: "the page was never touched" };
  }
  return { kind: "unavailable", reason: "the page is in the page file" };
}

/** An invalid entry as it was before the guard against L1TF. */
function withoutGuard(entry: bigint, { guard }: SoftwareEntries): bigint {
  return guard === undefined || (entry & guard.flag) !== 0n ? entry : entry & ~guard.mask;
}
