/**
 * How far back the ring of a log reaches, and what that means for its marks.
 *
 * @module
 */
import { LIMITS } from "./layout.ts";
import type { RecorderLog } from "./log.ts";
import type { RecordedMark } from "./records.ts";

/** Whether there were events that the ring has lost. */
export function hasLostEvents({ header, events }: RecorderLog): boolean {
  return events.count < header.nextEvent - 1;
}

/** Number of the oldest event that is kept. */
export function oldestNumber({ header, events }: RecorderLog): number {
  return events.number[0] ?? header.nextEvent;
}

/** The marks of a log that are shown, with counts of limitations. */
export interface ShownMarks {
  /** The marks that are shown, in the order set. */
  readonly marks: readonly RecordedMark[];
  /**
   * How many of all marks are older than the ring: handles that were open then and have been closed since are no longer
   * known.
   */
  readonly old: number;
  /** How many later marks are not shown: growth of so many stacks from mark to mark would take too much memory. */
  readonly tooMany: number;
}

/** Chooses the marks that are shown. */
export function shownMarks(log: RecorderLog): ShownMarks {
  const { marks, events, openHandles } = log;
  const oldest = hasLostEvents(log) ? oldestNumber(log) : 0;
  const isFew = marks.length * (events.count + openHandles.count) <= LIMITS.markedStacks;
  const stacks = isFew ? 1 : new Set([...events.stack, ...openHandles.stack]).size;
  const shown = marks.slice(0, Math.floor(LIMITS.markedStacks / stacks));
  return {
    marks: shown,
    old: marks.filter(({ number }) => number < oldest).length,
    tooMany: marks.length - shown.length,
  };
}
