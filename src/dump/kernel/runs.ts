/**
 * Dumps that store pages in runs: full dumps, with the runs in the header, and newer forms with a table of ranges.
 *
 * Reference dump-formats, 2.3 and 4.
 *
 * @module
 */
import { type DumpFile, hex } from "../dump_file.ts";
import { structureTable } from "../structure_table.ts";
import { isUnset, type KernelDumpHeader } from "./header.ts";
import { type PageMap, type PageRun, runMap } from "./page_map.ts";

/** PHYSICAL_MEMORY_DESCRIPTOR in either header: offsets of its count and runs, size of a run, and room for how many. */
const MEMORY_BLOCK = {
  32: { NumberOfRuns: 0x64, Run: 0x6c, size: 8, room: 86 },
  64: { NumberOfRuns: 0x88, Run: 0x98, size: 16, room: 42 },
} as const;

/** The pages of a full dump (type 1). */
export function readFullMap(file: DumpFile, header: KernelDumpHeader): PageMap {
  const block = MEMORY_BLOCK[header.bits];
  const count = viewOf(file.bytes(block.NumberOfRuns, 4, "run count")).getUint32(0, true);
  if (isUnset(count) || count === 0) {
    throw file.error(
      "its physical memory block is unset, so there is no list of runs and no page can be found",
      { offset: block.NumberOfRuns },
    );
  }
  if (count > block.room) {
    throw file.error(
      `its list of runs is damaged: it should have ${count} runs, and the header has room for ` +
        block.room,
      { offset: block.NumberOfRuns },
    );
  }
  const view = viewOf(file.bytes(block.Run, count * block.size, "list of runs"));
  const runs = Array.from({ length: count }, (_, index): PageRun => {
    const offset = index * block.size;
    return header.bits === 32
      ? {
        frame: BigInt(view.getUint32(offset, true)),
        count: BigInt(view.getUint32(offset + 4, true)),
      }
      : rangeAt(view, offset);
  });
  return runMap(file, header.size, runs);
}

/** Follows the header in dumps of ranges; only complete ones (type 10) have the last two fields. */
const RANGE_DUMP = structureTable("RANGE_DUMP", 0x30, {
  Marker: [0, "u32"],
  Signature: [4, "u32"],
  ValidDump: [8, "u32"],
  MetadataSize: [0x10, "u64"],
  FirstPage: [0x18, "u64"],
  NumberOfRanges: [0x20, "u32"],
  TotalPages: [0x28, "u64"],
});
/** `RDMP` and `DUMP`. */
const RANGE_SIGNATURE = 0x504d4452;
const VALID_DUMP = 0x504d5544;
const COMPLETE = 10;
/** A range takes 16 bytes; a million of them describe badly fragmented memory. */
const MAX_RANGES = 2 ** 20;
const RANGE_SIZE = 16;

/** The pages of a dump of ranges (types 8 to 10). */
export function readRangeMap(file: DumpFile, header: KernelDumpHeader): PageMap {
  const fields = file.structure(RANGE_DUMP, header.size, "range header");
  if (fields.Signature !== RANGE_SIGNATURE || fields.ValidDump !== VALID_DUMP) {
    throw file.error(`its range header at ${hex(header.size)} does not begin with "RDMP"`, {
      offset: header.size,
    });
  }
  if (fields.FirstPage >= BigInt(file.size)) {
    throw file.error(
      `its first page should be at ${hex(fields.FirstPage)}, beyond the end of the file at ` +
        hex(file.size),
    );
  }
  const start = header.size + RANGE_DUMP.size;
  const firstPage = Number(fields.FirstPage);
  const room = Math.floor((firstPage - start) / RANGE_SIZE);
  if (room <= 0) {
    throw file.error(`its first page at ${hex(firstPage)} leaves no room for ranges`);
  }
  if (room > MAX_RANGES) {
    throw file.error(`its table of ranges is damaged: it has room for ${room}`, { offset: start });
  }
  const total = header.dumpType === COMPLETE ? fields.TotalPages : undefined;
  return runMap(file, firstPage, rangesOf(file, start, room, total));
}

/** The ranges of the table, up to its end, to page 0 (which is never stored), or to the total number of pages. */
function* rangesOf(
  file: DumpFile,
  start: number,
  room: number,
  total: bigint | undefined,
): Generator<PageRun> {
  const view = viewOf(file.bytes(start, room * RANGE_SIZE, "table of ranges"));
  let pages = 0n;
  for (let index = 0; index < room; index++) {
    const range = rangeAt(view, index * RANGE_SIZE);
    if (range.frame === 0n || (total !== undefined && pages >= total)) return;
    pages += range.count;
    yield range;
  }
}

function rangeAt(view: DataView, offset: number): PageRun {
  return {
    frame: view.getBigUint64(offset, true),
    count: view.getBigUint64(offset + 8, true),
  };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
