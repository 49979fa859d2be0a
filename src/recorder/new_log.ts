/**
 * The beginning of a recorder log, which htrace creates and the recorder fills.
 *
 * @module
 */
import { CALL, EVENT, HEADER, LIMITS, LOG_MAGIC, LOG_VERSION, TYPE } from "./layout.ts";

/** How large a log is. */
export interface NewLogOptions {
  /** Events that the ring keeps, rounded up to a power of two; 524,288 by default. */
  readonly slots?: number;
  /** Most frames in a stack, 2 to 256; 64 by default. */
  readonly frames?: number;
}

/** An empty log. */
export interface NewLog {
  /** The file's first bytes; all others are 0. */
  readonly header: Uint8Array<ArrayBuffer>;
  /** Size of the file in bytes. */
  readonly size: number;
}

const DEFAULT_SLOTS = 0x8_0000;
const MIN_SLOTS = 0x80;
const DEFAULT_FRAMES = 64;
/** Room for calls and types of later builds of the recorder. */
const CALL_SLOTS = 0x100;
const TYPE_SLOTS = 0x80;
/** Number of lists of stacks and names: enough to keep the lists short with a hundred thousand entries. */
const BUCKETS = 0x8000;
const REF_SIZE = 4;
/** Views begin at multiples of this. */
const PAGE = 0x1000;
/** Room for stacks, names and open handles: at least this much, and half the size of the ring. */
const MIN_ARENA = 0x100_0000;

/** Lays out a log. */
export function newLog(
  { slots = DEFAULT_SLOTS, frames = DEFAULT_FRAMES }: NewLogOptions = {},
): NewLog {
  const ringSlots = ringSlotsFor(slots);
  const calls = HEADER.size;
  const types = calls + CALL_SLOTS * CALL.size;
  const directory = types + TYPE_SLOTS * TYPE.size;
  const buckets = directory + LIMITS.directorySlots * REF_SIZE;
  const ring = pageAfter(buckets + BUCKETS * REF_SIZE);
  const arena = pageAfter(ring + ringSlots * EVENT.size);
  const size = arena + Math.max(MIN_ARENA, pageAfter(ringSlots * EVENT.size / 2));

  const header = new Uint8Array(HEADER.size);
  const view = new DataView(header.buffer);
  view.setBigUint64(HEADER.magic, LOG_MAGIC, true);
  view.setUint32(HEADER.version, LOG_VERSION, true);
  view.setUint32(HEADER.headerSize, HEADER.size, true);
  view.setBigUint64(HEADER.fileSize, BigInt(size), true);
  view.setUint32(HEADER.calls, calls, true);
  view.setUint32(HEADER.callSlots, CALL_SLOTS, true);
  view.setUint32(HEADER.types, types, true);
  view.setUint32(HEADER.typeSlots, TYPE_SLOTS, true);
  view.setUint32(HEADER.directory, directory, true);
  view.setUint32(HEADER.directorySlots, LIMITS.directorySlots, true);
  view.setUint32(HEADER.buckets, buckets, true);
  view.setUint32(HEADER.bucketSlots, BUCKETS, true);
  view.setBigUint64(HEADER.ring, BigInt(ring), true);
  view.setBigUint64(HEADER.ringSlots, BigInt(ringSlots), true);
  view.setBigUint64(HEADER.arena, BigInt(arena), true);
  view.setUint32(HEADER.maxFrames, Math.min(Math.max(frames, 2), LIMITS.frames), true);
  return { header, size };
}

function ringSlotsFor(slots: number): number {
  const wanted = Math.min(Math.max(slots, MIN_SLOTS), LIMITS.ringSlots);
  return 2 ** Math.ceil(Math.log2(wanted));
}

function pageAfter(offset: number): number {
  return Math.ceil(offset / PAGE) * PAGE;
}
