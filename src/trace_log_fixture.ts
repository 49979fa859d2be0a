/**
 * Trace logs for tests and benchmarks: the shapes that sources have, and logs made from a few words per trace.
 *
 * The shapes are written down here a second time, from the reference and not from `nt/`, so that a mistake there cannot
 * hide.
 *
 * @module
 */
import type { EntryField, EntryLayout } from "./entry_layout.ts";
import { type HandleTrace, TRACE_TYPE_CODES, type TraceType } from "./trace.ts";
import { columnsOf, type StackTable, type TraceLog } from "./trace_log.ts";
import { type LogFacts, TraceLogBuilder } from "./trace_log_builder.ts";

/** PROCESS_HANDLE_TRACING_ENTRY of a 32-bit system (handle-tracing reference, A.2). */
export const QUERY_ENTRY_32: EntryLayout = {
  name: "PROCESS_HANDLE_TRACING_ENTRY",
  size: 0x50,
  handle: { offset: 0, size: 4 },
  processId: { offset: 4, size: 4 },
  threadId: { offset: 8, size: 4 },
  type: { offset: 0xc, size: 4 },
  stack: { offset: 0x10, size: 4, frames: 16 },
};

/** PROCESS_HANDLE_TRACING_ENTRY of a 64-bit system; 4 bytes of padding follow the type. */
export const QUERY_ENTRY_64: EntryLayout = {
  name: "PROCESS_HANDLE_TRACING_ENTRY",
  size: 0xa0,
  handle: { offset: 0, size: 8 },
  processId: { offset: 8, size: 8 },
  threadId: { offset: 0x10, size: 8 },
  type: { offset: 0x18, size: 4 },
  stack: { offset: 0x20, size: 8, frames: 16 },
};

/** HANDLE_TRACE_DB_ENTRY of a 64-bit system: the client id comes before the handle (B.5). */
export const KERNEL_ENTRY_64: EntryLayout = {
  name: "HANDLE_TRACE_DB_ENTRY",
  size: 0xa0,
  handle: { offset: 0x10, size: 8 },
  processId: { offset: 0, size: 8 },
  threadId: { offset: 8, size: 8 },
  type: { offset: 0x18, size: 4 },
  stack: { offset: 0x20, size: 8, frames: 16 },
};

/** AVRF_HANDLE_OPERATION of minidumps (dump-formats reference, 1.9). */
export const DUMP_OPERATION: EntryLayout = {
  name: "AVRF_HANDLE_OPERATION",
  size: 0x120,
  handle: { offset: 0, size: 8 },
  processId: { offset: 8, size: 4 },
  threadId: { offset: 0xc, size: 4 },
  type: { offset: 0x10, size: 4 },
  stack: { offset: 0x20, size: 8, frames: 32 },
};

/** All shapes. */
export const ENTRY_LAYOUTS = [QUERY_ENTRY_32, QUERY_ENTRY_64, KERNEL_ENTRY_64, DUMP_OPERATION];

/** A trace in a few words: type, handle, and anything unusual. */
export function trace(
  type: TraceType,
  handle: number,
  stack: readonly bigint[] = [0x1000n],
  threadId = 0x20,
  processId = 0x10,
): HandleTrace {
  return { type, handle, processId, threadId, stack: BigUint64Array.from(stack) };
}

/** When the logs in this file were read. */
export const READ_AT = new Date("2024-05-17T09:30:00Z");

/** A log of traces, newest first, whose stacks go into `stacks`. */
export function traceLog(
  stacks: StackTable,
  traces: readonly HandleTrace[],
  facts: Partial<LogFacts> = {},
): TraceLog {
  const builder = new TraceLogBuilder(stacks);
  for (const { wideHandle, ...trace } of traces) {
    builder.add({ ...trace, handle: wideHandle ?? trace.handle });
  }
  return builder.build({ readAt: READ_AT, ...facts });
}

/** Writes traces as entries of `layout`, in order. */
export function entryBytes(layout: EntryLayout, traces: readonly HandleTrace[]): Uint8Array {
  const bytes = new Uint8Array(traces.length * layout.size);
  traces.forEach((trace, index) => {
    const view = new DataView(bytes.buffer, index * layout.size, layout.size);
    writeField(view, layout.handle, trace.wideHandle ?? BigInt(trace.handle));
    writeField(view, layout.processId, BigInt(trace.processId));
    writeField(view, layout.threadId, BigInt(trace.threadId));
    writeField(view, layout.type, BigInt(TRACE_TYPE_CODES[trace.type]));
    const { offset, size } = layout.stack;
    trace.stack.forEach((address, frame) =>
      writeField(view, { offset: offset + frame * size, size }, address)
    );
  });
  return bytes;
}

function writeField(view: DataView, field: EntryField, value: bigint): void {
  if (field.size === 8) view.setBigUint64(field.offset, value, true);
  else view.setUint32(field.offset, Number(BigInt.asUintN(32, value)), true);
}

/** What a busy program did: an operation with the place in the code that did it. */
interface BusyOperation {
  type: TraceType;
  handle: number;
  threadId: number;
  place: number;
}

/**
 * What a busy program does: `places` stacks, every second of which closes what the one before it opened; handle values
 * reused as late as possible, about one open in fifty never closed, a bad reference now and then.
 */
function forEachBusyOperation(
  count: number,
  places: number,
  visit: (operation: Readonly<BusyOperation>, index: number) => void,
): void {
  const random = xorshift32(1);
  const open: { handle: number; place: number }[] = [];
  const free = Array.from({ length: 512 }, (_, index) => 4 + index * 4);
  for (let made = 0; made < count; made++) {
    let place = random() % places & ~1;
    let type: TraceType;
    let handle: number;
    if (random() % 500 === 0) {
      [type, handle] = ["badref", free.at(-1)!];
    } else if (open.length === 0 || (free.length > 100 && random() % 2 === 0)) {
      [type, handle] = ["open", free.shift()!];
      if (random() % 50 === 0) free.push(0x1000 + made * 4);
      else open.push({ handle, place });
    } else {
      const [closed] = open.splice(random() % open.length, 1);
      [type, handle, place] = ["close", closed!.handle, closed!.place + 1];
      free.push(handle);
    }
    visit({ type, handle, threadId: 0x2000 + random() % 16 * 4, place }, made);
  }
}

/** Frames of each stack in {@linkcode busyRing}: the innermost ones are the same for all. */
const BUSY_FRAMES = { all: 14, common: 4 };

/**
 * The bytes of a ring that a busy program has filled: entries of {@linkcode QUERY_ENTRY_64}, newest first.
 *
 * The program has done `count + later` operations, and the ring has kept the newest `count` of them: calls
 * that differ in `later` are readings of one ring.
 */
export function busyRing(count: number, later = 0, places = 2000): Uint8Array {
  const layout = QUERY_ENTRY_64;
  const words = new BigUint64Array(count * layout.size / 8);
  forEachBusyOperation(count + later, places, ({ type, handle, threadId, place }, made) => {
    const index = count + later - 1 - made;
    if (index >= count) return;
    const entry = index * layout.size / 8;
    words.set([handle, 0x1234, threadId, TRACE_TYPE_CODES[type]].map(BigInt), entry);
    for (let frame = 0; frame < BUSY_FRAMES.all; frame++) {
      words[entry + 4 + frame] = busyAddress(place, frame, BUSY_FRAMES.common);
    }
  });
  return new Uint8Array(words.buffer);
}

/** The log of a {@linkcode busyRing}. */
export function busyLog(stacks: StackTable, count: number, later = 0, places = 2000): TraceLog {
  const entries = stacks.readEntries(busyRing(count, later, places), QUERY_ENTRY_64);
  return { ...columnsOf(entries), stacks, readAt: READ_AT, parsed: count, slots: count };
}

/** Deepest stack of {@linkcode hugeLog}, in frames. */
const HUGE_DEPTH = 100;

/** A log of a busy program that was recorded for hours: with times, and with stacks of 1 to 100 frames. */
export function hugeLog(stacks: StackTable, count = 10_000_000, places = 20_000): TraceLog {
  const ids = Uint32Array.from({ length: places }, (_, place) => {
    const length = 1 + place % HUGE_DEPTH;
    return stacks.intern(
      BigUint64Array.from({ length }, (_, frame) => busyAddress(place, frame, 0)),
    );
  });
  const log = {
    type: new Uint8Array(count),
    handle: new Uint32Array(count),
    processId: new Uint32Array(count).fill(0x1234),
    threadId: new Uint32Array(count),
    stack: new Uint32Array(count),
    time: new Float64Array(count),
  };
  forEachBusyOperation(count, places, ({ type, handle, threadId, place }, made) => {
    const index = count - 1 - made;
    log.type[index] = TRACE_TYPE_CODES[type];
    log.handle[index] = handle;
    log.threadId[index] = threadId;
    log.stack[index] = ids[place]!;
    log.time[index] = READ_AT.getTime() - index;
  });
  return { count, ...log, stacks, readAt: READ_AT, parsed: count };
}

/**
 * A return address of a place. Beyond the innermost frames, which all places share, more and more places share callers.
 */
function busyAddress(place: number, frame: number, common: number): bigint {
  const caller = frame < common ? 0 : place >> (frame - common);
  return 0x7ff8_0000_0000n + BigInt(frame * 0x10_0000 + caller * 0x40);
}

/** Marsaglia's xorshift: the same numbers on every system. */
function xorshift32(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}
