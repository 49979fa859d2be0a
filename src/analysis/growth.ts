/**
 * Growth: how many handles each stack had open at each snapshot, and has now.
 *
 * A full ring has lost the opens of handles that may still be open. If it still contains the previous snapshot, what
 * was open then is known and carried over: counts of one snapshot and the next are of the same handles. If not, growth
 * is measured only from there.
 *
 * @module
 */
import type { SnapshotInfo } from "../analysis.ts";
import { diffTraces, outstandingByStack, outstandingTraces } from "../engine/engine.ts";
import { TRACE_TYPE_CODES } from "../trace.ts";
import { isRingFull, type StackId, type TraceLog } from "../trace_log.ts";

/** A log that growth is measured from. */
export interface SnapshotLog extends SnapshotInfo {
  /** Its traces, of the same handle table and stack table as the compared log. */
  readonly log: TraceLog;
}

/** The growth of a stack. */
export interface Growth {
  /** Outstanding handles at each snapshot, oldest first. */
  readonly series: readonly number[];
  /** Outstanding handles now minus at the last snapshot. */
  readonly delta: number;
}

/** The growth of all stacks. */
export interface MeasuredGrowth {
  /** Index of the first snapshot that is measured from; lost history separates it from earlier ones. */
  readonly first: number;
  /** Finds the growth of a stack. */
  of(stack: StackId): Growth;
}

/** Number of outstanding handles by stack id. */
type Counts = Uint32Array;

/** What is open in a log, carried over from log to log. */
interface OpenHandles {
  /** The stacks of open handles, by handle value: several if a value was opened again without a close. */
  readonly stacks: Map<number, readonly StackId[]>;
  counts: Counts;
}

/**
 * Counts the outstanding handles of every stack in every log. Undefined if history was lost between the last snapshot
 * and now.
 */
export function measureGrowth(
  snapshots: readonly TraceLog[],
  now: TraceLog,
): MeasuredGrowth | undefined {
  const counts: Counts[] = [];
  let first = 0;
  let before: { readonly log: TraceLog; readonly open?: OpenHandles } | undefined;
  for (const [place, log] of [...snapshots, now].entries()) {
    const newTraces = before && newSince(before.log, log);
    if (before !== undefined && newTraces !== undefined) {
      const open = before.open ?? openOf(before.log);
      carryOn(open, log, newTraces);
      counts.push(open.counts.slice());
      before = { log, open };
      continue;
    }
    if (before !== undefined && isRingFull(log)) first = place;
    counts.push(outstandingByStack(log));
    before = { log };
  }
  if (first === snapshots.length) return undefined;
  return {
    first,
    of: (stack) => {
      // The table grows from log to log: a stack that a count does not reach had nothing open then.
      const all = counts.slice(first).map((count) => count[stack] ?? 0);
      const series = all.slice(0, -1);
      return { series, delta: all.at(-1)! - series.at(-1)! };
    },
  };
}

/**
 * How many traces a log has in addition to those of an earlier one. Undefined if history in between is lost, and for a
 * ring that is not full, whose log can be counted on its own.
 */
function newSince(earlier: TraceLog, log: TraceLog): number | undefined {
  // The marks of a recorder log are prefixes of one log.
  const isEnd = earlier.type.buffer === log.type.buffer && earlier.stacks === log.stacks &&
    earlier.type.byteOffset + earlier.count === log.type.byteOffset + log.count;
  if (isEnd && earlier.count <= log.count) return log.count - earlier.count;
  if (!isRingFull(log)) return undefined;
  const { newTraces, historyLost } = diffTraces(earlier, log);
  return historyLost ? undefined : newTraces;
}

function openOf(log: TraceLog): OpenHandles {
  const open: OpenHandles = { stacks: new Map(), counts: new Uint32Array(log.stacks.count) };
  for (const trace of outstandingTraces(log)) add(open, log, trace);
  return open;
}

function add({ stacks, counts }: OpenHandles, log: TraceLog, trace: number): void {
  const handle = log.handle[trace]!;
  const stack = log.stack[trace]!;
  stacks.set(handle, [...stacks.get(handle) ?? [], stack]);
  counts[stack]!++;
}

/** Advances from what was open in an earlier log to a later one, which has a number of traces more. */
function carryOn(open: OpenHandles, log: TraceLog, newTraces: number): void {
  const { stacks } = open;
  if (open.counts.length < log.stacks.count) {
    const counts = new Uint32Array(log.stacks.count);
    counts.set(open.counts);
    open.counts = counts;
  }
  for (let trace = newTraces - 1; trace >= 0; trace--) {
    if (log.type[trace] === TRACE_TYPE_CODES.open) add(open, log, trace);
    if (log.type[trace] !== TRACE_TYPE_CODES.close) continue;
    const handle = log.handle[trace]!;
    for (const stack of stacks.get(handle) ?? []) open.counts[stack]!--;
    stacks.delete(handle);
  }
}
