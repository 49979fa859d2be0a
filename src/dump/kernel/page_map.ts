/**
 * Where a dump file stores the pages of physical memory.
 *
 * @module
 */
import { countUpTo } from "../../count_up_to.ts";
import type { DumpFile } from "../dump_file.ts";
import { hex } from "../dump_file.ts";

/** Page size in bytes of every processor whose dumps are read. */
export const PAGE_SIZE = 0x1000;

/**
 * Page numbers fit 40 bits: no processor has more than 52 bits of physical address. So page numbers, counts and file
 * offsets are exact as numbers, and larger ones are damage.
 */
export const MAX_FRAME = 2 ** 40;

/** Where each page of physical memory is in the file. */
export interface PageMap {
  /** File offset of a page by its number; undefined if the dump does not hold it. May be past the end of a cut file. */
  offsetOf(frame: number): number | undefined;
  /** File offset of the first page; the others follow it up to the end of the file. */
  readonly firstPage: number;
  /** What is wrong with the map, each as a clause for messages; the pages that it still maps can be used. */
  readonly damage: readonly string[];
}

/** Consecutive pages. */
export interface PageRun {
  /** Number of the first page. */
  readonly frame: bigint;
  /** Number of pages, consecutive both in memory and in the file. */
  readonly count: bigint;
}

/**
 * Pages in runs, which the file stores one after another in the order listed. A run that extends past the end of the
 * file is kept as far as the file goes, and the damage is reported.
 */
export function runMap(file: DumpFile, firstPage: number, runs: Iterable<PageRun>): PageMap {
  const damage: string[] = [];
  const kept: { frame: number; count: number; offset: number }[] = [];
  /** Where the next run is stored: a bigint, because it may be far beyond the file and every exact number. */
  let offset = BigInt(firstPage);
  for (const { frame, count } of runs) {
    const room = pagesFrom(file, offset);
    if (frame + count > MAX_FRAME && damage.length === 0) {
      damage.push(
        `its list of pages is damaged: ${count} pages from page ${hex(frame)} are more than any ` +
          `machine has`,
      );
    }
    if (frame < MAX_FRAME && room > 0) {
      const pages = Math.min(Number(count), room, MAX_FRAME - Number(frame));
      kept.push({ frame: Number(frame), count: pages, offset: Number(offset) });
    }
    offset += count * BigInt(PAGE_SIZE);
  }
  const cut = describeCut(file, offset);
  if (cut !== undefined && damage.length === 0) damage.push(cut);
  kept.sort((one, other) => one.frame - other.frame);
  const frames = Float64Array.from(kept, ({ frame }) => frame);
  return {
    damage,
    firstPage,
    offsetOf(frame): number | undefined {
      const run = kept[lastAtMost(frames, frame)];
      if (run === undefined || frame >= run.frame + run.count) return undefined;
      return run.offset + (frame - run.frame) * PAGE_SIZE;
    },
  };
}

/** What is missing from a file whose pages should end at `end`, as a clause for messages. */
export function describeCut(file: DumpFile, end: bigint): string | undefined {
  if (end <= BigInt(file.size)) return undefined;
  return `the file is cut short: it ends at ${hex(file.size)} and its pages should reach to ` +
    `${hex(end)}, so the pages past its end are missing`;
}

/** Number of pages that begin in the file at or after `offset`; the last may be cut. */
function pagesFrom(file: DumpFile, offset: bigint): number {
  if (offset >= BigInt(file.size)) return 0;
  return Math.ceil((file.size - Number(offset)) / PAGE_SIZE);
}

/** Index of the last value that is at most `wanted` in ascending `values`, or -1. */
function lastAtMost(values: Float64Array, wanted: number): number {
  return countUpTo(values.length, (index) => values[index]! <= wanted) - 1;
}
