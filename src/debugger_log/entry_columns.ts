/**
 * The entries of all answers in a log, collected in columns; an answer is a range of them.
 *
 * @module
 */
import { countUpTo } from "../count_up_to.ts";
import type { LogEntries } from "./debugger_log.ts";
import { grown } from "./frame_table.ts";
import { LimitReached } from "../handle_list/limit_reached.ts";
import { LOG_LIMITS } from "./limits.ts";

/** Most distinct process ids counted for an answer; a handle table has a handful. */
const MAX_PROCESSES = 1000;

/** An entry as read; ids are 0 if the text has none. */
export interface EntryRow {
  readonly type: number;
  readonly handle: bigint;
  readonly processId: number;
  readonly threadId: number;
  readonly stack: number;
}

/** Collects entries: 17 bytes each. */
export class EntryColumns {
  #type = new Uint8Array(1024);
  #handle = new Uint32Array(1024);
  #processId = new Uint32Array(1024);
  #threadId = new Uint32Array(1024);
  #stack = new Uint32Array(1024);
  /** Indices, ascending, and values of handles of more than 32 bits. */
  readonly #wideHandles: (readonly [number, bigint])[] = [];
  #count = 0;

  /** Number of entries so far. */
  get count(): number {
    return this.#count;
  }

  /** Adds an entry. */
  push(row: EntryRow): void {
    const index = this.#count;
    if (index >= LOG_LIMITS.entries) throw new LimitReached("entries", LOG_LIMITS.entries);
    if (index === this.#type.length) this.#grow();
    this.#type[index] = row.type;
    this.#handle[index] = Number(row.handle & 0xffff_ffffn);
    if (row.handle > 0xffff_ffffn) this.#pushWide(index, row.handle);
    this.#processId[index] = row.processId;
    this.#threadId[index] = row.threadId;
    this.#stack[index] = row.stack;
    this.#count++;
  }

  /** The process id of most entries in a range; undefined if they have none. */
  mostFrequentProcess(start: number, end: number): number | undefined {
    const counts = new Map<number, number>();
    for (let index = start; index < end; index++) {
      const id = this.#processId[index] ?? 0;
      const known = counts.get(id) ?? 0;
      if (id !== 0 && (known > 0 || counts.size < MAX_PROCESSES)) counts.set(id, known + 1);
    }
    let most: number | undefined;
    for (const [id, count] of counts) {
      if (most === undefined || count > (counts.get(most) ?? 0)) most = id;
    }
    return most;
  }

  /** The entries of a range. Call this once all are collected, because columns move while they grow. */
  range(start: number, end: number): LogEntries {
    const wide = new Map<number, bigint>();
    for (let at = this.#firstWide(start); at < this.#wideHandles.length; at++) {
      const [index, value] = this.#wideHandles[at]!;
      if (index >= end) break;
      wide.set(index - start, value);
    }
    return {
      count: end - start,
      type: this.#type.subarray(start, end),
      handle: this.#handle.subarray(start, end),
      processId: this.#processId.subarray(start, end),
      threadId: this.#threadId.subarray(start, end),
      stack: this.#stack.subarray(start, end),
      ...(wide.size === 0 ? {} : { wideHandles: wide }),
    };
  }

  #pushWide(index: number, handle: bigint): void {
    if (this.#wideHandles.length >= LOG_LIMITS.wideHandles) {
      throw new LimitReached("handles of more than 32 bits", LOG_LIMITS.wideHandles);
    }
    this.#wideHandles.push([index, handle]);
  }

  /** Position of the first wide handle at or after an index. */
  #firstWide(index: number): number {
    return countUpTo(this.#wideHandles.length, (at) => this.#wideHandles[at]![0] < index);
  }

  #grow(): void {
    const length = Math.min(this.#type.length * 2, LOG_LIMITS.entries);
    this.#type = grown(this.#type, new Uint8Array(length));
    this.#handle = grown(this.#handle, new Uint32Array(length));
    this.#processId = grown(this.#processId, new Uint32Array(length));
    this.#threadId = grown(this.#threadId, new Uint32Array(length));
    this.#stack = grown(this.#stack, new Uint32Array(length));
  }
}
