/**
 * How the debugger writes a frame and an entry's heading in its two modes.
 *
 * The layouts are facts about published sessions and Microsoft's documented kernel-mode example (output reference).
 * They are two layouts, not two widths of one: digits, case, labels and the positions of blank lines all differ.
 *
 * @module
 */
import { type Frame, frameName } from "../frame.ts";
import type { PointerSize } from "../memory.ts";
import type { TargetMode } from "../target.ts";
import type { HandleOperation, TraceType } from "../trace.ts";

/** The line between entries: 38 hyphens. */
export const SEPARATOR = "-".repeat(38);

/** What user-mode `!htrace` says about snapshots. */
export const SNAPSHOT_TEXT = {
  /** After `-snapshot`, and first in every diff. */
  taken: "Handle tracing information snapshot successfully taken.",
  /** In place of a diff whose snapshot's newest traces are no longer in the ring. */
  tooLarge: "The difference between the two snapshots is too large.\n" +
    'Please start over with "!htrace -snapshot" then "!htrace -diff".',
} as const;

/** How one mode writes its entries. */
export interface Layout {
  /** The lines above the frames; `note` is our own line about the handle, or absent. */
  readonly heading: (trace: HandleOperation, pointerSize: PointerSize, note?: string) => string[];
  /** The line of one frame. */
  readonly frame: (frame: Frame, pointerSize: PointerSize) => string;
}

const USER_LABELS: Readonly<Record<TraceType, string>> = {
  open: "OPEN",
  close: "CLOSE",
  badref: "*** BAD REFERENCE ***",
};

const KERNEL_LABELS: Readonly<Record<TraceType, string>> = {
  open: "OPEN",
  close: "CLOSE",
  badref: "BAD REFERENCE",
};

/** The layout of each mode. */
export const LAYOUTS: Readonly<Record<TargetMode, Layout>> = {
  /** As current debuggers print it; the label of a bad reference is from descriptions, not from an actual output. */
  user: {
    heading: (trace, pointerSize, note) => [
      `Handle = ${padded(trace.handle, pointerSize)} - ${USER_LABELS[trace.type]}`,
      `Thread ID = ${padded(trace.threadId, pointerSize)}, ` +
      `Process ID = ${padded(trace.processId, pointerSize)}`,
      ...(note === undefined ? [] : [note]),
      "",
    ],
    frame: (frame, pointerSize) =>
      address(frame, padded(frame.address, pointerSize)) +
      placeText(frame, (value) => padded(value, pointerSize)),
  },
  /** As the documented Windows XP-era example prints it; for 64 bits only the addresses get wider (our choice). */
  kernel: {
    heading: (trace, _pointerSize, note) => [
      `Handle ${upper(trace.handle)} - ${KERNEL_LABELS[trace.type]}:`,
      ...(note === undefined ? [] : [note]),
    ],
    frame: (frame, pointerSize) =>
      address(frame, `0x${hexDigits(frame.address, pointerSize).toUpperCase()}`) +
      placeText(frame, upper),
  },
};

/** The two lines that start every diff: what was done and how much is new. */
export function diffHeading(newTraces: number): string[] {
  return [
    SNAPSHOT_TEXT.taken,
    `0x${newTraces.toString(16)} new stack traces since the previous snapshot.`,
  ];
}

/** A value as user mode writes it: `0x` and zero-padded lower-case digits of the pointer's width. */
export function padded(value: number | bigint, pointerSize: PointerSize): string {
  return `0x${hexDigits(value, pointerSize)}`;
}

/** A value as kernel mode and all totals write it: `0x` and upper-case digits without padding. */
export function upper(value: number | bigint): string {
  return `0x${value.toString(16).toUpperCase()}`;
}

/** What precedes the name: nothing if the source has no addresses. */
function address({ isUnaddressed }: Frame, text: string): string {
  return isUnaddressed ? "" : `${text}: `;
}

/**
 * Name and displacement. Outside all modules a debugger prints the address again: `0x00101991: +0x00101991`; a text
 * that was cut inside a frame has only a name.
 */
function placeText(frame: Frame, written: (value: number | bigint) => string): string {
  const name = frameName(frame);
  if (name !== undefined && frame.displacement === undefined) return name;
  return `${name ?? ""}+${written(frame.displacement ?? frame.address)}`;
}

function hexDigits(value: number | bigint, pointerSize: PointerSize): string {
  return value.toString(16).padStart(pointerSize * 2, "0");
}
