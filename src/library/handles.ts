/**
 * The difference of handle lists: what can be known about a process whose handles cannot be traced.
 *
 * @module
 */
import { TargetError } from "../error.ts";
import type { Session } from "../session.ts";
import { countHandles, type HandleCounts } from "../handle_counts.ts";
import {
  type HandleEntry,
  identityOf,
  isSameProcess,
  type ProcessRef,
  type Target,
} from "../target.ts";
import { isUntraced } from "../trace_log.ts";
import { processLike, readingName } from "./compare.ts";
import { diffHandleLists, type HandleListDiff } from "./handle_diff.ts";
import { type GroupOptions, type HandleGrowth, handleGrowth } from "./handle_groups.ts";
import { handlesOf, reasonForHandlesAlone } from "./record.ts";

/** A difference of handle lists, and why there is nothing more. */
export interface HandlesResult {
  /** The difference, handle by handle; absent if a list has only numbers. */
  readonly diff?: HandleListDiff;
  /** How many handles there were. */
  readonly before: number;
  /** How many there are. */
  readonly now: number;
  /** Types and names whose number changed, the most grown first. */
  readonly growth: readonly HandleGrowth[];
  /** Why there are no traces, completing a message. */
  readonly reason: string;
}

/** How to compare two lists. */
export interface HandlesOptions extends Pick<GroupOptions, "mergeNames"> {
  /** The process, for a target that has several. */
  readonly process?: ProcessRef | undefined;
}

/**
 * Compares the open handles of a target with an earlier list of the same process, regardless of where the two are from:
 * a live process, a recording, a dump, output of handle.exe or `!handle`.
 *
 * ```ts ignore
 * using earlier = await openTarget("before.txt");
 * using target = await openTarget("after.txt");
 * console.log(renderHandleDiff(await diffHandles(target, earlier)));
 * ```
 */
export async function diffHandles(
  target: Target,
  earlier: Target,
  { process: ref, ...options }: HandlesOptions = {},
): Promise<HandlesResult> {
  const process = ref ?? processLike(target, earlier.identity);
  const identity = await identityOf(target, process);
  const earlierProcess = processLike(earlier, identity);
  const earlierIdentity = await identityOf(earlier, earlierProcess);
  if (!isSameProcess(earlierIdentity, identity)) {
    throw new TargetError(
      `Cannot compare ${readingName(target, identity)} with ` +
        `${
          readingName(earlier, earlierIdentity)
        }: they are of different processes; take two lists of one`,
    );
  }
  const before = await listOf(earlier, earlierProcess);
  const now = await listOf(target, process);
  const isListed = [before, now].every(({ handles, counts }) =>
    handles.length > 0 || counts.total === 0
  );
  return {
    ...(isListed && { diff: diffHandleLists(before.handles, now.handles) }),
    before: before.counts.total,
    now: now.counts.total,
    growth: handleGrowth(before.counts, now.counts, options),
    reason: target.limits?.[0] ?? reasonForHandlesAlone(target),
  };
}

async function listOf(
  target: Target,
  process: ProcessRef | undefined,
): Promise<{ readonly handles: readonly HandleEntry[]; readonly counts: HandleCounts }> {
  const handles = await handlesOf(target, process);
  return { handles, counts: await target.handleCounts?.(process) ?? countHandles(handles) };
}

/**
 * Why only the handles of two targets can be compared: one of them was not traced, and both have a list; undefined if
 * traces can be compared. A process that can be traced is not read: reading its ring twice would show two moments.
 */
export async function whyHandlesAlone(
  session: Session,
  earlier: Target,
): Promise<string | undefined> {
  const { target } = session;
  if (target.control || !target.handles || !earlier.handles || earlier.control) return undefined;
  if (earlier.mode !== target.mode) return undefined; // that they cannot be compared is reported later
  const identity = await identityOf(target, session.process);
  const logs = [
    await session.readTraces(),
    await earlier.readTraces(session.stacks, processLike(earlier, identity)),
  ];
  return logs.find(isUntraced)?.incomplete;
}
