/**
 * The traces read from a target at one time, in columns.
 *
 * A column has a value for each trace, newest first. Stacks are ids in a {@linkcode StackTable} that all logs of a
 * session share, so equal ids are equal stacks across logs.
 *
 * @module
 */
import type { Answer } from "./answer.ts";
import type { EntryLayout } from "./entry_layout.ts";
import { type HandleOperation, type HandleTrace, type ObjectInfo, traceTypeOf } from "./trace.ts";

export type { ObjectInfo };

/** Number of a stack in its {@linkcode StackTable}: dense, from 0, in order of first appearance. */
export type StackId = number;

/** Stacks by their ids. */
export interface Stacks {
  /** Number of distinct stacks. */
  readonly count: number;
  /** Return addresses of a stack, innermost first. Throws a RangeError outside the table. */
  addresses(stack: StackId): BigUint64Array;
}

/** The stacks of all logs of a session, each distinct one once. */
export interface StackTable extends Stacks {
  /** The id of a stack of any depth, new or known. */
  intern(addresses: BigUint64Array): StackId;
  /**
   * Reads complete entries into columns, and interns their stacks. A stack ends at its first zero address.
   *
   * Throws an error for bytes that end inside an entry.
   */
  readEntries(
    bytes: Uint8Array,
    layout: EntryLayout,
    options?: ReadEntriesOptions,
  ): EntriesRead;
  /** The stacks of a column of ids without their leading addresses from `userEnd` on, also interned. */
  withoutKernelFrames(stacks: Uint32Array, userEnd: bigint): Uint32Array;
}

/** How {@linkcode StackTable.readEntries} reads. */
export interface ReadEntriesOptions {
  /** The entries are oldest first, as in a ring's memory; if omitted, newest first, as a query returns them. */
  readonly oldestFirst?: boolean;
  /** Stops at the first empty or damaged entry, from the newest on; if omitted, such entries are skipped. */
  readonly stopAtGap?: boolean;
}

/** Columns of traces, newest first. */
export interface EntryColumns {
  /** Number of traces, the length of each column. */
  readonly count: number;
  /** Kind of each operation, see `TRACE_TYPE_CODES`: 1 to 3. */
  readonly type: Uint8Array;
  /** Handle values as the callers gave them, with their tag bits; the lower half of wide ones. */
  readonly handle: Uint32Array;
  /** Ids of the processes whose threads did the operations; 0 if unknown. */
  readonly processId: Uint32Array;
  /** Ids of those threads; 0 if unknown. */
  readonly threadId: Uint32Array;
  /** Stack ids. */
  readonly stack: Uint32Array;
  /** Handle values that do not fit in 32 bits, by index of their trace: garbage that a bad reference used. */
  readonly wideHandles?: ReadonlyMap<number, bigint>;
}

/** What {@linkcode StackTable.readEntries} read, and what it left out. */
export interface EntriesRead extends EntryColumns {
  /** Number of examined entries that were never written (type 0). */
  readonly empty: number;
  /** Index of the first of those, where the newest entry is 0: that many entries are newer. */
  readonly firstEmpty?: number;
  /** Number of examined entries whose type nothing writes (outside 0 to 3). */
  readonly damaged: number;
  /** Index of the first of those. */
  readonly firstDamaged?: number;
}

/** Traces of one handle table, read at one time, newest first. */
export interface TraceLog extends EntryColumns {
  /** The table of the stack ids. */
  readonly stacks: Stacks;
  /** When each operation was done, in milliseconds since 1970 UTC; NaN if unknown. */
  readonly time?: Float64Array;
  /** What each handle referred to at that moment: an index into `objects` counted from 1; 0 if unknown. */
  readonly object?: Uint32Array;
  /** The objects of the traces, each distinct one once. */
  readonly objects?: readonly ObjectInfo[];
  /** When the traces were read; absent if their source does not say: a text has no date. */
  readonly readAt?: Date;
  /**
   * Traces examined before a handle filter and a maximum were applied, as `!htrace` prints them. The kernel-mode walk
   * also counts the blank slot that ended it (output reference, "Parsed and Dumped").
   */
  readonly parsed: number;
  /**
   * How far the debugger's own walk of a kernel's ring gets, if it ends before the last trace: at a slot that was never
   * written. `!htrace` prints that many traces, and says that it parsed that many slots.
   */
  readonly walk?: { readonly traces: number; readonly parsed: number };
  /** Capacity of the ring that the traces were read from, if the target states it. */
  readonly slots?: number;
  /** Why traces are missing that the target should have, completing a message; absent if the log is complete. */
  readonly incomplete?: string;
  /**
   * How many handles each stack has opened in total, and how many of those were closed, if the source keeps counting
   * beyond the traces that it keeps.
   */
  readonly totals?: ReadonlyMap<StackId, StackTotals>;
  /** Stacks whose handles the system keeps for itself although they contain own code: nobody is to blame. */
  readonly systemStacks?: ReadonlySet<StackId>;
  /** What these traces do not show; each begins in lower case and has no full stop. */
  readonly notes?: readonly string[];
  /** Why the process was stopped, if the source says it. */
  readonly stops?: readonly TraceStop[];
  /** Address of the EPROCESS that was walked, in kernel mode. */
  readonly process?: bigint;
  /** Address of that process's HANDLE_TABLE, in kernel mode. */
  readonly objectTable?: bigint;
  /** The output of a debugger that the traces were read from. */
  readonly answer?: Answer;
}

/**
 * Why a process was stopped because of a handle: an Application Verifier stop, or an exception for which a dump was
 * written.
 */
export interface TraceStop {
  /** The verifier's stop code, such as 0x300; without a verifier, the exception code. */
  readonly code: number;
  /** The handle in question, if known. */
  readonly handle?: number;
  /** Id of the process, if known. */
  readonly processId?: number;
  /** Id of the thread, if known. */
  readonly threadId?: number;
  /** Code of the exception behind it, such as 0xc0000008. */
  readonly exception?: number;
  /** Its stack, if there is one. */
  readonly stack?: StackId;
}

/** A stack's totals, including operations before the oldest trace. */
export interface StackTotals {
  /** Handles that it opened. */
  readonly opened: number;
  /** How many of those were closed. */
  readonly closed: number;
}

/**
 * Trace `index` of a log; 0 is the newest. Throws a RangeError outside the log or on an unknown type.
 *
 * @example
 * ```ts
 * const { type, handle } = traceAt(log, 0);
 * console.log(`${type} of 0x${handle.toString(16)}`);
 * ```
 */
export function traceAt(log: TraceLog, index: number): HandleTrace {
  return { ...operationAt(log, index), stack: log.stacks.addresses(log.stack[index]!) };
}

/** Trace `index` of a log without its stack, which many traces share. */
export function operationAt(log: TraceLog, index: number): HandleOperation {
  const code = log.type[index];
  if (code === undefined) {
    throw new RangeError(`Cannot read trace ${index}: the log has ${log.count} traces`);
  }
  const type = traceTypeOf(code);
  if (type === undefined) {
    throw new RangeError(`Cannot read trace ${index}: its type is ${code}, expected 1 to 3`);
  }
  const wideHandle = log.wideHandles?.get(index);
  const time = log.time?.[index];
  const object = objectAt(log, index);
  return {
    type,
    handle: log.handle[index]!,
    ...(wideHandle !== undefined && { wideHandle }),
    processId: log.processId[index]!,
    threadId: log.threadId[index]!,
    ...(time !== undefined && !Number.isNaN(time) && { time }),
    ...(object !== undefined && { object }),
  };
}

/** What the handle of trace `index` referred to at that moment, if the log's source says it. */
export function objectAt(log: TraceLog, index: number): ObjectInfo | undefined {
  const place = log.object?.[index] ?? 0;
  return place === 0 ? undefined : log.objects?.[place - 1];
}

/** The columns of entries without the data about their reading. */
export function columnsOf(
  { count, type, handle, processId, threadId, stack, wideHandles }: EntriesRead,
): EntryColumns {
  return {
    count,
    type,
    handle,
    processId,
    threadId,
    stack,
    ...(wideHandles && { wideHandles }),
  };
}

/** Whether any trace has a return address. */
export function hasStacks({ stack }: EntryColumns, stacks: Stacks): boolean {
  return new Set(stack).values().some((id) => stacks.addresses(id).length > 0);
}

/** Whether the ring of a log has no room left, so that older traces may be gone. */
export function isRingFull({ count, slots }: TraceLog): boolean {
  return slots !== undefined && count >= slots;
}

/** Whether a log reports closes: the text of a `!htrace -diff` lists only the outstanding opens. */
export function tellsCloses({ answer }: Pick<TraceLog, "answer">): boolean {
  return answer?.kind !== "diff";
}

/** A log without traces, such as one of an empty ring. */
export function logWithoutTraces(stacks: Stacks): TraceLog {
  return {
    count: 0,
    type: new Uint8Array(),
    handle: new Uint32Array(),
    processId: new Uint32Array(),
    threadId: new Uint32Array(),
    stack: new Uint32Array(),
    stacks,
    readAt: new Date(),
    parsed: 0,
  };
}

/** The same log with its stacks in another table. */
export function moveStacks(log: TraceLog, into: StackTable): TraceLog {
  if (log.stacks === into) return log;
  const moved = new Map<StackId, StackId>();
  return renumberStacks(log, into, (stack) => {
    let other = moved.get(stack);
    if (other === undefined) moved.set(stack, other = into.intern(log.stacks.addresses(stack)));
    return other;
  });
}

/**
 * Whether a log has no traces because none could be read, as it says; an empty log may just mean that nothing happened.
 */
export function isUntraced({ count, incomplete }: Pick<TraceLog, "count" | "incomplete">): boolean {
  return count === 0 && incomplete !== undefined;
}

/** All stacks that a log refers to. */
export function stacksOf({ stack, stops, systemStacks, totals }: TraceLog): Set<StackId> {
  const used = new Set<StackId>(stack);
  for (const { stack } of stops ?? []) if (stack !== undefined) used.add(stack);
  for (const stack of systemStacks ?? []) used.add(stack);
  for (const stack of totals?.keys() ?? []) used.add(stack);
  return used;
}

/** The same log with the stack ids of `stacks`. */
export function renumberStacks(
  log: TraceLog,
  stacks: Stacks,
  renumber: (stack: StackId) => StackId,
): TraceLog {
  const { stack, stops, systemStacks, totals } = log;
  return {
    ...log,
    stacks,
    stack: stack.map(renumber),
    ...(stops && {
      stops: stops.map((stop) => (
        stop.stack === undefined ? stop : { ...stop, stack: renumber(stop.stack) }
      )),
    }),
    ...(systemStacks && { systemStacks: new Set(Array.from(systemStacks, renumber)) }),
    ...(totals && {
      totals: new Map(Array.from(totals, ([stack, counts]) => [renumber(stack), counts])),
    }),
  };
}
