/**
 * What verbs print about open handles besides traces, or if there are no traces: for dumps of processes that were not
 * traced, and recordings of only handles.
 *
 * @module
 */
import type { Analysis, Report } from "../analysis.ts";
import type { HandleSource } from "../library/mod.ts";
import type { Session } from "../session.ts";
import type { Target } from "../target.ts";
import { isUntraced } from "../trace_log.ts";
import { warnTo, writeText } from "./_output.ts";
import type { CliProcess } from "./terminal/streams.ts";

/** Reports that people read; the others contain the handles as data. */
const TEXTS: ReadonlySet<string> = new Set(["classic", "groups", "summary", "tree"]);

/** If a target has no traces, prints which types and names of handles there are most of. */
export async function writeHandlesInstead(
  process: CliProcess,
  session: Session,
  { log, handles, handleCounts: counts }: Analysis,
  { name }: Report,
): Promise<void> {
  if (!isUntraced(log) || !TEXTS.has(name)) return;
  const open = handles ?? await session.handles() ?? [];
  if (open.length === 0 && counts === undefined) return;
  const { renderHandleGroups } = await import("../library/mod.ts");
  writeText(process, `\n${renderHandleGroups(open, { counts })}`);
}

/** For several readings without traces, prints what changed from one to the next. */
export async function writeHandleSeries(
  process: CliProcess,
  sessions: readonly Session[],
  { log }: Analysis,
  { name }: Report,
  top: number | undefined,
): Promise<void> {
  if (sessions.length < 2 || !isUntraced(log) || !TEXTS.has(name)) return;
  const { inOrderOfTime, renderHandleSeries } = await import("../library/mod.ts");
  const lists: HandleSource[] = [];
  for (const session of await inOrderOfTime(sessions)) {
    const counts = await session.target.handleCounts?.(session.process);
    const list = counts ?? await session.handles();
    if (list !== undefined) lists.push(list);
  }
  if (lists.length > 1) writeText(process, `\n${renderHandleSeries(lists, { top })}`);
}

/** Kinds whose traces, if any, are those of a ring at one moment: their handle lists go further back. */
const DUMPS: ReadonlySet<string> = new Set(["minidump", "kernel dump"]);

/** Says what changed between the handle lists of two dumps of one process, regardless of their traces. */
export async function warnOfHandleGrowth(
  process: CliProcess,
  earlier: Target,
  session: Session,
): Promise<void> {
  if (!DUMPS.has(earlier.kind) && !DUMPS.has(session.target.kind)) return;
  const { growthLine, handleGrowth, sameProcess } = await import("../library/mod.ts");
  const before = await earlier.handles?.(await sameProcess(earlier, session));
  const now = await session.handles();
  if (before === undefined || now === undefined) return;
  const line = growthLine(handleGrowth(before, now));
  warnTo(process)(`open handles since: ${line ?? "no change of type or name"}`);
}
