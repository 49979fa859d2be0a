/**
 * A trace log with its names and judgements: what reports see.
 *
 * @module
 */
import type { Frame } from "./frame.ts";
import type { PointerSize } from "./memory.ts";
import type { TargetMode } from "./target.ts";
import type { TraceLog } from "./trace_log.ts";

/** What a diff found, beside the traces that it lists. */
export interface DiffSummary {
  /** Traces of every type that are newer than the snapshot. */
  readonly newTraces: number;
  /** The snapshot's newest trace is gone from the ring: traces in between are lost. */
  readonly historyLost: boolean;
}

/** How the handles of a group usually end. */
export type GroupJudgement = "outstanding" | "usually closed" | "never closed";

/** A stack that closed handles of a group, and how often. */
export interface GroupCloser {
  /** Stack id of the closing stack. */
  readonly stack: number;
  /** How many of the group's handles it closed. */
  readonly count: number;
}

/** All opens from one stack. */
export interface TraceGroup {
  /** Stack id of the opening stack. */
  readonly stack: number;
  /** How often the stack opened a handle. */
  readonly opened: number;
  /** How many of those were closed. */
  readonly closed: number;
  /** How many of those are still open. */
  readonly outstanding: number;
  /** Bad references to handles that this stack had opened. */
  readonly badReferences: number;
  /** Indices into the log of the outstanding opens, newest first. */
  readonly outstandingTraces: Uint32Array;
  /** Stacks that closed its handles, most frequent first. */
  readonly closers: readonly GroupCloser[];
  /** Verdict on the group. */
  readonly judgement: GroupJudgement;
  /** First frame that is not system code: whom to ask first. */
  readonly suspect?: Frame;
}

/** Everything a report needs; a report reads nothing else. */
export interface Analysis {
  /** How the target names itself. */
  readonly targetName: string;
  /** User mode or kernel mode: which classic layout is printed. */
  readonly mode: TargetMode;
  /** Width of addresses. */
  readonly pointerSize: PointerSize;
  /** The traces. */
  readonly log: TraceLog;
  /** Indices into the log of the traces to list, newest first. */
  readonly listed: Uint32Array;
  /** Stack id of every trace of the log. */
  readonly stackOf: Uint32Array;
  /** Frames of each stack id that is listed or belongs to a group, innermost first. */
  readonly stacks: ReadonlyMap<number, readonly Frame[]>;
  /** What the diff found, when this is one. */
  readonly diff?: DiffSummary;
  /** Groups by opening stack, biggest outstanding first, when asked for. */
  readonly groups?: readonly TraceGroup[];
  /** Type and name of the handles, where the target knows them. */
  readonly handles?: ReadonlyMap<number, { readonly type?: string; readonly objectName?: string }>;
}

/** An output format: a pure function of an analysis. */
export type Report = (analysis: Analysis) => string | Uint8Array;
