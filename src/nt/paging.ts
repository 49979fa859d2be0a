/**
 * Virtual memory through page tables in physical memory.
 *
 * The three paging modes of x86 processors are one table of levels each; a single walk serves them all, and
 * reads the software formats that Windows leaves in entries whose valid bit is clear (reference
 * dump-formats, section 3; processor manuals of Intel and AMD, "Paging").
 *
 * @module
 */
import type { Memory, PointerSize } from "../memory.ts";
import { unsignedOf } from "./structure_reader.ts";

/** Physical memory: a machine's, or what a dump holds of it. */
export interface PhysicalMemory {
  /** Reads up to `length` bytes; the answer ends at the first byte that is not there. */
  read(physicalAddress: bigint, length: number): Uint8Array;
}

/** The page-table formats: two levels of 32-bit entries, PAE's three, x64's four of 64-bit entries. */
export type PagingMode = "x86" | "pae" | "x64";

/** Which page tables, and in which format. */
export interface PagingOptions {
  /** Format of the tables. */
  readonly mode: PagingMode;
  /** Root of the tables, as CR3 or KPROCESS.DirectoryTableBase has it; flag bits are masked off. */
  readonly directoryTableBase: bigint;
}

/**
 * Where an address leads: to a physical address with as many bytes as its page has left; nowhere (*invalid*:
 * not allocated, or not canonical); or to something that is not in physical memory (*unavailable*).
 */
export type Translation = PresentPage | MissingPage;

/** An address in memory. */
export interface PresentPage {
  /** Tells it from a {@linkcode MissingPage}. */
  readonly kind: "page";
  /** Where the address leads. */
  readonly physicalAddress: bigint;
  /** Bytes from there to the end of the page. */
  readonly length: number;
}

/** An address that cannot be read. */
export interface MissingPage {
  /** Whether there is nothing, or something that is not in physical memory. */
  readonly kind: "invalid" | "unavailable";
  /** What was found, as the end of a sentence. */
  readonly reason: string;
}

/** An address space that can also say where an address leads. */
export interface TranslatedMemory extends Memory {
  /** Translates one address. */
  translate(address: bigint): Translation;
}

interface Level {
  /** Name of the tables of this level. */
  readonly table: string;
  /** The lowest address bit that selects an entry. */
  readonly shift: bigint;
  /** Number of entries in a table. */
  readonly entries: bigint;
  /** Whether bit 7 of a valid entry makes it map a large page. */
  readonly large: boolean;
}

interface PageTableFormat {
  readonly pointerSize: PointerSize;
  readonly entrySize: 4 | 8;
  /** The bits of the directory table base that are an address. */
  readonly rootMask: bigint;
  /** The bits of an entry that are the address of a page or of the next table. */
  readonly frameMask: bigint;
  /** The lowest bit of the page-file offset in an entry whose page is in the page file. */
  readonly pageFileShift: bigint;
  /** Address of the prototype entry that an entry names; undefined where it does not tell. */
  readonly prototypeAddress?: (entry: bigint) => bigint | undefined;
  /** From the root down to the page table. */
  readonly levels: readonly Level[];
}

const FORMATS: Readonly<Record<PagingMode, PageTableFormat>> = {
  // A 32-bit entry holds its prototype's distance from MmProtopte_Base, a variable of the kernel, so the
  // page tables alone do not tell the address.
  x86: {
    pointerSize: 4,
    entrySize: 4,
    rootMask: 0xffff_f000n,
    frameMask: 0xffff_f000n,
    pageFileShift: 12n,
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
    pageFileShift: 32n,
    prototypeAddress: (entry) => upperAddress(entry, 32),
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
    pageFileShift: 32n,
    prototypeAddress(entry): bigint | undefined {
      const address = upperAddress(entry, 48);
      return address === undefined ? undefined : BigInt.asUintN(64, BigInt.asIntN(48, address));
    },
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
const PAGE_SHIFT = 12n;

/**
 * The address space of a set of page tables.
 *
 * Nothing is cached: the tables of a running machine change between two reads.
 */
export function translatedMemory(
  physical: PhysicalMemory,
  options: PagingOptions,
): TranslatedMemory {
  const format = FORMATS[options.mode];

  function translate(address: bigint): Translation {
    const leaf = descend(address);
    if (leaf.kind !== "leaf") return leaf;
    if (isResident(leaf.entry)) return pageOf(leaf, address);
    if (isPrototype(leaf.entry)) return prototypePage(leaf.entry, address);
    return notPresent(leaf.entry, format);
  }

  /** Walks down to the entry that maps the page of an address, whatever that entry says. */
  function descend(address: bigint): Leaf | MissingPage {
    if (!isCanonical(address, format.pointerSize)) {
      return { kind: "invalid", reason: "the address is not canonical" };
    }
    let table = options.directoryTableBase & format.rootMask;
    for (const level of format.levels) {
      const index = (address >> level.shift) % level.entries;
      const entry = readEntry(table + index * BigInt(format.entrySize));
      if (entry === undefined) {
        return { kind: "unavailable", reason: `its ${level.table} is missing` };
      }
      const isLarge = level.large && (entry & VALID) !== 0n && (entry & LARGE_PAGE) !== 0n;
      if (isLarge || level.shift === PAGE_SHIFT) return { kind: "leaf", entry, shift: level.shift };
      // The page tables of a trimmed process are in transition, just as its pages are.
      if (!isResident(entry)) return notPresent(entry, format);
      table = entry & format.frameMask;
    }
    throw new TypeError(`Cannot translate in mode "${options.mode}": its format has no page level`);
  }

  function pageOf(leaf: Leaf, address: bigint): PresentPage {
    const offset = BigInt.asUintN(Number(leaf.shift), address);
    let base = (leaf.entry & format.frameMask) >> leaf.shift << leaf.shift;
    // PSE-36: a large page's 32-bit entry has bits 32 to 39 of the address in its bits 13 to 20.
    if (format.entrySize === 4 && leaf.shift > PAGE_SHIFT) {
      base |= BigInt.asUintN(8, leaf.entry >> 13n) << 32n;
    }
    const length = Number((1n << leaf.shift) - offset);
    return { kind: "page", physicalAddress: base | offset, length };
  }

  /**
   * The page that a prototype entry, kept in paged pool for all users of a section, leads to. An entry that
   * is again found through a prototype would be a damaged table and is not followed.
   */
  function prototypePage(entry: bigint, address: bigint): Translation {
    const prototypeAddress = format.prototypeAddress?.(entry);
    if (prototypeAddress === undefined) {
      return {
        kind: "unavailable",
        reason: "its prototype entry cannot be found from its page table",
      };
    }
    const leaf = descend(prototypeAddress);
    const prototype = leaf.kind === "leaf" && isResident(leaf.entry)
      ? readEntry(pageOf(leaf, prototypeAddress).physicalAddress)
      : undefined;
    if (prototype === undefined) {
      return { kind: "unavailable", reason: "its prototype entry is missing" };
    }
    if (isResident(prototype)) {
      return pageOf({ kind: "leaf", entry: prototype, shift: PAGE_SHIFT }, address);
    }
    if (isPrototype(prototype)) {
      return { kind: "unavailable", reason: "the page is in a mapped file" };
    }
    return notPresent(prototype, format);
  }

  function readEntry(physicalAddress: bigint): bigint | undefined {
    const bytes = physical.read(physicalAddress, format.entrySize);
    return bytes.length < format.entrySize ? undefined : unsignedOf(bytes);
  }

  function read(address: bigint, length: number): Uint8Array {
    const pieces: Uint8Array[] = [];
    let filled = 0;
    while (filled < length) {
      const page = translate(address + BigInt(filled));
      if (page.kind !== "page") break;
      const wanted = Math.min(length - filled, page.length);
      const piece = physical.read(page.physicalAddress, wanted);
      pieces.push(piece);
      filled += piece.length;
      if (piece.length < wanted) break;
    }
    return concatenated(pieces, filled);
  }

  function explainMissing(address: bigint): string {
    const page = translate(address);
    if (page.kind !== "page") return `${page.kind} page: ${page.reason}`;
    const physicalAddress = page.physicalAddress.toString(16);
    return `unavailable page: physical address 0x${physicalAddress} is missing`;
  }

  return { pointerSize: format.pointerSize, read, translate, explainMissing };
}

/** An entry that maps a page, with the number of address bits that are an offset into that page. */
interface Leaf {
  readonly kind: "leaf";
  readonly entry: bigint;
  readonly shift: bigint;
}

function isPrototype(entry: bigint): boolean {
  return (entry & VALID) === 0n && (entry & PROTOTYPE) !== 0n;
}

/** Whether an entry holds a page frame: valid, or in transition (trimmed, but still in memory). */
function isResident(entry: bigint): boolean {
  return (entry & VALID) !== 0n || ((entry & TRANSITION) !== 0n && (entry & PROTOTYPE) === 0n);
}

/** Says what an entry without a page frame means: nothing, zeros never written, or the page file. */
function notPresent(entry: bigint, format: PageTableFormat): MissingPage {
  if (isPrototype(entry)) return { kind: "unavailable", reason: "its page table is in a section" };
  if (entry === 0n) return { kind: "invalid", reason: "nothing is mapped there" };
  if (entry >> format.pageFileShift === 0n) {
    return { kind: "invalid", reason: "the page was never touched" };
  }
  return { kind: "unavailable", reason: "the page is in the page file" };
}

function isCanonical(address: bigint, pointerSize: PointerSize): boolean {
  if (pointerSize === 4) return address === BigInt.asUintN(32, address);
  return address === BigInt.asUintN(64, BigInt.asIntN(48, address));
}

/** The address in a 64-bit entry's upper `bits` bits; all ones there mean that the VAD has to be asked. */
function upperAddress(entry: bigint, bits: number): bigint | undefined {
  const field = entry >> BigInt(64 - bits);
  return field === (1n << BigInt(bits)) - 1n ? undefined : field;
}

function concatenated(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const [first] = pieces;
  if (first !== undefined && pieces.length === 1) return first;
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const piece of pieces) {
    bytes.set(piece, offset);
    offset += piece.length;
  }
  return bytes;
}
