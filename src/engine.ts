/**
 * The diff engine: what is new in a trace log, and who opened and closed what.
 *
 * Logs go to the WASM module whole, in the bytes their source has; columns come out. The work itself is in
 * `wasm/src/{log,diff,stack,stacks,pairings,groups}.rs`.
 *
 * @module
 */
import type { DiffSummary, GroupCloser, TraceGroup } from "./analysis.ts";
import { EngineError } from "./engine_error.ts";
import type { EntryLayout, TraceLog } from "./trace_log.ts";
import { traceCount } from "./trace_log.ts";
import { analyzeLog, diffLogs, type LogTables, withStackKept } from "./wasm.ts";

export { EngineError };

/** Stands for "none" in {@linkcode TraceTables.pairOf}. */
export const NO_TRACE = 0xffff_ffff;

/** What is new since a snapshot. */
export interface TraceDiff extends DiffSummary {
  /** Part of the log that is new, 0 to 1; 0 for an empty log. */
  readonly newFraction: number;
  /**
   * Indices into the new log of the outstanding opens, newest first: new opens with no later close of the
   * same handle value, whichever process did either.
   */
  readonly outstanding: Uint32Array;
}

/** A {@linkcode TraceGroup} before it is judged and named. */
export type StackGroup = Omit<TraceGroup, "judgement" | "suspect">;

/** A log taken apart into columns. Stack ids are dense, from 0, newest stack first. */
export interface TraceTables {
  /** Stack id of each trace of the log. */
  readonly stackOf: Uint32Array;
  /** Number of distinct stacks. */
  readonly stackCount: number;
  /**
   * The trace that each trace of the log belongs to, or {@linkcode NO_TRACE}: of an open the close that
   * ended it, of a close the open that it ended, of a bad reference the last open of that handle value.
   */
  readonly pairOf: Uint32Array;
  /** Groups by opening stack: most outstanding first, then most opened, then newest. */
  readonly groups: readonly StackGroup[];
  /** Return addresses of a stack, innermost first: a view, not to be written. Throws a RangeError for no id. */
  stackAddresses(stack: number): BigUint64Array;
}

/**
 * Finds what `now` has that an earlier `snapshot` of the same ring has not. Both are logs read whole,
 * without a handle filter or a maximum.
 *
 * `historyLost` says that the snapshot's newest trace is no longer in the ring: all of `now` counts as new,
 * and what was recorded before its oldest trace is unknown. It is also said when the snapshot was empty and
 * the ring (`now.slots`) is full, and when tracing was switched off and on in between.
 *
 * @example
 * ```ts
 * const diff = diffTraces(snapshot, now);
 * for (const index of diff.outstanding) console.log(traceAt(now, index).handle);
 * ```
 */
export function diffTraces(snapshot: TraceLog, now: TraceLog): TraceDiff {
  const layout = layoutNumbers(now.layout);
  if (String(layout) !== String(layoutNumbers(snapshot.layout))) {
    throw new EngineError(
      `Cannot compare a log of ${now.layout.name} with a snapshot of ${snapshot.layout.name}: ` +
        "their entries have different layouts; take both from the same target",
    );
  }
  const count = traceCount(now);
  return callEngine("compare the trace log with its snapshot", () => {
    const diff = diffLogs(snapshot.bytes, now.bytes, layout, now.slots);
    try {
      return {
        newTraces: diff.newTraces,
        historyLost: diff.historyLost,
        newFraction: count === 0 ? 0 : diff.newTraces / count,
        outstanding: diff.takeOutstanding(),
      };
    } finally {
      diff.free();
    }
  });
}

/**
 * Interns the stacks of a log, pairs closes and bad references with opens, and groups opens by stack.
 *
 * Stacks and pairs cover the whole log. Groups cover the `newest` traces (all of them, if omitted), such as
 * the `newTraces` of a diff: an open with its close and bad references counts when it is among them.
 * Leading return addresses from `kernelStart` on are left out of the stacks; omitted, all frames stay.
 */
export function analyzeTraces(
  log: TraceLog,
  newest: number = traceCount(log),
  kernelStart?: bigint,
): TraceTables {
  return callEngine("analyze the trace log", () => {
    const tables = analyzeLog(log.bytes, layoutNumbers(log.layout), newest, kernelStart);
    try {
      return readTables(tables);
    } finally {
      tables.free();
    }
  });
}

function readTables(tables: LogTables): TraceTables {
  const addresses = tables.takeStackAddresses();
  const starts = tables.takeStackStarts();
  const stackCount = starts.length - 1;
  return {
    stackOf: tables.takeStackOf(),
    stackCount,
    pairOf: tables.takePairs(),
    groups: readGroups(tables),
    stackAddresses(stack: number): BigUint64Array {
      if (!Number.isInteger(stack) || stack < 0 || stack >= stackCount) {
        throw new RangeError(`Cannot read stack ${stack}: the log has ${stackCount} stacks`);
      }
      return addresses.subarray(starts[stack], starts[stack + 1]);
    },
  };
}

function readGroups(tables: LogTables): StackGroup[] {
  const opened = tables.takeGroupOpened();
  const closed = tables.takeGroupClosed();
  const badReferences = tables.takeGroupBadReferences();
  const outstandingStarts = tables.takeOutstandingStarts();
  const outstanding = tables.takeOutstandingTraces();
  const closerStarts = tables.takeCloserStarts();
  const closerStacks = tables.takeCloserStacks();
  const closerCounts = tables.takeCloserCounts();
  return Array.from(tables.takeGroupStacks(), (stack, group) => {
    const outstandingTraces = outstanding.subarray(
      outstandingStarts[group],
      outstandingStarts[group + 1],
    );
    const closers: GroupCloser[] = [];
    for (let i = closerStarts[group]!; i < closerStarts[group + 1]!; i++) {
      closers.push({ stack: closerStacks[i]!, count: closerCounts[i]! });
    }
    return {
      stack,
      opened: opened[group]!,
      closed: closed[group]!,
      outstanding: outstandingTraces.length,
      badReferences: badReferences[group]!,
      outstandingTraces,
      closers,
    };
  });
}

/** A layout as `Layout::from_numbers` in `wasm/src/log.rs` takes it. */
function layoutNumbers(layout: EntryLayout): Uint32Array {
  const fields = [layout.handle, layout.processId, layout.threadId, layout.type, layout.stack];
  return Uint32Array.from([
    layout.size,
    ...fields.flatMap(({ offset, size }) => [offset, size]),
    layout.stack.frames,
  ]);
}

/** The engine's errors say what was found; what was attempted is said here. */
function callEngine<T>(attempt: string, call: () => T): T {
  try {
    return withStackKept(call);
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause);
    throw new EngineError(`Cannot ${attempt}: ${found}`, { cause });
  }
}
