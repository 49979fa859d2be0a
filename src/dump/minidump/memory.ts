/**
 * The memory in a minidump (MemoryList, 5; Memory64List, 9; the stacks of threads), as an address space.
 *
 * @module
 */
import { countUpTo } from "../../count_up_to.ts";
import type { Memory, PointerSize } from "../../memory.ts";
import { decodeStructure } from "../structure_table.ts";
import { findStream, type Minidump } from "./dump.ts";
import {
  LIMITS,
  MEMORY64_LIST,
  MEMORY_DESCRIPTOR,
  MEMORY_DESCRIPTOR64,
  STREAM,
  THREAD,
} from "./format.ts";
import { bounded, countedList, incompleteOf, type Listing, readEntries } from "./_entry_list.ts";
import { readMemoryRegions, regionAt } from "./memory_regions.ts";

const LAST_ADDRESS = 2n ** 64n - 1n;

/** Consecutive bytes of the process, stored together in the file. */
export interface MemoryRange {
  /** Address of the first byte. */
  readonly start: bigint;
  /** Number of bytes; the file can end earlier. */
  readonly size: number;
  /** Byte offset of the first byte in the file. */
  readonly offset: number;
}

/** Ranges that are read one at a time, and their number at most. */
interface RangeList {
  readonly count: number;
  readonly ranges: Iterable<MemoryRange>;
  readonly incomplete?: string;
}

/** Reads the ranges of MemoryList, in the order of the dump; empty if it has none. */
export function readMemoryList(dump: Minidump): Listing<MemoryRange> {
  return collected(memoryList(dump));
}

/** Reads the ranges of Memory64List, in the order of the dump; empty if it has none. */
export function readMemory64List(dump: Minidump): Listing<MemoryRange> {
  return collected(memory64List(dump));
}

function collected({ ranges, incomplete }: RangeList): Listing<MemoryRange> {
  return { entries: [...ranges], ...incompleteOf(incomplete) };
}

function memoryList(dump: Minidump): RangeList {
  const stream = findStream(dump, STREAM.memoryList);
  if (stream === undefined) return NO_RANGES;
  const list = countedList(dump, stream, {
    what: "memory ranges",
    size: MEMORY_DESCRIPTOR.size,
    most: LIMITS.memoryRanges,
  });
  const ranges = readEntries(dump, list, MEMORY_DESCRIPTOR)
    .map(({ StartOfMemoryRange, DataSize, Rva }) => ({
      start: StartOfMemoryRange,
      size: DataSize,
      offset: Rva,
    }));
  return { count: list.count, ranges, ...incompleteOf(list.incomplete) };
}

/** The contents of these ranges are stored one after another from a single offset, which can be beyond 4 GiB. */
function memory64List(dump: Minidump): RangeList {
  const stream = findStream(dump, STREAM.memory64List);
  if (stream === undefined) return NO_RANGES;
  const head = dump.file.read(stream.offset, MEMORY64_LIST.size);
  if (head.length < MEMORY64_LIST.size) {
    return { ...NO_RANGES, incomplete: "the list of memory ranges is cut off in its header" };
  }
  const { NumberOfMemoryRanges, BaseRva } = decodeStructure(MEMORY64_LIST, head);
  const list = bounded(dump, stream, {
    what: "memory ranges",
    start: MEMORY64_LIST.size,
    stride: MEMORY_DESCRIPTOR64.size,
    stated: Number(NumberOfMemoryRanges),
    most: LIMITS.memoryRanges,
  });
  let offset = Number(BaseRva);
  const ranges = readEntries(dump, list, MEMORY_DESCRIPTOR64)
    .map(({ StartOfMemoryRange, DataSize }) => {
      const range = { start: StartOfMemoryRange, size: Number(DataSize), offset };
      offset += range.size;
      return range;
    });
  return { count: list.count, ranges, ...incompleteOf(list.incomplete) };
}

const NO_RANGES: RangeList = { count: 0, ranges: [] };

/** The address space of the process, as far as the dump has it. */
export class DumpMemory implements Memory {
  /** Width of the pointers stored in it. */
  readonly pointerSize: PointerSize;
  /** Why ranges that the dump should have are missing, as the end of a message; absent if none are. */
  declare readonly incomplete?: string;
  readonly #dump: Minidump;
  /** Ranges without overlaps, by address: first address, end, and byte offset in the file. */
  readonly #starts: BigUint64Array;
  readonly #ends: BigUint64Array;
  readonly #offsets: Float64Array;

  /** Reads the lists of ranges; their contents are read on demand. */
  constructor(dump: Minidump) {
    this.pointerSize = dump.system.pointerSize;
    this.#dump = dump;
    const lists = [memory64List(dump), memoryList(dump), stackList(dump)];
    const { starts, ends, offsets } = distinctRanges(lists, dump.file.size);
    this.#starts = starts;
    this.#ends = ends;
    this.#offsets = offsets;
    const { incomplete } = incompleteOf(...lists.map((list) => list.incomplete));
    if (incomplete !== undefined) this.incomplete = incomplete;
  }

  /** Number of bytes that can be read. */
  get size(): bigint {
    return this.#starts.reduce((sum, start, index) => sum + this.#ends[index]! - start, 0n);
  }

  /** Reads up to `length` bytes from `address`, across adjacent ranges; ends at the first missing byte. */
  read(address: bigint, length: number): Uint8Array {
    const first = this.#piece(address, length);
    if (first.length === length || first.length === 0) return first;
    const bytes = new Uint8Array(length);
    bytes.set(first);
    let filled = first.length;
    while (filled < length) {
      const piece = this.#piece(address + BigInt(filled), length - filled);
      if (piece.length === 0) break;
      bytes.set(piece, filled);
      filled += piece.length;
    }
    return bytes.subarray(0, filled);
  }

  /** Says why the byte at `address` cannot be read. */
  explainMissing(address: bigint): string {
    const region = regionAt(readMemoryRegions(this.#dump).entries, address);
    if (region?.state === "free") return "nothing is mapped there";
    if (region?.state === "reserved") return "the address is reserved, but has no memory";
    return "the dump does not have this memory; write one with full memory, `.dump /ma`";
  }

  /** Bytes from the range that contains `address`. */
  #piece(address: bigint, length: number): Uint8Array {
    const index = this.#indexOf(address);
    const start = this.#starts[index];
    const end = this.#ends[index];
    if (start === undefined || end === undefined || address >= end) return new Uint8Array(0);
    const offset = this.#offsets[index]! + Number(address - start);
    const room = end - address;
    return this.#dump.file.read(offset, room < BigInt(length) ? Number(room) : length);
  }

  /** The last range that begins at or before `address`; -1 before the first. */
  #indexOf(address: bigint): number {
    return countUpTo(this.#starts.length, (index) => this.#starts[index]! <= address) - 1;
  }
}

/** The stacks of threads: dbghelp also lists them as memory, but not every writer does. */
function stackList(dump: Minidump): RangeList {
  const stream = findStream(dump, STREAM.threadList);
  if (stream === undefined) return NO_RANGES;
  const list = countedList(dump, stream, {
    what: "threads",
    size: THREAD.size,
    most: LIMITS.threads,
  });
  const ranges = readEntries(dump, list, THREAD)
    .map(({ StackStart, StackSize, StackRva }) => ({
      start: StackStart,
      size: StackSize,
      offset: StackRva,
    }));
  return { count: list.count, ranges };
}

/** Number of bytes of a range that are in the file and have an address. */
function bytesInFile({ start, size, offset }: MemoryRange, fileSize: number): number {
  // Offset 0 is the file's header: writers use it for ranges whose bytes they did not keep.
  if (offset <= 0) return 0;
  const addresses = LAST_ADDRESS - start; // the end of a range must be an address, too
  const room = Math.min(size, Math.max(0, fileSize - offset));
  return addresses < BigInt(room) ? Number(addresses) : room;
}

/** Ranges in columns, by address: there can be a quarter of a million. */
interface RangeColumns {
  /** First address of each. */
  readonly starts: BigUint64Array;
  /** First address after each. */
  readonly ends: BigUint64Array;
  /** Byte offset of each in the file. */
  readonly offsets: Float64Array;
}

/**
 * The ranges of all lists without overlaps. If two contain the same bytes (a stack, and the region around it), the one
 * that begins earlier is used: both were read from the same frozen process.
 */
function distinctRanges(lists: readonly RangeList[], fileSize: number): RangeColumns {
  const room = lists.reduce((sum, { count }) => sum + count, 0);
  const all = emptyColumns(room);
  let count = 0;
  for (const range of lists.values().flatMap(({ ranges }) => ranges)) {
    const size = bytesInFile(range, fileSize);
    if (size === 0) continue;
    all.starts[count] = range.start;
    all.ends[count] = range.start + BigInt(size);
    all.offsets[count] = range.offset;
    count++;
  }
  const distinct = emptyColumns(count);
  let kept = 0;
  let end = 0n;
  for (const index of orderByAddress(all.starts.subarray(0, count))) {
    const [start, rangeEnd] = [all.starts[index]!, all.ends[index]!];
    if (rangeEnd <= end) continue;
    const covered = end > start ? end - start : 0n;
    distinct.starts[kept] = start + covered;
    distinct.ends[kept] = rangeEnd;
    distinct.offsets[kept] = all.offsets[index]! + Number(covered);
    kept++;
    end = rangeEnd;
  }
  return {
    starts: distinct.starts.slice(0, kept),
    ends: distinct.ends.slice(0, kept),
    offsets: distinct.offsets.slice(0, kept),
  };
}

function emptyColumns(room: number): RangeColumns {
  return {
    starts: new BigUint64Array(room),
    ends: new BigUint64Array(room),
    offsets: new Float64Array(room),
  };
}

/** The indices of addresses, lowest address first. Compares halves, because a bigint for each would make millions. */
function orderByAddress(addresses: BigUint64Array): Uint32Array {
  const halves = new Uint32Array(addresses.buffer, addresses.byteOffset, addresses.length * 2);
  const order = Uint32Array.from(addresses.keys());
  return order.sort((a, b) =>
    halves[a * 2 + 1]! - halves[b * 2 + 1]! || halves[a * 2]! - halves[b * 2]!
  );
}
