/**
 * Builds a {@linkcode TraceLog} from traces that come one by one: for sources that are not a table of entries, and for
 * tests.
 *
 * @module
 */
import type { ObjectInfo, StackId, StackTable, TraceLog } from "./trace_log.ts";
import { TRACE_TYPE_CODES, type TraceType } from "./trace.ts";

/** A trace in its source's form. */
export interface AddedTrace {
  /** The operation. */
  readonly type: TraceType;
  /** The handle value; one of more than 32 bits is kept completely. */
  readonly handle: number | bigint;
  /** Process id of the thread that did the operation, if known. */
  readonly processId?: number;
  /** Id of that thread, if known. */
  readonly threadId?: number;
  /** A stack id in the builder's table, or return addresses, innermost first. */
  readonly stack: StackId | BigUint64Array;
  /** When it was done, in milliseconds since 1970 UTC, if known. */
  readonly time?: number;
  /** What the handle referred to at that moment, if known. */
  readonly object?: ObjectInfo;
}

/** A log's data other than its traces. `parsed` is the number of traces unless given. */
export type LogFacts =
  & Pick<TraceLog, "readAt" | "slots" | "incomplete" | "process" | "objectTable">
  & Partial<Pick<TraceLog, "parsed">>;

/** First value that does not fit in a column of 32 bits. */
const WIDE = 2n ** 32n;
/** Number of traces for which there is room at first. */
const FIRST_ROOM = 256;

/**
 * A log under construction.
 *
 * @example
 * ```ts
 * const builder = new TraceLogBuilder(stacks);
 * builder.add({ type: "open", handle: 0x44, stack: BigUint64Array.of(0x401000n) });
 * const log = builder.build({ readAt: new Date() });
 * ```
 */
export class TraceLogBuilder {
  readonly #stacks: StackTable;
  readonly #wideHandles = new Map<number, bigint>();
  readonly #objects: ObjectInfo[] = [];
  readonly #objectIds = new Map<string, number>();
  #count = 0;
  #columns = emptyColumns(FIRST_ROOM);
  #hasTimes = false;

  /** Starts an empty log whose stacks go into `stacks`. */
  constructor(stacks: StackTable) {
    this.#stacks = stacks;
  }

  /** Number of traces so far. */
  get count(): number {
    return this.#count;
  }

  /** Adds a trace: newest first, or oldest first if {@linkcode build} is called that way. */
  add(trace: AddedTrace): void {
    const { type, handle, processId = 0, threadId = 0, stack, time, object } = trace;
    if (this.#count === this.#columns.type.length) {
      this.#columns = resized(this.#columns, this.#count, 2 * this.#count);
    }
    const index = this.#count++;
    const value = BigInt.asUintN(64, BigInt(handle));
    if (value >= WIDE) this.#wideHandles.set(index, value);
    const columns = this.#columns;
    columns.type[index] = TRACE_TYPE_CODES[type];
    columns.handle[index] = Number(value % WIDE);
    columns.processId[index] = processId;
    columns.threadId[index] = threadId;
    columns.stack[index] = typeof stack === "number" ? stack : this.#stacks.intern(stack);
    columns.time[index] = time ?? NaN;
    columns.object[index] = object === undefined ? 0 : this.#objectId(object);
    this.#hasTimes ||= time !== undefined;
  }

  /** Returns the log. The builder keeps its traces, and more can be added. */
  build(facts: LogFacts & { readonly oldestFirst?: boolean }): TraceLog {
    const { oldestFirst = false, ...rest } = facts;
    const count = this.#count;
    const { time, object, ...columns } = resized(this.#columns, count, count);
    if (oldestFirst) {
      for (const column of [...Object.values(columns), time, object]) column.reverse();
    }
    const wideHandles = [...this.#wideHandles].map(([index, value]) =>
      [oldestFirst ? count - 1 - index : index, value] as const
    );
    return {
      count,
      ...columns,
      ...(wideHandles.length > 0 && { wideHandles: new Map(wideHandles) }),
      stacks: this.#stacks,
      ...(this.#hasTimes && { time }),
      ...(this.#objects.length > 0 && { object, objects: [...this.#objects] }),
      parsed: count,
      ...rest,
    };
  }

  /** The index of an object among the distinct ones, counted from 1. */
  #objectId(object: ObjectInfo): number {
    const { type, name, address } = object;
    const key = JSON.stringify([type ?? null, name ?? null, address?.toString(16) ?? null]);
    let id = this.#objectIds.get(key);
    if (id === undefined) {
      id = this.#objects.push(object);
      this.#objectIds.set(key, id);
    }
    return id;
  }
}

interface Columns {
  readonly type: Uint8Array;
  readonly handle: Uint32Array;
  readonly processId: Uint32Array;
  readonly threadId: Uint32Array;
  readonly stack: Uint32Array;
  readonly time: Float64Array;
  readonly object: Uint32Array;
}

function emptyColumns(room: number): Columns {
  return {
    type: new Uint8Array(room),
    handle: new Uint32Array(room),
    processId: new Uint32Array(room),
    threadId: new Uint32Array(room),
    stack: new Uint32Array(room),
    time: new Float64Array(room),
    object: new Uint32Array(room),
  };
}

/** Copies the first `count` values into columns that have room for `room`. */
function resized(columns: Columns, count: number, room: number): Columns {
  const copy = emptyColumns(room);
  copy.type.set(columns.type.subarray(0, count));
  copy.handle.set(columns.handle.subarray(0, count));
  copy.processId.set(columns.processId.subarray(0, count));
  copy.threadId.set(columns.threadId.subarray(0, count));
  copy.stack.set(columns.stack.subarray(0, count));
  copy.time.set(columns.time.subarray(0, count));
  copy.object.set(columns.object.subarray(0, count));
  return copy;
}
