/**
 * The page's data: the JSON of its data block.
 *
 * Only numbers, text and rows. Every text is already escaped for people (escape_text.ts) and is stored once in
 * {@linkcode PageData.texts}; rows refer to it by index. The same holds for frames and stacks. -1 means none.
 *
 * @module
 */
import type { GroupJudgement, MisuseVerdict } from "../../../analysis.ts";
import type { VerdictKind } from "../../../analysis/verdict.ts";

/** Index of a text in {@linkcode PageData.texts}; -1 for none. */
export type TextId = number;

/** Index of a frame in {@linkcode PageData.frames}. */
export type FrameId = number;

/** Index of a stack in {@linkcode PageData.stacks}; -1 for none. */
export type PageStack = number;

/** Index of a group in {@linkcode PageData.groups}; -1 for none. */
export type RowId = number;

/** Whose code a frame is. */
export const OWNERS = ["own", "framework", "system", "unknown"] as const;

/** A frame, or a function inlined in one. */
export type FrameRow = readonly [
  /** `module!symbol`, or what replaces it. */
  name: TextId,
  /** Index in {@linkcode OWNERS}. */
  owner: number,
  /** Its line in the layout of `!htrace`; -1 for an inlined function. */
  line: TextId,
  /** Distance from the symbol; -1 if there is none, or the name includes it. */
  displacement: number,
  /** File name and line, as people write them: `session.cpp:88`. */
  place: TextId,
];

/** An outstanding handle. */
export type HandleRow = readonly [value: TextId, type: TextId, name: TextId];

/** All opens from one stack. */
export interface GroupRow {
  /** The stack's key, which a link names. */
  readonly key: string;
  /** The opening stack. */
  readonly stack: PageStack;
  /** The frame to name: the suspect, otherwise the innermost frame; -1 without a stack. */
  readonly frame: FrameId;
  /** Whether that frame is a suspect, and whose code it is; `none` if it is not one. */
  readonly suspectIs: "own" | "framework" | "none";
  /** How often the stack opened a handle. */
  readonly opened: number;
  /** How many of those were closed. */
  readonly closed: number;
  /** How many are still open. */
  readonly outstanding: number;
  /** Bad references to handles that the stack had opened. */
  readonly bad: number;
  /** Outstanding now minus at the last snapshot. */
  readonly delta?: number;
  /** Outstanding at each snapshot, oldest first. */
  readonly series?: readonly number[];
  /** How its handles usually end. */
  readonly judgement: GroupJudgement;
  /** Whether it is in the baseline of accepted leaks. */
  readonly known?: true;
  /** Outstanding handles by type, most frequent first. */
  readonly types: readonly (readonly [type: TextId, count: number])[];
  /** Who closed its handles, most frequent first; the rest are counted. */
  readonly closers: readonly (readonly [stack: PageStack, count: number])[];
  /** Handles that closers beyond the listed ones closed. */
  readonly otherCloses: number;
  /** The lines above the frames in `!htrace`'s text, of the newest outstanding handle; -1 without one. */
  readonly heading: TextId;
  /** The newest outstanding handles. */
  readonly handles: readonly HandleRow[];
}

/** A bad reference with its story. */
export interface MisuseRow {
  /** What it was. */
  readonly verdict: MisuseVerdict;
  /** The handle, and the kind of misuse. */
  readonly title: TextId;
  /** The story. */
  readonly story: TextId;
  /** Who used, closed and opened the handle. */
  readonly stacks: readonly (readonly [who: "Used by" | "Closed by" | "Opened by", PageStack])[];
  /** The group that opened the handle. */
  readonly group: RowId;
}

/** Open handles over time. */
export interface Timeline {
  /** Whether its points are times of traces, or snapshots. */
  readonly of: "traces" | "snapshots";
  /** Milliseconds since 1970 of each point; absent if snapshots have no dates. */
  readonly times?: readonly number[];
  /** A name for each point, if they are snapshots. */
  readonly names?: readonly TextId[];
  /** Open handles of all stacks at each point. */
  readonly all: readonly number[];
  /** The same of the worst stacks. */
  readonly groups: readonly (readonly [RowId, readonly number[]])[];
  /** Snapshots between the first point and the last: milliseconds since 1970. */
  readonly marks: readonly (readonly [at: number, name: TextId])[];
}

/** Everything that the page shows. */
export interface PageData {
  /** Version of the htrace that made it. */
  readonly htrace: string;
  /** What was examined, with its process. */
  readonly target: TextId;
  /** Facts about it, each a few words: kind, mode, time, number of traces. */
  readonly facts: readonly TextId[];
  /** What it means. */
  readonly verdict: {
    readonly kind: VerdictKind;
    readonly sentence: TextId;
    /** The group that it is about: for bad references, the one that opened the handle. */
    readonly group: RowId;
  };
  /** What to do next; commands in it are in backquotes. */
  readonly next: TextId;
  /** What is uncertain or left out. */
  readonly notes: readonly TextId[];
  /** Whether the analysis compares with a snapshot: numbers then count what was opened since. */
  readonly isDiff: boolean;
  /** Whether the source reports closes: a diff's text does not. */
  readonly tellsCloses: boolean;
  /** Whether traces between the snapshot and now are lost. */
  readonly historyLost: boolean;
  /** Number of all groups, of which {@linkcode PageData.groups} has the first. */
  readonly groupsInAll: number;
  /** Sums over all groups. */
  readonly totals: {
    readonly opened: number;
    readonly closed: number;
    readonly outstanding: number;
    readonly delta?: number;
    readonly grown: number;
    readonly shrunk: number;
    readonly neverClosed: number;
    readonly neverClosedHandles: number;
    readonly bad: number;
  };
  /** Each distinct text. */
  readonly texts: readonly string[];
  /** Each distinct frame. */
  readonly frames: readonly FrameRow[];
  /** Each stack's frames, innermost first. */
  readonly stacks: readonly (readonly FrameId[])[];
  /** Groups: most growth first, then most outstanding. */
  readonly groups: readonly GroupRow[];
  /** Why there are no groups. */
  readonly noStacks?: TextId;
  /** Bad references, newest first; the rest are counted in the totals. */
  readonly misuses: readonly MisuseRow[];
  /** Closes that look like somebody else's. */
  readonly wrongCloses: readonly TextId[];
  /** Growth over time, if times or snapshots are known. */
  readonly timeline?: Timeline;
  /** Why there is no timeline, and what to do. */
  readonly noTimeline?: TextId;
  /** Open handles of the process by type, most frequent first, if they were read. */
  readonly handleTypes?: readonly (readonly [type: TextId, count: number])[];
}
