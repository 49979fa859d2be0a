/**
 * Several readings of one process as one analysis: that of the last one, with its growth since the others.
 *
 * @module
 */
import type { Analysis } from "../analysis.ts";
import { unusedName } from "../mark.ts";
import type { Session, SessionRequest } from "../session.ts";
import { isUntraced, type TraceLog } from "../trace_log.ts";
import { sameProcess, snapshotOf } from "./compare.ts";

/**
 * Analyzes the session whose traces were read last. The traces of the others become its snapshots, and it is compared
 * with the last of them; a single one is compared with the last snapshot that it has or that its target supplies, if
 * any, unless those are its program's marks. Growth cannot be measured from readings without traces.
 *
 * ```ts ignore
 * using before = new Session(await openTarget("monday.htrace"));
 * using after = new Session(await openTarget("tuesday.htrace"));
 * const { groups } = await analyzeReadings([before, after]);
 * ```
 */
export async function analyzeReadings(
  sessions: readonly Session[],
  requestOf: (session: Session) => SessionRequest | Promise<SessionRequest> = () => ({}),
): Promise<Analysis> {
  // A single one is not read to be put in order: its analysis reads it.
  const readings = sessions.length === 1 ? [] : await read(sessions);
  const { session: last = sessions[0], log: now } = readings.at(-1) ?? {};
  if (last === undefined) throw new RangeError("Cannot analyze readings: there are none");
  for (const { session, log } of readings.slice(0, -1)) {
    await sameProcess(session.target, last);
    if (isUntraced(log)) continue; // it has only its handles
    const name = log.readAt?.toISOString() ?? session.target.name;
    // A dump's time has a resolution of one second, and two dumps may be from the same second.
    const unused = unusedName(name, await last.snapshots());
    last.keepSnapshot(await snapshotOf(session.target, last), unused);
  }
  await putInOrder(last);
  const request = await requestOf(last);
  const compared = [...(await last.snapshots()).keys()].at(-1);
  const isMarked = last.hasMarks && sessions.length === 1;
  return compared === undefined || isMarked || isUntraced(now ?? await last.readTraces())
    ? await last.show(request)
    : await last.diff(compared, request);
}

/** Sessions in the order in which their traces were read; the last one is reported. */
export async function inOrderOfTime(sessions: readonly Session[]): Promise<Session[]> {
  return (await read(sessions)).map(({ session }) => session);
}

interface Reading {
  readonly session: Session;
  readonly log: TraceLog;
}

async function read(sessions: readonly Session[]): Promise<Reading[]> {
  const readings: Reading[] = [];
  for (const session of sessions) readings.push({ session, log: await session.readTraces() });
  return readings.sort((a, b) => timeOf(a.log, b.log) - timeOf(b.log, a.log));
}

/** Snapshots that the last reading supplies go between earlier readings if they were taken then. */
async function putInOrder(session: Session): Promise<void> {
  const snapshots = [...await session.snapshots()];
  if (snapshots.some(([, { readAt }]) => readAt === undefined)) return;
  snapshots.sort(([, a], [, b]) => a.readAt!.getTime() - b.readAt!.getTime());
  for (const [name, log] of snapshots) session.keepSnapshot(log, name);
}

/** When a log was read, for ordering: undated logs stay in the order given. */
function timeOf(log: TraceLog, other: TraceLog): number {
  return log.readAt && other.readAt ? log.readAt.getTime() : 0;
}
