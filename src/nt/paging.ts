/**
 * Virtual memory through page tables in physical memory.
 *
 * The three paging modes of x86 processors are one table of levels each; a single walk serves them all. What entries
 * mean is in `page_entries.ts`.
 *
 * @module
 */
import type { Memory } from "../memory.ts";
import {
  FORMATS,
  isLargePage,
  meaningOf,
  type MissingPage,
  PAGE_SHIFT,
  type PagingMode,
  type SoftwareEntries,
} from "./page_entries.ts";
import { unsignedOf } from "./structure_reader.ts";

export type { MissingPage, PagingMode } from "./page_entries.ts";

/** Physical memory: a machine's, or the part of it in a dump. */
export interface PhysicalMemory {
  /** Reads up to `length` bytes; ends at the first missing byte. */
  read(physicalAddress: bigint, length: number): Uint8Array;
  /** Says why the byte at an address cannot be read, as a clause for messages, if the memory knows. */
  explainMissing?(physicalAddress: bigint): string;
  /** All pages that are present, many at a time, in any order: for searches without an address. */
  pages?(): Iterable<Uint8Array>;
}

/** Which page tables to use, and in which format. */
export interface PagingOptions {
  /** Format of the tables. */
  readonly mode: PagingMode;
  /** Root of the tables, as CR3 or KPROCESS.DirectoryTableBase has it; flag bits are masked off. */
  readonly directoryTableBase: bigint;
  /** The Windows build's own formats of invalid entries; absent if the build is not known. */
  readonly software?: SoftwareEntries;
  /** Whether the tables never change, as in a dump, so that translations may be kept. */
  readonly isFrozen?: boolean;
}

/**
 * Where an address leads: to a physical address with the rest of its page; nowhere (*invalid*: not allocated, or not
 * canonical); or to something that is not in physical memory (*unavailable*).
 */
export type Translation = PresentPage | MissingPage;

/** An address in memory. */
export interface PresentPage {
  /** Distinguishes it from a {@linkcode MissingPage}. */
  readonly kind: "page";
  /** Where the address leads. */
  readonly physicalAddress: bigint;
  /** Bytes from there to the end of the page. */
  readonly length: number;
}

/** An address space that can also say where an address leads. */
export interface TranslatedMemory extends Memory {
  /** Translates one address. */
  translate(address: bigint): Translation;
}

/** Most translations to keep of frozen tables: those of 32 MiB of small pages. */
const MAX_KEPT = 8192;

/**
 * The address space of a set of page tables.
 *
 * Unless the tables are frozen, nothing is kept: those of a running machine change between two reads.
 */
export function translatedMemory(
  physical: PhysicalMemory,
  options: PagingOptions,
): TranslatedMemory {
  const format = FORMATS[options.mode];
  const software = options.software ?? {};
  /** Where pages lead, by the address of their first byte. */
  const kept = new Map<bigint, Translation>();

  function translate(address: bigint): Translation {
    if (!options.isFrozen) return walk(address);
    const inPage = BigInt.asUintN(Number(PAGE_SHIFT), address);
    const page = address - inPage;
    let translation = kept.get(page);
    if (translation === undefined) {
      translation = walk(page);
      if (kept.size === MAX_KEPT) kept.clear();
      kept.set(page, translation);
    }
    if (translation.kind !== "page" || inPage === 0n) return translation;
    return {
      kind: "page",
      physicalAddress: translation.physicalAddress + inPage,
      length: translation.length - Number(inPage),
    };
  }

  function walk(address: bigint): Translation {
    const leaf = descend(address);
    if (leaf.kind !== "leaf") return leaf;
    if (leaf.shift !== PAGE_SHIFT) return largePage(leaf, address);
    const meaning = meaningOf(leaf.entry, format, software);
    switch (meaning.kind) {
      case "frame":
        return smallPage(meaning.physicalAddress, address);
      case "prototype":
        return prototypePage(meaning.address, address);
      case "invalid":
      case "unavailable":
        return meaning;
    }
  }

  /** Walks down to the entry for the page of an address, regardless of what that entry says. */
  function descend(address: bigint): Leaf | MissingPage {
    if (!isCanonical(address, format.pointerSize)) {
      return { kind: "invalid", reason: "the address is not canonical" };
    }
    let table = options.directoryTableBase & format.rootMask;
    for (const level of format.levels) {
      const index = (address >> level.shift) % level.entries;
      const place = table + index * BigInt(format.entrySize);
      const entry = readEntry(place);
      if (entry === undefined) {
        return { kind: "unavailable", reason: tableMissing(level.table, table, place) };
      }
      if (level.shift === PAGE_SHIFT || isLargePage(entry, level)) {
        return { kind: "leaf", entry, shift: level.shift };
      }
      // The page tables of a trimmed process are in transition, like its pages.
      const meaning = meaningOf(entry, format, software);
      switch (meaning.kind) {
        case "frame":
          table = meaning.physicalAddress;
          continue;
        case "prototype":
          return { kind: "unavailable", reason: "its page table is in a section" };
        case "invalid":
        case "unavailable":
          return meaning;
      }
    }
    throw new TypeError(`Cannot translate in mode "${options.mode}": its format has no page level`);
  }

  function tableMissing(name: string, table: bigint, place: bigint): string {
    const cause = physical.explainMissing?.(place);
    if (cause === undefined) return `its ${name} is missing`;
    return `its ${name}, physical page 0x${
      (table >> PAGE_SHIFT).toString(16)
    }, is missing: ${cause}`;
  }

  function smallPage(frame: bigint, address: bigint): PresentPage {
    const inPage = BigInt.asUintN(Number(PAGE_SHIFT), address);
    const length = Number((1n << PAGE_SHIFT) - inPage);
    return { kind: "page", physicalAddress: frame + inPage, length };
  }

  function largePage({ entry, shift }: Leaf, address: bigint): PresentPage {
    const inPage = BigInt.asUintN(Number(shift), address);
    let base = (entry & format.frameMask) >> shift << shift;
    // PSE-36: a large page's 32-bit entry has bits 32 to 39 of the address in its bits 13 to 20.
    if (format.entrySize === 4) base |= BigInt.asUintN(8, entry >> 13n) << 32n;
    const length = Number((1n << shift) - inPage);
    return { kind: "page", physicalAddress: base | inPage, length };
  }

  /**
   * The page of a prototype entry, which is in paged pool for all users of a section. An entry there that looks like
   * another prototype belongs to a mapped file, and an entry that is itself reached through a prototype would be
   * damage: neither is followed.
   */
  function prototypePage(place: bigint | undefined, address: bigint): Translation {
    if (place === undefined) {
      return {
        kind: "unavailable",
        reason: "its prototype entry cannot be found from its page table",
      };
    }
    const entry = readPrototype(place);
    if (entry === undefined) {
      return { kind: "unavailable", reason: "its prototype entry is missing" };
    }
    const meaning = meaningOf(entry, format, software);
    switch (meaning.kind) {
      case "frame":
        return smallPage(meaning.physicalAddress, address);
      case "prototype":
        return { kind: "unavailable", reason: "the page is in a mapped file" };
      case "invalid":
      case "unavailable":
        return { kind: meaning.kind, reason: `${meaning.reason}, as its prototype entry says` };
    }
  }

  function readPrototype(place: bigint): bigint | undefined {
    const leaf = descend(place);
    if (leaf.kind !== "leaf") return undefined;
    if (leaf.shift !== PAGE_SHIFT) return readEntry(largePage(leaf, place).physicalAddress);
    const meaning = meaningOf(leaf.entry, format, software);
    if (meaning.kind !== "frame") return undefined;
    return readEntry(smallPage(meaning.physicalAddress, place).physicalAddress);
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
    return `unavailable page: ${explainPhysical(page.physicalAddress)}`;
  }

  function explainPhysical(physicalAddress: bigint): string {
    return physical.explainMissing?.(physicalAddress) ??
      `physical address 0x${physicalAddress.toString(16)} is missing`;
  }

  return { pointerSize: format.pointerSize, read, translate, explainMissing };
}

/** An entry that maps a page, with the number of address bits that are an offset into that page. */
interface Leaf {
  readonly kind: "leaf";
  readonly entry: bigint;
  readonly shift: bigint;
}

function isCanonical(address: bigint, pointerSize: Memory["pointerSize"]): boolean {
  if (pointerSize === 4) return address === BigInt.asUintN(32, address);
  return address === BigInt.asUintN(64, BigInt.asIntN(48, address));
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
