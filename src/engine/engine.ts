/**
 * The trace engine: what is new in a trace log, and who opened, closed and misused what.
 *
 * Columns go to the WASM module whole, and columns come out. The work itself is in `wasm/src/traces/`.
 *
 * @module
 */
import type { StackId, TraceLog } from "../trace_log.ts";
import { callEngine } from "./_call_engine.ts";
import { EngineError } from "./engine_error.ts";
import {
  type AnalysisColumns,
  analyzeLog,
  countNewTraces,
  type LogColumns,
  type OperationColumns,
  outstandingByStack as countByStack,
  outstandingTraces as listOutstanding,
} from "./wasm.ts";

export { EngineError };

/** Stands for "none" in {@linkcode LogAnalysis.pairOf}. */
export const NO_TRACE = 0xffff_ffff;

/** What is new since a snapshot. */
export interface TraceDiff {
  /** Traces of every type that are newer than the snapshot. */
  readonly newTraces: number;
  /** Whether the snapshot's newest trace is gone from the ring, so that traces in between are lost. */
  readonly historyLost: boolean;
  /**
   * Indices into the new log of the outstanding opens, newest first: new opens with no later close of the same handle
   * value, in whichever process.
   */
  readonly outstanding: Uint32Array;
}

/** What became of the traces of a log. */
export interface LogAnalysis {
  /**
   * The partner of each trace in the log, or {@linkcode NO_TRACE}: for an open, the close that ended it; for a close,
   * the open that it ended; for a bad reference, the last open of that handle value.
   */
  readonly pairOf: Uint32Array;
  /** Groups by opening stack: most outstanding first, then most opened, then newest. */
  readonly groups: readonly StackGroup[];
  /** The bad references with their stories, newest first. */
  readonly misuses: readonly MisuseTraces[];
}

/** All opens from one stack. */
export interface StackGroup {
  /** The opening stack. */
  readonly stack: StackId;
  /** How often the stack opened a handle. */
  readonly opened: number;
  /** How many of those opens are no longer outstanding. */
  readonly closed: number;
  /** Bad references to handle values that this stack was the last to open. */
  readonly badReferences: number;
  /** Indices into the log of the outstanding opens, newest first. */
  readonly outstandingTraces: Uint32Array;
  /** Stacks that closed its handles, most frequent first, and how many of them each closed. */
  readonly closers: readonly { readonly stack: StackId; readonly count: number }[];
}

/** One bad reference with its story, as indices into the log. */
export interface MisuseTraces {
  /** The bad reference. */
  readonly badReference: number;
  /**
   * The newest close of its handle value before it and after `open`. Absent if there is none: as far as the log shows,
   * the handle was open at that time, or its close is older than the log.
   */
  readonly close?: number;
  /** The newest open of its handle value before it; absent if the log has none. */
  readonly open?: number;
}

/** Which traces to analyze, and by which stacks to group them. */
export interface AnalyzeOptions {
  /**
   * Groups and misuses cover this many of the newest traces, such as the `newTraces` of a diff; by default all of them.
   * An open counts, with its close and bad references, if it is among them; a misuse if its bad reference is.
   */
  readonly newest?: number;
  /** Stacks to group by instead of the log's own, such as those without kernel frames; ids of the log's table. */
  readonly stackOf?: Uint32Array;
  /** A byte for each trace: groups and misuses cover only the opens and bad references whose byte is not 0. */
  readonly selected?: Uint8Array;
}

/**
 * Finds what `now` has that an earlier `snapshot` of the same ring does not. Both are logs over one stack table, read
 * whole, without a handle filter or a maximum. Traces are compared by type, handle value, ids and whole stack, and by
 * time if both logs have times.
 *
 * `historyLost` says that the snapshot's newest trace is no longer in the ring: all of `now` counts as new,
 * and what was recorded before its oldest trace is unknown. It is also true if the snapshot was empty and the ring
 * (`now.slots`) is full, and if tracing was switched off and on in between.
 *
 * @example
 * ```ts
 * const diff = diffTraces(snapshot, now);
 * for (const index of diff.outstanding) console.log(traceAt(now, index).handle);
 * ```
 *
 * @throws {EngineError} for logs of different stack tables, and for columns that contradict each other.
 */
export function diffTraces(snapshot: TraceLog, now: TraceLog): TraceDiff {
  if (snapshot.stacks !== now.stacks) {
    throw new EngineError(
      "Cannot compare the trace log with its snapshot: their stacks are of different tables; " +
        "read both into one stack table",
    );
  }
  return callEngine("compare the trace log with its snapshot", () => {
    const found = countNewTraces(
      logColumns(snapshot),
      logColumns(now),
      now.stacks.count,
      now.slots,
    );
    const historyLost = found === NO_TRACE;
    const newTraces = historyLost ? now.count : found;
    const outstanding = listOutstanding(operationColumns(now), newTraces);
    return { newTraces, historyLost, outstanding };
  });
}

/**
 * Pairs closes and bad references with opens, groups opens by stack, and collects the story of each bad reference.
 *
 * @throws {EngineError} for columns that contradict each other or the stack table.
 */
export function analyzeTraces(
  log: TraceLog,
  { newest = log.count, stackOf = log.stack, selected }: AnalyzeOptions = {},
): LogAnalysis {
  const columns = callEngine(
    "analyze the trace log",
    () => analyzeLog(operationColumns(log), stackOf, log.stacks.count, newest, selected),
  );
  return { pairOf: columns.pairs, groups: groupsOf(columns), misuses: misusesOf(columns) };
}

/** Indices of the outstanding opens of a log, newest first: opens with no later close of the same handle value. */
export function outstandingTraces(log: TraceLog): Uint32Array {
  return callEngine(
    "list outstanding handles",
    () => listOutstanding(operationColumns(log), log.count),
  );
}

/**
 * Number of outstanding opens of a log by stack id: a value for each stack in the log's table, by `stackOf` if given.
 * The growth from one log to another over the same table is the difference; a stack that was added to the table in
 * between had none.
 *
 * @throws {EngineError} for columns that contradict each other or the stack table.
 */
export function outstandingByStack(
  log: TraceLog,
  stackOf: Uint32Array = log.stack,
): Uint32Array {
  return callEngine(
    "count outstanding handles",
    () => countByStack(operationColumns(log), stackOf, log.stacks.count),
  );
}

function operationColumns({ type, handle, wideHandles }: TraceLog): OperationColumns {
  return {
    type,
    handle,
    wideTraces: Uint32Array.from(wideHandles?.keys() ?? []),
    wideHandles: BigUint64Array.from(wideHandles?.values() ?? []),
  };
}

function logColumns(log: TraceLog): LogColumns {
  const { processId, threadId, stack, time } = log;
  return { ...operationColumns(log), processId, threadId, stack, time };
}

function groupsOf(columns: AnalysisColumns): StackGroup[] {
  const { outstandingStarts, closerStarts } = columns;
  return Array.from(columns.groupStacks, (stack, group) => {
    const closers: { stack: StackId; count: number }[] = [];
    for (let i = closerStarts[group]!; i < closerStarts[group + 1]!; i++) {
      closers.push({ stack: columns.closerStacks[i]!, count: columns.closerCounts[i]! });
    }
    return {
      stack,
      opened: columns.opened[group]!,
      closed: columns.closed[group]!,
      badReferences: columns.badReferences[group]!,
      outstandingTraces: columns.outstandingTraces.subarray(
        outstandingStarts[group],
        outstandingStarts[group + 1],
      ),
      closers,
    };
  });
}

function misusesOf(columns: AnalysisColumns): MisuseTraces[] {
  return Array.from(columns.misuseBadReferences, (badReference, i) => {
    const close = columns.misuseCloses[i]!;
    const open = columns.misuseOpens[i]!;
    return {
      badReference,
      ...(close !== NO_TRACE && { close }),
      ...(open !== NO_TRACE && { open }),
    };
  });
}
