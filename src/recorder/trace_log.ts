/**
 * The traces of a recorder log: its events, plus what is known about handles whose events are gone.
 *
 * Opens, closes and bad references are traces. Closes that failed or are not known to be done, and handles that were
 * given to other processes, are not: `coverage.ts` reports those. The table of open handles has the last word: an open
 * that the ring has lost is taken from it, and a handle that is gone without a close gets a close with no known caller.
 *
 * @module
 */
import { countUpTo } from "../count_up_to.ts";
import { unusedName } from "../mark.ts";
import { type ObjectInfo, TRACE_TYPE_CODES } from "../trace.ts";
import type { StackTable, TraceLog } from "../trace_log.ts";
import { AddressSpace } from "./address_space.ts";
import { finishedCloses, tableAtEnd } from "./handle_table.ts";
import { hasLostEvents, oldestNumber, shownMarks } from "./history.ts";
import { EVENT_KIND, FLAG } from "./layout.ts";
import { logError } from "./log_error.ts";
import type { RecorderLog } from "./log.ts";
import { Objects } from "./objects.ts";
import { StackIds } from "./stack_ids.ts";

/** The traces of a log with what snapshots need: the numbers of their events, newest first. */
export interface RecordedTraces {
  /** The traces. */
  readonly log: TraceLog;
  /**
   * Number of each trace's event; a close without a caller gets the number of the event that shows it, minus a half.
   */
  readonly number: Float64Array;
}

/** Reads the traces of a log into a table of stacks. */
export function tracesOf(log: RecorderLog, space: AddressSpace, into: StackTable): RecordedTraces {
  const sources = sourcesOf(log);
  const { count, number } = sources;
  const objects = new Objects(log);
  const stacks = new StackIds(log, space, into);
  const wideHandles = new Map<number, bigint>();
  const columns = {
    type: new Uint8Array(count),
    handle: new Uint32Array(count),
    processId: new Uint32Array(count).fill(log.header.processId),
    threadId: new Uint32Array(count),
    stack: new Uint32Array(count),
    time: new Float64Array(count),
    object: new Uint32Array(count),
  };
  for (let index = 0; index < count; index++) {
    const trace = traceOf(log, objects, sources.kind[index]!, sources.place[index]!);
    columns.type[index] = TRACE_TYPE_CODES[trace.type];
    columns.handle[index] = trace.handle;
    columns.threadId[index] = trace.threadId;
    columns.stack[index] = stacks.of(trace.stack);
    columns.time[index] = trace.time;
    columns.object[index] = trace.object === undefined ? 0 : objects.idOf(trace.object);
    if (trace.type === "open") stacks.opened(trace.stack, trace.object);
    if (trace.upperHandle !== 0) {
      wideHandles.set(index, BigInt(trace.upperHandle) << 32n | BigInt(trace.handle));
    }
  }
  return {
    number,
    log: {
      count,
      ...columns,
      ...(wideHandles.size > 0 && { wideHandles }),
      stacks: into,
      objects: objects.all,
      readAt: readAtOf(log),
      parsed: count,
      ...completeness(log, count),
      ...stacks.facts(hasLostEvents(log)),
    },
  };
}

/** The traces at each shown mark, by the mark's name. */
export function tracesAtMarks(log: RecorderLog, traces: RecordedTraces): Map<string, TraceLog> {
  const snapshots = new Map<string, TraceLog>();
  for (const { name, number, time } of shownMarks(log).marks) {
    snapshots.set(unusedName(name, snapshots), { ...tracesBefore(traces, number), readAt: time });
  }
  return snapshots;
}

/** The traces whose events have lower numbers: the tails of the columns, because the newest come first. */
function tracesBefore({ log, number }: RecordedTraces, end: number): TraceLog {
  const from = countUpTo(number.length, (index) => number[index]! >= end);
  const wideHandles = [...log.wideHandles ?? []]
    .filter(([index]) => index >= from)
    .map(([index, value]) => [index - from, value] as const);
  const { wideHandles: _all, totals: _total, ...others } = log;
  return {
    ...others,
    count: log.count - from,
    parsed: log.count - from,
    type: log.type.subarray(from),
    handle: log.handle.subarray(from),
    processId: log.processId.subarray(from),
    threadId: log.threadId.subarray(from),
    stack: log.stack.subarray(from),
    ...(log.time && { time: log.time.subarray(from) }),
    ...(log.object && { object: log.object.subarray(from) }),
    ...(wideHandles.length > 0 && { wideHandles: new Map(wideHandles) }),
  };
}

/**
 * The source of a trace: an event in the ring, an open handle in the table, a close without a known caller, or an open
 * that the ring has lost but that the close of its handle reveals.
 */
const SOURCE = { event: 0, openHandle: 1, gone: 2, closed: 3 } as const;

/** The sources of the traces, newest first. */
interface Sources {
  readonly count: number;
  /** `SOURCE`. */
  readonly kind: Uint8Array;
  /** Index among the events or the open handles. */
  readonly place: Uint32Array;
  readonly number: Float64Array;
}

function sourcesOf(log: RecorderLog): Sources {
  const { events } = log;
  const finished = finishedCloses(log, tableAtEnd(log));
  const lostOpens = opensWithoutEvent(log);
  const closed = closesWithoutOpen(log, finished);
  const room = 2 * events.count + lostOpens.length + closed.length;
  const kind = new Uint8Array(room);
  const place = new Uint32Array(room);
  const number = new Float64Array(room);
  let count = 0;
  const add = (...source: [kind: number, place: number, number: number]): void => {
    [kind[count], place[count], number[count]] = source;
    count++;
  };
  const addOpens = (end: number): void => {
    for (;;) {
      const open = lostOpens.at(-1);
      if (open === undefined || log.openHandles.number[open]! < end) return;
      add(SOURCE.openHandle, open, log.openHandles.number[open]!);
      lostOpens.pop();
    }
  };
  for (let event = events.count - 1; event >= 0; event--) {
    addOpens(events.number[event]!);
    if (isTrace(events.kind[event]!) || finished.has(event)) {
      add(SOURCE.event, event, events.number[event]!);
    }
    if (isGone(log, event)) add(SOURCE.gone, event, events.number[event]! - 0.5);
  }
  const oldest = oldestNumber(log);
  for (const event of closed) add(SOURCE.closed, event, oldest - 0.5);
  addOpens(-Infinity);
  return {
    count,
    kind: kind.subarray(0, count),
    place: place.subarray(0, count),
    number: number.subarray(0, count),
  };
}

function isTrace(kind: number): boolean {
  return kind === EVENT_KIND.open || kind === EVENT_KIND.close || kind === EVENT_KIND.badReference;
}

/** Indices of open handles whose events the ring has lost, newest last. */
function opensWithoutEvent({ events, openHandles }: RecorderLog): number[] {
  const known = new Set<number>();
  for (let event = 0; event < events.count; event++) {
    if (events.kind[event] === EVENT_KIND.open) known.add(events.number[event]!);
  }
  const places: number[] = [];
  for (let place = 0; place < openHandles.count; place++) {
    const isKnown = isExisting(openHandles.flags[place]!) || known.has(openHandles.number[place]!);
    if (!isKnown) places.push(place);
  }
  return places.sort((one, other) => openHandles.number[one]! - openHandles.number[other]!);
}

/** Indices of closes of handles whose opens the ring has lost. */
function closesWithoutOpen(log: RecorderLog, finished: ReadonlySet<number>): number[] {
  const { events } = log;
  const open = new Set<number>();
  const places: number[] = [];
  if (!hasLostEvents(log)) return places;
  for (let event = 0; event < events.count; event++) {
    const handle = events.handle[event]! & ~3;
    if (events.kind[event] === EVENT_KIND.open) open.add(handle);
    if (events.kind[event] !== EVENT_KIND.close && !finished.has(event)) continue;
    if (!open.delete(handle) && openingStack(events, event) !== 0) places.push(event);
  }
  return places;
}

/** The stack that opened the handle of a close; 0 if it is not known. */
function openingStack({ detail, flags }: RecorderLog["events"], place: number): number {
  return (flags[place]! & (FLAG.unseen | FLAG.existing | FLAG.wide)) === 0 ? detail[place]! : 0;
}

function isExisting(flags: number): boolean {
  return (flags & FLAG.existing) !== 0;
}

/** Whether an event shows that a handle had gone without a close: its value was opened again, or found invalid. */
function isGone({ events, calls }: RecorderLog, place: number): boolean {
  const flags = events.flags[place]!;
  if (events.kind[place] === EVENT_KIND.open) return (flags & FLAG.replaces) !== 0;
  const isClose = calls[events.call[place]!]?.name === "NtClose";
  const isBad = events.kind[place] === EVENT_KIND.badReference;
  return isClose && isBad && (flags & FLAG.unseen) === 0;
}

interface Trace {
  readonly type: keyof typeof TRACE_TYPE_CODES;
  readonly handle: number;
  readonly upperHandle: number;
  readonly threadId: number;
  /** Ref of the stack. */
  readonly stack: number;
  readonly time: number;
  readonly object?: ObjectInfo | undefined;
}

function traceOf(log: RecorderLog, objects: Objects, kind: number, place: number): Trace {
  const { events, openHandles } = log;
  if (kind === SOURCE.openHandle) {
    return {
      type: "open",
      handle: openHandles.handle[place]!,
      upperHandle: 0,
      threadId: openHandles.threadId[place]!,
      stack: openHandles.stack[place]!,
      time: openHandles.time[place]!,
      object: objects.of(openHandles.type[place]!, openHandles.name[place]!),
    };
  }
  const common = {
    handle: events.handle[place]!,
    upperHandle: 0,
    threadId: events.threadId[place]!,
    stack: events.stack[place]!,
    time: events.time[place]!,
  };
  if (kind === SOURCE.gone) return { ...common, type: "close", threadId: 0, stack: 0 };
  if (kind === SOURCE.closed) {
    return {
      ...common,
      type: "open",
      threadId: 0,
      stack: openingStack(events, place),
      time: NaN,
      object: objects.of(events.type[place]!, 0),
    };
  }
  if (events.kind[place] === EVENT_KIND.open) {
    const object = objects.of(events.type[place]!, events.detail[place]!);
    return { ...common, type: "open", object };
  }
  const flags = events.flags[place]!;
  return {
    ...common,
    type: events.kind[place] === EVENT_KIND.badReference ? "badref" : "close",
    upperHandle: (flags & FLAG.wide) === 0 ? 0 : events.detail[place]!,
    // For other closes, the open has the handle's object.
    ...(isExisting(flags) && { object: objects.existing(common.handle) }),
  };
}

/** Members that say whether traces are missing. A log with all traces is not a full ring, whatever its size. */
function completeness(log: RecorderLog, count: number): Pick<TraceLog, "slots" | "incomplete"> {
  const { header } = log;
  if (header.state === "made" || header.state === "starting") {
    return { incomplete: "the recorder has not started: the program could not load it" };
  }
  if (header.state === "failed") {
    return {
      incomplete: `the recorder could not start: ${header.failure ?? "it does not say why"}`,
    };
  }
  if (hasLostEvents(log)) {
    return {
      incomplete:
        `the latest ${log.events.count} of ${header.nextEvent - 1} operations are kept, ` +
        "and all handles that are open; record with more --slots",
    };
  }
  return { slots: Math.max(header.ringSlots, count + 1) };
}

/** The time of the log's state: that of its last event or, if later, of the end of its process. */
function readAtOf({ header, events }: RecorderLog): Date {
  const last = events.time[events.count - 1] || 0; // NaN if its counter makes no sense
  const known = (header.endTime ?? header.startTime).getTime();
  return new Date(Math.max(known, Math.ceil(last)));
}

/** Makes the address space of a log. */
export function addressSpaceOf(log: RecorderLog): AddressSpace {
  return new AddressSpace(
    log.modules,
    () => logError(log.fileName, "it is damaged: too many modules took each other's places"),
  );
}
