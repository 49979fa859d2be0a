/**
 * What the page knows: the JSON of its data block.
 *
 * Numbers, text and rows alone. Every text is escaped for people already (escape_text.ts), each distinct one stands once
 * in {@linkcode PageData.texts}, and rows name it by its place there; so do frames and stacks. -1 stands for none.
 *
 * @module
 */
import type { GroupJudgement, MisuseVerdict } from "../../../analysis.ts";
import type { VerdictKind } from "../../../analysis/verdict.ts";

/** Place of a text in {@linkcode PageData.texts}; -1 for none. */
export type TextId = number;

/** Place of a frame in {@linkcode PageData.frames}. */
export type FrameId = number;

/** Place of a stack in {@linkcode PageData.stacks}; -1 for none. */
export type PageStack = number;

/** Place of a group in {@linkcode PageData.groups}; -1 for none. */
export type RowId = number;

/** Whose code a frame is. */
export const OWNERS = ["own", "framework", "system", "unknown"] as const;

/** A frame, or a function inlined in one. */
export type FrameRow = readonly [
  /** `module!symbol`, or what stands in its place. */
  name: TextId,
  /** Place in {@linkcode OWNERS}. */
  owner: number,
  /** Its line in the layout of `!htrace`; -1 for an inlined function. */
  line: TextId,
  /** Distance from the symbol; -1 where there is none, or the name says it. */
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
  /** The frame to ask about: the suspect, else the innermost frame; -1 without a stack. */
  readonly frame: FrameId;
  /** Whether that frame is a suspect, and whose: `none` without one. */
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
  /** It is in the baseline of accepted leaks. */
  readonly known?: true;
  /** Outstanding handles by type, most frequent first. */
  readonly types: readonly (readonly [type: TextId, count: number])[];
  /** Who closed its handles, most frequent first; the rest is counted. */
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
  /** The handle, and what it was. */
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
  /** Whether its points are moments of traces, or snapshots. */
  readonly of: "traces" | "snapshots";
  /** Milliseconds since 1970 of each point; absent where snapshots are not dated. */
  readonly times?: readonly number[];
  /** A name for each point, where they are snapshots. */
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
    /** The group that it speaks of: of bad references the one that opened the handle. */
    readonly group: RowId;
  };
  /** What to do next; a command in it stands between backquotes. */
  readonly next: TextId;
  /** What is uncertain or was left out. */
  readonly notes: readonly TextId[];
  /** Whether the analysis compares with a snapshot: then numbers count what was opened since. */
  readonly isDiff: boolean;
  /** Whether the source tells of closes: a diff's text does not. */
  readonly tellsCloses: boolean;
  /** Whether traces between the snapshot and now are lost. */
  readonly historyLost: boolean;
  /** Groups in all, of which {@linkcode PageData.groups} has the first. */
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
  /** Bad references, newest first; the rest is counted in the totals. */
  readonly misuses: readonly MisuseRow[];
  /** Closes that look like somebody else's. */
  readonly wrongCloses: readonly TextId[];
  /** Growth over time, where times or snapshots are known. */
  readonly timeline?: Timeline;
  /** Why there is none, and what to do. */
  readonly noTimeline?: TextId;
  /** Open handles of the process by type, most frequent first, where they were read. */
  readonly handleTypes?: readonly (readonly [type: TextId, count: number])[];
}
