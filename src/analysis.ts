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

/** What a diff found, beside the traces that it lists. */
export interface DiffSummary {
  /** Traces of every type that are newer than the snapshot. */
  readonly newTraces: number;
  /** The snapshot's newest trace is gone from the ring: traces in between are lost. */
  readonly historyLost: boolean;
}

/** A snapshot that growth was measured from, oldest first. */
export interface SnapshotInfo {
  /** Its name; empty for the unnamed one. */
  readonly name: string;
  /** When its traces were read, where that is known. */
  readonly readAt?: Date;
}

/** Whose code a module is: the program's own, a framework that hosts it, or the system's. */
export type CodeOwner = "own" | "framework" | "system";

/** Whom to ask first about a stack. */
export interface Suspect {
  /** The first own frame, innermost first; without one the first of a framework. */
  readonly frame: Frame;
  /** Which of the two it is. */
  readonly owner: Exclude<CodeOwner, "system">;
}

/** Names a stack the same on every machine and after a rebuild. */
export interface StackKey {
  /** 32 lower-case hex digits. */
  readonly hash: string;
  /** What the hash is of, outermost first: `app!main;app!open`. Two stacks of one text are one stack. */
  readonly text: string;
}

/** A stack with its names. */
export interface NamedStack {
  /** Frames, innermost first. */
  readonly frames: readonly Frame[];
  /** Its key. */
  readonly key: StackKey;
  /** Whom to ask; absent where every frame is the system's or outside all modules. */
  readonly suspect?: Suspect | undefined;
}

/** How the handles of a group usually end. */
export type GroupJudgement = "never closed" | "growing" | "outstanding" | "usually closed";

/** A stack that closed handles of a group, and how often. */
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
  /** It is in the baseline of accepted leaks. */
  readonly isKnown: boolean;
  /** How many stacks it joins, where alike ones were merged: {@linkcode TraceGroup.stack} is that of the biggest. */
  readonly merged?: number;
}

/** What a bad reference was. */
export type MisuseVerdict =
  /** The handle had been closed, and was used. */
  | "use after close"
  /** The handle had been closed, and was closed again. */
  | "double close"
  /** The handle had been closed by code that had closed that value before, when it was another handle. */
  | "wrong close"
  /** The log is whole, and nobody ever opened the handle. */
  | "never open"
  /** The log does not tell. */
  | "unknown";

/** A bad reference with its story: who used the handle, who had closed it, who had opened it. */
export interface Misuse {
  /** The handle value, as it was used; absent where a verifier stop does not tell it. */
  readonly handle?: number;
  /** Index of the bad reference in the log; absent where only a verifier stop tells of it. */
  readonly badReference?: number;
  /** Index of the close before it, where the log has one. */
  readonly close?: number;
  /** Index of the open before that, where the log has one. */
  readonly open?: number;
  /** Whom to ask about the use, the close and the open: the suspects of their stacks. */
  readonly by?: Frame;
  /** See {@linkcode Misuse.by}. */
  readonly closedBy?: Frame;
  /** See {@linkcode Misuse.by}. */
  readonly openedBy?: Frame;
  /** The Application Verifier's stop code, where it told. */
  readonly code?: number;
  /** Stack of the use where no trace has it. */
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
  /** The traces. Their stacks are those that are shown: in user mode without the kernel's frames. */
  readonly log: TraceLog;
  /** Traces looked at before filter and maximum, as `!htrace` prints them. */
  readonly parsed: number;
  /** Indices into the log of the traces to list, newest first. */
  readonly listed: Uint32Array;
  /** What the filter left out. */
  readonly leftOut: LeftOut;
  /** For each trace of the log: of an open the close that ended it, of a close the open; `NO_TRACE` for none. */
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
  /** Open handles of the process, where they were read. */
  readonly handles?: readonly HandleEntry[];
  /** What is missing of the target, of its modules and of its handles, and why: each as a clause for messages. */
  readonly gaps?: readonly string[];
  /** Their numbers, where their source states them or lists fewer handles than it counts. */
  readonly handleCounts?: HandleCounts;
  /** What the diff found, when this is one. */
  readonly diff?: DiffSummary;
  /** The snapshots of {@linkcode TraceGroup.series}. */
  readonly snapshots: readonly SnapshotInfo[];
  /** They are marks that the program set: growth is judged from mark to mark. */
  readonly hasMarks?: boolean;
  /** How the program ended, where it was run. */
  readonly run?: { readonly exitStatus: number };
  /** Modules that have frames without names, because no PDB was found for them. */
  readonly withoutSymbols: readonly Module[];
  /** What the source of the traces cannot see, and these traces do not show. */
  readonly limits: readonly string[];
  /** Debugger texts say type and name of each handle: ours, so only where the user asked. */
  readonly listsNames: boolean;
  /** What a handle stood for at the time of a trace, as far as the log and the handle list tell. */
  objectOf(trace: number): ObjectInfo | undefined;
}

/** A file of a report that is more than one. */
export interface NamedPart {
  /** What is put between the name that the user gave and its extension; empty for the part that is printed. */
  readonly suffix: string;
  /** Its content. */
  readonly content: string | Uint8Array;
}

/** What a report makes: a text, the pieces of a long one, bytes, or several files. */
export type Rendered =
  | string
  | Generator<string, void, undefined>
  | Uint8Array
  | readonly NamedPart[];

/** What the surroundings say about a report. */
export interface RenderOptions {
  /** Columns of the terminal; absent where the text goes elsewhere. */
  readonly width?: number;
  /** The target as the user named it, or several, for the commands that a report proposes. */
  readonly target?: string;
  /** The one of several targets that the analysis is of. */
  readonly examined?: string;
  /** What such a command needs to examine the same again: process, answer, symbols. */
  readonly targetOptions?: readonly string[];
  /** What follows `--` in such a command. */
  readonly targetArguments?: readonly string[];
  /** Folder of the sources when the program was built: formats that want relative paths cut it off. */
  readonly sourceRoot?: string;
}

/** What an analysis can be uncertain about (uncertainties.ts), the gravest first. */
export const UNCERTAINTY_KINDS = [
  /** Why the process was stopped, where the story of a bad reference tells it, too. */
  "told stop",
  /** Why the process was stopped. */
  "stop",
  /** Traces are missing. */
  "traces",
  /** Something beside traces is missing. */
  "gap",
  /** Traces between the snapshot and now are lost. */
  "history",
  /** The ring is full. */
  "ring",
  /** Modules have no names. */
  "names",
  /** The source cannot see it. */
  "limit",
  /** A filter or a maximum left it out. */
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
  /** Extension, with the dot, by which `-o` chooses it. */
  readonly extension?: string;
  /** Which uncertainties it says itself; the others are said on the standard error. Absent: none. */
  readonly says?: readonly UncertaintyKind[];
  /** What the user should know of what was made, said on the standard error. */
  readonly warnings?: (analysis: Analysis, options?: RenderOptions) => readonly string[];
  /** Makes it. */
  readonly render: (analysis: Analysis, options?: RenderOptions) => Rendered | Promise<Rendered>;
}
