/**
 * Test helper: writes pages as a kernel dump of any form. Offsets are plain numbers from the reference's tables, and
 * none comes from the reader: a wrong offset must not agree with itself.
 *
 * @module
 */
import { integerBytes } from "./guest_memory_fixture.ts";

/** The fields of a header. */
export interface DumpFacts {
  /** Width of the header. */
  readonly bits: 32 | 64;
  /** DumpType. */
  readonly type: number;
  /** MinorVersion. */
  readonly build: number;
  /** PaeEnabled. */
  readonly isPae?: boolean;
  readonly directoryTableBase: bigint;
  readonly psLoadedModuleList: bigint;
  readonly psActiveProcessHead: bigint;
  /** KdDebuggerDataBlock. */
  readonly debuggerData?: bigint;
  /** MachineImageType, if it is not that of the width. */
  readonly machine?: number;
}

const PAGE = 0x1000;

/** Offsets in the two headers. */
const HEADER = {
  32: {
    size: 0x1000,
    signature: "PAGEDUMP",
    pointer: 4,
    modules: 0x18,
    processes: 0x1c,
    machine: 0x20,
  },
  64: {
    size: 0x2000,
    signature: "PAGEDU64",
    pointer: 8,
    modules: 0x20,
    processes: 0x28,
    machine: 0x30,
  },
} as const;
const MORE = {
  32: { block: 0x60, runs: 0x64, run: 0x6c, type: 0xf88, time: 0xfc0 },
  64: { block: 0x80, runs: 0x88, run: 0x98, type: 0xf98, time: 0xfa8 },
} as const;

/** A growing file, written by offset. */
class Out {
  bytes = new Uint8Array(0);

  put(offset: number, bytes: Uint8Array): this {
    if (offset + bytes.length > this.bytes.length) {
      const grown = new Uint8Array(offset + bytes.length);
      grown.set(this.bytes);
      this.bytes = grown;
    }
    this.bytes.set(bytes, offset);
    return this;
  }

  integer(offset: number, value: bigint | number, size: number): this {
    return this.put(offset, integerBytes(value, size));
  }

  text(offset: number, text: string): this {
    return this.put(offset, new TextEncoder().encode(text));
  }
}

/** Writes a dump of these pages (by page number). */
export function writeKernelDump(
  facts: DumpFacts,
  pages: ReadonlyMap<number, Uint8Array>,
): Uint8Array {
  const out = new Out();
  const { size } = HEADER[facts.bits];
  writeHeader(out, facts);
  const frames = [...pages.keys()].sort((one, other) => one - other);
  // A header has room for few runs, so a full dump also gets the pages between ours.
  const stored = facts.type === 1 ? everyFrame(frames) : frames;
  const firstPage = WRITERS[facts.type]?.(out, facts, stored) ?? size;
  const bytes = new Uint8Array(firstPage + stored.length * PAGE);
  bytes.set(out.bytes);
  stored.forEach((frame, index) => bytes.set(pages.get(frame) ?? [], firstPage + index * PAGE));
  return bytes;
}

function everyFrame(frames: readonly number[]): number[] {
  const first = frames[0] ?? 0;
  return Array.from({ length: (frames.at(-1) ?? 0) + 1 - first }, (_, index) => first + index);
}

function writeHeader(out: Out, facts: DumpFacts): void {
  const at = { ...HEADER[facts.bits], ...MORE[facts.bits] };
  // Unset fields hold the filler.
  out.put(0, new TextEncoder().encode("PAGE".repeat(at.size / 4)));
  out.text(0, at.signature).integer(8, 15, 4).integer(0xc, facts.build, 4)
    .integer(0x10, facts.directoryTableBase, at.pointer)
    .integer(at.modules, facts.psLoadedModuleList, at.pointer)
    .integer(at.processes, facts.psActiveProcessHead, at.pointer)
    .integer(at.machine, facts.machine ?? (facts.bits === 32 ? 0x14c : 0x8664), 4)
    .integer(at.block, facts.debuggerData ?? 0n, at.pointer)
    .integer(at.type, facts.type, 4)
    .integer(at.time, 0x01db_0000_0000_0000n, 8);
  if (facts.bits === 32) out.integer(0x5c, facts.isPae ? 1 : 0, 1);
}

/** Consecutive page numbers. */
function runsOf(frames: readonly number[]): [start: number, count: number][] {
  const runs: [number, number][] = [];
  for (const frame of frames) {
    const last = runs.at(-1);
    if (last !== undefined && last[0] + last[1] === frame) last[1]++;
    else runs.push([frame, 1]);
  }
  return runs;
}

type Writer = (out: Out, facts: DumpFacts, frames: readonly number[]) => number;

/** Write what is between the header and the pages, by type; return the offset of the first page. */
const WRITERS: Readonly<Record<number, Writer>> = {
  1: writeRuns,
  2: writeSummary,
  5: writeBitmap,
  6: writeBitmap,
  7: writeBitmap,
  8: writeRanges,
  9: writeRanges,
  10: writeRanges,
};

function writeRuns(out: Out, { bits }: DumpFacts, frames: readonly number[]): number {
  const { runs: at, run } = MORE[bits];
  const width = bits === 32 ? 4 : 8;
  const runs = runsOf(frames);
  out.integer(at, runs.length, 4).integer(at + width, frames.length, width);
  runs.forEach(([start, count], index) =>
    out.integer(run + index * 2 * width, start, width)
      .integer(run + index * 2 * width + width, count, width)
  );
  return HEADER[bits].size;
}

function writeBitmap(out: Out, { bits, type }: DumpFacts, frames: readonly number[]): number {
  const start = HEADER[bits].size;
  const count = (frames.at(-1) ?? 0) + 1;
  const firstPage = aligned(start + 0x38 + Math.ceil(count / 8));
  out.text(start, type === 5 ? "FDMPDUMP" : "SDMPDUMP").integer(start + 0x20, firstPage, 8)
    .integer(start + 0x28, frames.length, 8).integer(start + 0x30, count, 8)
    .put(start + 0x38, bitmapOf(frames, count));
  return firstPage;
}

function writeSummary(out: Out, { bits }: DumpFacts, frames: readonly number[]): number {
  const start = HEADER[bits].size;
  const bitmap = start + (bits === 32 ? 0x20 : 0x28);
  const count = (frames.at(-1) ?? 0) + 1;
  const firstPage = aligned(bitmap + Math.ceil(count / 8));
  out.text(start, "SDMPDUMP").integer(start + 8, 1, 4).integer(start + 0xc, firstPage, 4)
    .integer(start + 0x10, count, 4).integer(start + 0x14, frames.length, 4)
    .integer(start + 0x18, Math.ceil(count / 8), 4).put(bitmap, bitmapOf(frames, count));
  return firstPage;
}

function writeRanges(out: Out, { bits, type }: DumpFacts, frames: readonly number[]): number {
  const start = HEADER[bits].size;
  const runs = runsOf(frames);
  const firstPage = aligned(start + 0x30 + (runs.length + 1) * 16);
  out.integer(start, 0x40, 4).text(start + 4, "RDMPDUMP").integer(start + 0xc, 0, 4)
    .integer(start + 0x10, firstPage - start - 0x20, 8).integer(start + 0x18, firstPage, 8);
  if (type === 10) {
    out.integer(start + 0x20, runs.length, 4).integer(start + 0x28, frames.length, 8);
  }
  runs.forEach(([frame, count], index) =>
    out.integer(start + 0x30 + index * 16, frame, 8).integer(start + 0x38 + index * 16, count, 8)
  );
  return firstPage;
}

function bitmapOf(frames: readonly number[], count: number): Uint8Array {
  const bitmap = new Uint8Array(Math.ceil(count / 8));
  for (const frame of frames) bitmap[frame >> 3]! |= 1 << (frame & 7);
  return bitmap;
}

function aligned(offset: number): number {
  return Math.ceil(offset / PAGE) * PAGE;
}
