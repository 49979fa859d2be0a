/**
 * What is outstanding since an earlier reading that another run of the program saved.
 *
 * @module
 */
import type { Analysis } from "../analysis.ts";
import { TargetError } from "../error.ts";
import type { Session, SessionRequest } from "../session.ts";
import {
  identityOf,
  isSameProcess,
  type ProcessRef,
  type Target,
  type TargetIdentity,
} from "../target.ts";
import { isUntraced, type TraceLog } from "../trace_log.ts";

/**
 * Lists the handles opened since a snapshot and not closed since.
 *
 * The snapshot is that of `earlier`, a recording of the same process; without one, it is the last that the session took
 * or the target supplied; if there is none, it is the moment when tracing began and the ring was empty.
 *
 * ```ts ignore
 * using earlier = await openTarget("before.htrace");
 * using session = new Session(await openTarget("4242"));
 * console.log(await readText(REPORTS.classic, await diffSince(session, earlier)));
 * ```
 */
export async function diffSince(
  session: Session,
  earlier?: Target,
  request: SessionRequest = {},
): Promise<Analysis> {
  const snapshots = await session.snapshots();
  if (earlier !== undefined) session.keepSnapshot(await snapshotOf(earlier, session));
  else if (!snapshots.has("")) session.keepBeginning();
  return await session.diff("", request);
}

/** The traces of an earlier recording of a session's process; an error for another process, and for no traces. */
export async function snapshotOf(earlier: Target, session: Session): Promise<TraceLog> {
  const process = await sameProcess(earlier, session);
  const log = await earlier.readTraces(session.stacks, process);
  if (isUntraced(log)) {
    throw new TargetError(
      `Cannot compare ${session.target.name} with the snapshot: it has no traces: ` +
        `${log.incomplete}; take a snapshot that has some`,
    );
  }
  return log;
}

/**
 * The process of a target that another reading is about: for a whole system, the one with its id, because addresses
 * differ after each boot.
 */
export function processLike(
  target: Target,
  { processId }: TargetIdentity,
): ProcessRef | undefined {
  return target.identity.processId === undefined && processId !== undefined
    ? { processId }
    : target.defaultProcess;
}

/**
 * A session's process in an earlier reading. Two different processes have nothing to compare: an error.
 */
export async function sameProcess(
  earlier: Target,
  { target, process }: Session,
): Promise<ProcessRef | undefined> {
  const identity = await identityOf(target, process);
  const ref = processLike(earlier, identity);
  const earlierIdentity = await identityOf(earlier, ref);
  const isOfMode = earlier.mode === target.mode;
  if (isOfMode && isSameProcess(earlierIdentity, identity)) return ref;
  const [ours, theirs] = isOfMode
    ? [readingName(target, identity), readingName(earlier, earlierIdentity)]
    : [target.name, earlier.name];
  throw new TargetError(
    `Cannot compare ${ours} with the snapshot: it is of ${theirs}; take one of the same process`,
  );
}

/** The name of a reading in messages: for a system, it includes the process. */
export function readingName(
  { name, mode }: Target,
  { imageName, processId }: TargetIdentity,
): string {
  const isOne = mode === "kernel" && processId !== undefined;
  return isOne ? `${imageName ?? "process"} (${processId}) of ${name}` : name;
}
