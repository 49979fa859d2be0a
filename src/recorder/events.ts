/**
 * The ring of events and the table of open handles, as columns.
 *
 * @module
 */
import type { LogFile } from "./_file.ts";
import type { LogHeader } from "./header.ts";
import { EVENT, EVENT_KIND, OPEN_HANDLE } from "./layout.ts";

/** Events of a log, ordered by number. */
export interface EventColumns {
  /** How many there are. */
  readonly count: number;
  /** Their numbers. */
  readonly number: Float64Array;
  /** `EVENT_KIND`. */
  readonly kind: Uint8Array;
  /** Milliseconds since 1970. */
  readonly time: Float64Array;
  /** Handle values; their upper 32 bits are in `detail` if `FLAG.wide` is set. */
  readonly handle: Uint32Array;
  /** Ids of the threads that made the calls. */
  readonly threadId: Uint32Array;
  /** Refs of their stacks; 0 if there was no room. */
  readonly stack: Uint32Array;
  /** For opens, refs of names; for `given`, the other process's id. */
  readonly detail: Uint32Array;
  /** NTSTATUS of the calls. */
  readonly status: Uint32Array;
  /** Numbers of the calls. */
  readonly call: Uint16Array;
  /** Numbers of the objects' types. */
  readonly type: Uint8Array;
  /** `FLAG`. */
  readonly flags: Uint8Array;
}

/** Open handles by value, with what opened them. */
export interface OpenHandleColumns {
  /** How many there are. */
  readonly count: number;
  /** Their values. */
  readonly handle: Uint32Array;
  /** Numbers of the events that opened them. */
  readonly number: Float64Array;
  /** Milliseconds since 1970. */
  readonly time: Float64Array;
  /** Refs of the stacks. */
  readonly stack: Uint32Array;
  /** Refs of the objects' names. */
  readonly name: Uint32Array;
  /** Ids of the threads that opened them. */
  readonly threadId: Uint32Array;
  /** Numbers of the calls. */
  readonly call: Uint16Array;
  /** Numbers of the objects' types. */
  readonly type: Uint8Array;
  /** `FLAG`: whether they were open when recording began. */
  readonly flags: Uint8Array;
}

/** Reads the events in the ring, except those still being written or left from an earlier round. */
export function readEvents(file: LogFile, header: LogHeader): EventColumns {
  const { places: { ring }, ringSlots } = header;
  const bytes = file.view(ring, ringSlots * EVENT.size, "its ring");
  const oldest = Math.max(1, header.nextEvent - ringSlots);
  // A ring that has not wrapped yet is read as far as it was written.
  const slots = Math.min(ringSlots, header.nextEvent);
  const found: number[] = [];
  for (let slot = 0; slot < slots; slot++) {
    const number = numberAt(bytes, slot);
    const isInPlace = number >= oldest && number < header.nextEvent &&
      number % ringSlots === slot;
    const kind = bytes.getUint8(slot * EVENT.size + EVENT.state);
    if (isInPlace && kind >= EVENT_KIND.open && kind <= EVENT_KIND.given) found.push(slot);
  }
  // Slots in order are events in order, except where the ring wraps.
  const turn = found.findIndex((slot, index) =>
    index > 0 && numberAt(bytes, slot) < numberAt(bytes, found[index - 1]!)
  );
  const order = turn < 0 ? found : [...found.slice(turn), ...found.slice(0, turn)];
  return columnsOf(bytes, order, header.timeOf);
}

/** Number of the event in a slot; the kind is the lowest byte of the same word. */
function numberAt(ring: DataView, slot: number): number {
  const state = slot * EVENT.size + EVENT.state;
  return ring.getUint32(state + 4, true) * 0x100_0000 + (ring.getUint32(state, true) >>> 8);
}

function columnsOf(
  ring: DataView,
  slots: readonly number[],
  timeOf: (counter: bigint) => number,
): EventColumns {
  const count = slots.length;
  const columns = {
    count,
    number: new Float64Array(count),
    kind: new Uint8Array(count),
    time: new Float64Array(count),
    handle: new Uint32Array(count),
    threadId: new Uint32Array(count),
    stack: new Uint32Array(count),
    detail: new Uint32Array(count),
    status: new Uint32Array(count),
    call: new Uint16Array(count),
    type: new Uint8Array(count),
    flags: new Uint8Array(count),
  };
  slots.forEach((slot, index) => {
    const start = slot * EVENT.size;
    columns.number[index] = numberAt(ring, slot);
    columns.kind[index] = ring.getUint8(start + EVENT.state);
    columns.time[index] = timeOf(ring.getBigUint64(start + EVENT.time, true));
    columns.handle[index] = ring.getUint32(start + EVENT.handle, true);
    columns.threadId[index] = ring.getUint32(start + EVENT.thread, true);
    columns.stack[index] = ring.getUint32(start + EVENT.stack, true);
    columns.detail[index] = ring.getUint32(start + EVENT.detail, true);
    columns.status[index] = ring.getUint32(start + EVENT.status, true);
    columns.call[index] = ring.getUint16(start + EVENT.call, true);
    columns.type[index] = ring.getUint8(start + EVENT.type);
    columns.flags[index] = ring.getUint8(start + EVENT.flags);
  });
  return columns;
}

const PAGE_SIZE = OPEN_HANDLE.slotsPerPage * OPEN_HANDLE.size;

/** Reads the table of open handles. */
export function readOpenHandles(file: LogFile, header: LogHeader): OpenHandleColumns {
  const pages = readPages(file, header);
  const slots = pages.flatMap(({ first, view }) =>
    openSlots(view, header.nextEvent).map((start) => ({ first, view, start }))
  );
  const count = slots.length;
  const columns = {
    count,
    handle: new Uint32Array(count),
    number: new Float64Array(count),
    time: new Float64Array(count),
    stack: new Uint32Array(count),
    name: new Uint32Array(count),
    threadId: new Uint32Array(count),
    call: new Uint16Array(count),
    type: new Uint8Array(count),
    flags: new Uint8Array(count),
  };
  slots.forEach(({ first, view, start }, index) => {
    columns.handle[index] = first + start / OPEN_HANDLE.size * 4;
    columns.number[index] = openedAt(view, start);
    columns.time[index] = header.timeOf(view.getBigUint64(start + OPEN_HANDLE.time, true));
    columns.stack[index] = view.getUint32(start + OPEN_HANDLE.stack, true);
    columns.name[index] = view.getUint32(start + OPEN_HANDLE.name, true);
    columns.threadId[index] = view.getUint32(start + OPEN_HANDLE.thread, true);
    columns.call[index] = view.getUint16(start + OPEN_HANDLE.call, true);
    columns.type[index] = view.getUint8(start + OPEN_HANDLE.type);
    columns.flags[index] = view.getUint8(start + OPEN_HANDLE.flags);
  });
  return columns;
}

/** Pages of the table, each with the handle value of its first slot. */
function readPages(
  file: LogFile,
  { places: { directory, directorySlots } }: LogHeader,
): { first: number; view: DataView }[] {
  const refs = file.view(directory, directorySlots * 4, "its directory");
  const seen = new Set<number>();
  const pages: { first: number; view: DataView }[] = [];
  for (let page = 0; page < directorySlots; page++) {
    const ref = refs.getUint32(page * 4, true);
    if (ref === 0) continue;
    // Pages do not overlap, so there are never more than fit into the file.
    if (seen.has(ref) || (seen.size + 1) * PAGE_SIZE > file.size) {
      throw file.error("it is damaged: pages of its open handles overlap");
    }
    seen.add(ref);
    const view = file.at(ref, PAGE_SIZE, "a page of its open handles");
    pages.push({ first: page * OPEN_HANDLE.slotsPerPage * 4, view });
  }
  return pages;
}

/** Offsets of slots that are not empty, not being written, and not of an event yet to come. */
function openSlots(page: DataView, nextEvent: number): number[] {
  const starts: number[] = [];
  for (let start = 0; start < PAGE_SIZE; start += OPEN_HANDLE.size) {
    const opened = openedAt(page, start);
    if (opened !== 0 && opened <= nextEvent) starts.push(start);
  }
  return starts;
}

/** Number of the event that opened a handle; a close that is still under way changes nothing. */
function openedAt(page: DataView, start: number): number {
  const opened = page.getBigUint64(start + OPEN_HANDLE.opened, true);
  return Number(opened & ~OPEN_HANDLE.closing);
}
