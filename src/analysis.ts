/**
 * A trace log with its names and judgements: all that reports see.
 *
 * An analysis is complete: groups, misuses, keys, suspects and objects are always there, made in one place
 * (analyze.ts).
 *
 * @module
 */
import type { Frame } from "./frame.ts";
import type { HandleCounts } from "./handle_counts.ts";
import type { Module } from "./module.ts";
import type { HandleEntry, Target } from "./target.ts";
import type { ObjectInfo, StackId, TraceLog } from "./trace_log.ts";

/** What a diff found, besides the traces that it lists. */
export interface DiffSummary {
  /** Traces of every type that are newer than the snapshot. */
  readonly newTraces: number;
  /** The snapshot's newest trace is no longer in the ring: traces in between are lost. */
  readonly historyLost: boolean;
}

/** A snapshot that growth was measured from, oldest first. */
export interface SnapshotInfo {
  /** Its name; empty for the unnamed one. */
  readonly name: string;
  /** When its traces were read, if known. */
  readonly readAt?: Date;
}

/** Whose code a module is: the program's own, a framework that hosts it, or the system's. */
export type CodeOwner = "own" | "framework" | "system";

/** Where to look first in a stack. */
export interface Suspect {
  /** The first own frame, innermost first; if there is none, the first framework frame. */
  readonly frame: Frame;
  /** Which of the two it is. */
  readonly owner: Exclude<CodeOwner, "system">;
}

/** Identifies a stack the same way on every machine and after a rebuild. */
export interface StackKey {
  /** 32 lower-case hex digits. */
  readonly hash: string;
  /** The hashed text, outermost first: `app!main;app!open`. Two stacks with the same text are one stack. */
  readonly text: string;
}

/** A stack with its names. */
export interface NamedStack {
  /** Frames, innermost first. */
  readonly frames: readonly Frame[];
  /** Its key. */
  readonly key: StackKey;
  /** Where to look first; absent if every frame is the system's or outside all modules. */
  readonly suspect?: Suspect | undefined;
}

/** How the handles of a group usually end. */
export type GroupJudgement = "never closed" | "growing" | "outstanding" | "usually closed";

/** A stack that closed handles of a group, and how many. */
export interface GroupCloser {
  /** Stack id of the closing stack. */
  readonly stack: StackId;
  /** How many of the group's handles it closed. */
  readonly count: number;
}

/** All opens from one stack. */
export interface TraceGroup {
  /** Stack id of the opening stack. */
  readonly stack: StackId;
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
  /** Outstanding handles of the stack now minus at the last snapshot; absent without a snapshot. */
  readonly delta?: number;
  /** Outstanding handles of the stack at each snapshot, oldest first; absent without a snapshot. */
  readonly series?: readonly number[];
  /** Outstanding handles by object type; those of unknown type are left out. */
  readonly objectTypes: ReadonlyMap<string, number>;
  /** Verdict on the group. */
  readonly judgement: GroupJudgement;
  /** Whether it is in the baseline of accepted leaks. */
  readonly isKnown: boolean;
  /** How many stacks it joins, if similar ones were merged: {@linkcode TraceGroup.stack} is that of the biggest. */
  readonly merged?: number;
}

/** What a bad reference was. */
export type MisuseVerdict =
  /** The handle had been closed, and was used. */
  | "use after close"
  /** The handle had been closed, and was closed again. */
  | "double close"
  /** The handle had been closed by code that had already closed that value when it belonged to another handle. */
  | "wrong close"
  /** The log is complete, and nobody ever opened the handle. */
  | "never open"
  /** The log does not show. */
  | "unknown";

/** A bad reference with its story: who used the handle, who had closed it, who had opened it. */
export interface Misuse {
  /** The handle value, as it was used; absent if a verifier stop does not state it. */
  readonly handle?: number;
  /** Index of the bad reference in the log; absent if only a verifier stop reports it. */
  readonly badReference?: number;
  /** Index of the close before it, if the log has one. */
  readonly close?: number;
  /** Index of the open before that, if the log has one. */
  readonly open?: number;
  /** Where to look for the use, the close and the open: the suspects of their stacks. */
  readonly by?: Frame;
  /** See {@linkcode Misuse.by}. */
  readonly closedBy?: Frame;
  /** See {@linkcode Misuse.by}. */
  readonly openedBy?: Frame;
  /** Application Verifier's stop code, if it reported the misuse. */
  readonly code?: number;
  /** Stack of the use, if no trace has it. */
  readonly stack?: StackId;
  /** What it was. */
  readonly verdict: MisuseVerdict;
}

/** How many traces and groups the filter left out. */
export interface LeftOut {
  /** Traces that are not listed because of a filter or a maximum. */
  readonly traces: number;
  /** Groups that are not listed because of a filter or a maximum. */
  readonly groups: number;
}

/** Everything a report needs; a report reads nothing else. */
export interface Analysis {
  /** What was examined. */
  readonly target: Pick<Target, "name" | "kind" | "mode" | "pointerSize" | "identity">;
  /** The traces. Their stacks are as shown: in user mode without the kernel's frames. */
  readonly log: TraceLog;
  /** Traces examined before filter and maximum, as `!htrace` counts them. */
  readonly parsed: number;
  /** Indices into the log of the traces to list, newest first. */
  readonly listed: Uint32Array;
  /** What the filter left out. */
  readonly leftOut: LeftOut;
  /**
   * For each trace of the log: for an open, the close that ended it; for a close, its open; `NO_TRACE` if there is
   * none.
   */
  readonly pairOf: Uint32Array;
  /** A byte for each trace of the log: 1 for an open of a handle that no later close has ended. */
  readonly isOutstanding: Uint8Array;
  /** Every stack that is listed, or belongs to a group or a misuse. */
  readonly stacks: ReadonlyMap<StackId, NamedStack>;
  /** Groups by opening stack: most growth first, then most outstanding, then most opened. */
  readonly groups: readonly TraceGroup[];
  /** Bad references with their stories, newest first. */
  readonly misuses: readonly Misuse[];
  /** Modules of the process. */
  readonly modules: readonly Module[];
  /** Open handles of the process, if they were read. */
  readonly handles?: readonly HandleEntry[];
  /** What is missing from the target, its modules and its handles, and why: each as a clause for messages. */
  readonly gaps?: readonly string[];
  /** Their numbers, if their source states them or lists fewer handles than it counts. */
  readonly handleCounts?: HandleCounts;
  /** What the diff found, when this is one. */
  readonly diff?: DiffSummary;
  /** The snapshots of {@linkcode TraceGroup.series}. */
  readonly snapshots: readonly SnapshotInfo[];
  /** Whether they are marks that the program set: growth is then judged from mark to mark. */
  readonly hasMarks?: boolean;
  /** How the program ended, if it was run. */
  readonly run?: { readonly exitStatus: number };
  /** Modules that have frames without names, because no PDB was found for them. */
  readonly withoutSymbols: readonly Module[];
  /** What the source of the traces cannot see, so that these traces do not show it. */
  readonly limits: readonly string[];
  /** Debugger text includes each handle's type and name: our extension, so only if the user asked. */
  readonly listsNames: boolean;
  /** What a handle referred to at the time of a trace, as far as the log and the handle list show. */
  objectOf(trace: number): ObjectInfo | undefined;
}

/** One file of a report that consists of several. */
export interface NamedPart {
  /** What is inserted between the name that the user gave and its extension; empty for the part that is printed. */
  readonly suffix: string;
  /** Its content. */
  readonly content: string | Uint8Array;
}

/** What a report produces: a text, the pieces of a long one, bytes, or several files. */
export type Rendered =
  | string
  | Generator<string, void, undefined>
  | Uint8Array
  | readonly NamedPart[];

/** The context in which a report is rendered. */
export interface RenderOptions {
  /** Width of the terminal in columns; absent if the text goes elsewhere. */
  readonly width?: number;
  /** The target as the user named it, or several, for the commands that a report suggests. */
  readonly target?: string;
  /** The one of several targets that the analysis is of. */
  readonly examined?: string;
  /** Options with which such a command examines the same again: process, answer, symbols. */
  readonly targetOptions?: readonly string[];
  /** The arguments after `--` in such a command. */
  readonly targetArguments?: readonly string[];
  /** Folder of the sources when the program was built: formats with relative paths cut it off. */
  readonly sourceRoot?: string;
}

/** What an analysis can be uncertain about (uncertainties.ts), most serious first. */
export const UNCERTAINTY_KINDS = [
  /** Why the process was stopped, if the story of a bad reference also says it. */
  "told stop",
  /** Why the process was stopped. */
  "stop",
  /** Traces are missing. */
  "traces",
  /** Something other than traces is missing. */
  "gap",
  /** Traces between the snapshot and now are lost. */
  "history",
  /** The ring is full. */
  "ring",
  /** Modules have no names. */
  "names",
  /** The source cannot see something. */
  "limit",
  /** A filter or a maximum left something out. */
  "left out",
] as const;

/** One of them. */
export type UncertaintyKind = typeof UNCERTAINTY_KINDS[number];

/** An output format: a row of the table in reports/mod.ts. */
export interface Report {
  /** What `--format` calls it. */
  readonly name: string;
  /** Its line in the help. */
  readonly brief: string;
  /** Extension, with the dot, by which `-o` selects it. */
  readonly extension?: string;
  /** Which uncertainties it includes itself; the others go to standard error. Absent: none. */
  readonly says?: readonly UncertaintyKind[];
  /** What the user should know about the output, written to standard error. */
  readonly warnings?: (analysis: Analysis, options?: RenderOptions) => readonly string[];
  /** Renders it. */
  readonly render: (analysis: Analysis, options?: RenderOptions) => Rendered | Promise<Rendered>;
}
