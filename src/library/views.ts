/**
 * An analysis as lists of plain objects: for programs that examine a few traces or groups.
 *
 * @module
 */
import type { Analysis, StackKey, Suspect, TraceGroup } from "../analysis.ts";
import type { Frame } from "../frame.ts";
import type { HandleOperation, ObjectInfo } from "../trace.ts";
import { operationAt } from "../trace_log.ts";

/** A listed trace with its frames. */
export interface TraceView extends HandleOperation {
  /** Its index in the log: what groups and misuses refer to. */
  readonly index: number;
  /** Frames of its stack, innermost first. */
  readonly frames: readonly Frame[];
  /** What the handle referred to then, as far as known. */
  readonly object?: ObjectInfo;
  /** Whether it opened a handle that is still open. */
  readonly isOutstanding: boolean;
}

/** A group with its frames. */
export interface GroupView extends TraceGroup {
  /** Frames of the opening stack, innermost first. */
  readonly frames: readonly Frame[];
  /** Identifies the stack the same way on every machine. */
  readonly key: StackKey;
  /** Where to look first; absent if every frame is the system's. */
  readonly suspect?: Suspect | undefined;
}

/**
 * The listed traces, newest first, each with its frames.
 *
 * ```ts
 * import { openTarget, Session, traceStep, tracesOf } from "@htrace/htrace";
 *
 * using session = new Session(await openTarget("emulated", { args: ["leak", "2"] }));
 * await traceStep(session);
 * for (const { type, handle, frames } of tracesOf(await session.diff())) {
 *   console.log(type, handle, frames[0]?.symbol);
 * }
 * ```
 */
export function tracesOf(analysis: Analysis): TraceView[] {
  const { log, listed, stacks, isOutstanding } = analysis;
  return Array.from(listed, (index) => {
    const object = analysis.objectOf(index);
    return {
      index,
      ...operationAt(log, index),
      frames: stacks.get(log.stack[index]!)?.frames ?? [],
      ...(object && { object }),
      isOutstanding: isOutstanding[index] === 1,
    };
  });
}

/** The groups, biggest first, each with its frames, its key and its suspect. */
export function groupsOf({ groups, stacks }: Analysis): GroupView[] {
  return groups.flatMap((group) => {
    const stack = stacks.get(group.stack);
    if (stack === undefined) return [];
    const { frames, key, suspect } = stack;
    return [{ ...group, frames, key, suspect }];
  });
}
