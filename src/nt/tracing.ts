/**
 * Information class 32, ProcessHandleTracing: its structures in both widths, and the protocol of its query.
 *
 * Reference handle-tracing, A.1 to A.4; structure names are those of `ntpsapi.h`.
 *
 * @module
 */
import type { PointerSize } from "../memory.ts";
import type { Ntdll, NtStatus } from "../ntdll.ts";
import type { EntryLayout } from "../entry_layout.ts";
import { STATUS } from "./status.ts";

/** PROCESSINFOCLASS of handle tracing, for setting and for querying. */
export const PROCESS_HANDLE_TRACING = 32;
/** Default number of slots in a ring; Windows XP supports no other number. */
export const DEFAULT_SLOTS = 4096;
/** The smallest ring that kernels make. */
export const MIN_SLOTS = 128;
/** The largest ring that kernels make; Server 2003 stops at half of it. */
export const MAX_SLOTS = 131_072;

/** PROCESS_HANDLE_TRACING_ENABLE and, with TotalSlots, PROCESS_HANDLE_TRACING_ENABLE_EX: the same in both widths. */
const ENABLE = { Flags: 0, size: 4 } as const;
const ENABLE_EX = { Flags: 0, TotalSlots: 4, size: 8 } as const;

/** PROCESS_HANDLE_TRACING_QUERY up to its entries. */
const QUERY = {
  4: { Handle: 0, TotalTraces: 4, HandleTrace: 8 },
  8: { Handle: 0, TotalTraces: 8, HandleTrace: 0x10 },
} as const satisfies Record<PointerSize, object>;

const ENTRY_NAME = "PROCESS_HANDLE_TRACING_ENTRY";
const FRAMES = 16;

/** PROCESS_HANDLE_TRACING_ENTRY; its field order is not that of the kernel's own record. */
export const QUERY_ENTRY_LAYOUTS: Readonly<Record<PointerSize, EntryLayout>> = {
  4: {
    name: ENTRY_NAME,
    size: 0x50,
    handle: { offset: 0, size: 4 },
    processId: { offset: 4, size: 4 },
    threadId: { offset: 8, size: 4 },
    type: { offset: 0xc, size: 4 },
    stack: { offset: 0x10, size: 4, frames: FRAMES },
  },
  8: {
    name: ENTRY_NAME,
    size: 0xa0,
    handle: { offset: 0, size: 8 },
    processId: { offset: 8, size: 8 },
    threadId: { offset: 0x10, size: 8 },
    type: { offset: 0x18, size: 4 },
    stack: { offset: 0x20, size: 8, frames: FRAMES },
  },
};

/** The slots that a kernel makes of a requested number: at least 128, at most 131,072, rounded up to a power of two. */
export function slotsFor(wish: number): number {
  const clamped = Math.min(Math.max(wish, MIN_SLOTS), MAX_SLOTS);
  return 2 ** Math.ceil(Math.log2(clamped));
}

/** The buffer that enables tracing: the short form, or the long one with a number of slots. */
export function encodeEnable(slots?: number): Uint8Array {
  // Flags stay 0: kernels before Windows 11 24H2 reject anything else.
  if (slots === undefined) return new Uint8Array(ENABLE.size);
  const buffer = new Uint8Array(ENABLE_EX.size);
  new DataView(buffer.buffer).setUint32(ENABLE_EX.TotalSlots, slots, true);
  return buffer;
}

/** The result of a query: the entries, newest first, or the status that ended it. */
export type TracingResult =
  | { readonly kind: "traces"; readonly bytes: Uint8Array }
  | { readonly kind: "failed"; readonly status: NtStatus }
  | { readonly kind: "growing"; readonly totalTraces: number };

/** Room for entries at the first try: small logs, the usual case, need no second. */
const FIRST_CAPACITY = 1024;
/** Room beyond TotalTraces at the next tries: traces arrive between two calls. */
const SLACK = 256;
const MAX_TRIES = 8;

/**
 * Reads all traces of a process.
 *
 * A buffer that is too small yields STATUS_INFO_LENGTH_MISMATCH although it has been filled; TotalTraces then says how
 * many traces there are, and ReturnLength only how much was written. The query is repeated with more room until all
 * traces fit, but only a few times, because a busy process keeps making new ones; `growing` means that no try was
 * enough.
 */
export function queryTraces(ntdll: Ntdll, process: number): TracingResult {
  const header = QUERY[ntdll.pointerSize];
  const entrySize = QUERY_ENTRY_LAYOUTS[ntdll.pointerSize].size;
  let capacity = FIRST_CAPACITY;
  let totalTraces = 0;
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    // All zeros: the field Handle is read as a filter, and 0 selects every trace.
    const buffer = new Uint8Array(header.HandleTrace + capacity * entrySize);
    const { status } = ntdll.queryInformationProcess(process, PROCESS_HANDLE_TRACING, buffer);
    totalTraces = new DataView(buffer.buffer).getUint32(header.TotalTraces, true);
    if (status === STATUS.SUCCESS) {
      const end = header.HandleTrace + Math.min(totalTraces, capacity) * entrySize;
      return { kind: "traces", bytes: buffer.subarray(header.HandleTrace, end) };
    }
    if (status !== STATUS.INFO_LENGTH_MISMATCH) return { kind: "failed", status };
    if (capacity === MAX_SLOTS) break;
    capacity = Math.min(Math.max(totalTraces + SLACK, capacity * 2), MAX_SLOTS);
  }
  return { kind: "growing", totalTraces };
}

/** Whether tracing is on for a process: the query fails at once if it is off, and has no room for traces here. */
export function isTracingEnabled(ntdll: Ntdll, process: number): boolean {
  const buffer = new Uint8Array(QUERY[ntdll.pointerSize].HandleTrace);
  const { status } = ntdll.queryInformationProcess(process, PROCESS_HANDLE_TRACING, buffer);
  return status === STATUS.SUCCESS || status === STATUS.INFO_LENGTH_MISMATCH;
}
