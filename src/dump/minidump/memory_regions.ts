/**
 * The regions of the process's address space (MemoryInfoList, 16), whether or not the dump has their bytes.
 *
 * @module
 */
import { findStream, type Minidump } from "./dump.ts";
import { LIMITS, MEMORY_INFO, MEMORY_INFO_LIST, STREAM } from "./format.ts";
import { incompleteOf, type Listing, readEntries, sizedList } from "./_entry_list.ts";

/** Consecutive pages of the same kind. */
export interface MemoryRegion {
  /** Address of the first byte. */
  readonly start: bigint;
  /** Size in bytes. */
  readonly size: bigint;
  /** State of the pages; undefined for a value that Windows does not have. */
  readonly state: "committed" | "reserved" | "free" | undefined;
  /** PAGE_* protection. */
  readonly protect: number;
  /** What backs it; undefined if it is free. */
  readonly type: "private" | "mapped" | "image" | undefined;
}

/** MEM_* values of `winnt.h`. */
const STATES: Readonly<Record<number, MemoryRegion["state"]>> = {
  0x1000: "committed",
  0x2000: "reserved",
  0x1_0000: "free",
};
const TYPES: Readonly<Record<number, MemoryRegion["type"]>> = {
  0x2_0000: "private",
  0x4_0000: "mapped",
  0x100_0000: "image",
};

/** Reads the regions, in the order of the dump; empty if it has none. */
export function readMemoryRegions(dump: Minidump): Listing<MemoryRegion> {
  const stream = findStream(dump, STREAM.memoryInfoList);
  if (stream === undefined) return { entries: [] };
  const list = sizedList(dump, stream, MEMORY_INFO_LIST, {
    what: "memory regions",
    size: MEMORY_INFO.size,
    most: LIMITS.memoryRegions,
  });
  const entries: MemoryRegion[] = [];
  for (const info of readEntries(dump, list, MEMORY_INFO)) {
    entries.push({
      start: info.BaseAddress,
      size: info.RegionSize,
      state: STATES[info.State],
      protect: info.Protect,
      type: TYPES[info.Type],
    });
  }
  return { entries, ...incompleteOf(list.incomplete) };
}

/** The region that contains an address. */
export function regionAt(
  regions: readonly MemoryRegion[],
  address: bigint,
): MemoryRegion | undefined {
  return regions.find(({ start, size }) => address >= start && address - start < size);
}
