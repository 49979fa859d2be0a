/**
 * A session's target as a minidump, for `.dump` and `htrace convert`.
 *
 * @module
 */
import { checkUserMode, encodeProcess, type ProcessDump } from "./dump/minidump/process_dump.ts";
import { TargetError } from "./error.ts";
import type { Session } from "./session.ts";
import { logWithoutTraces, type TraceLog } from "./trace_log.ts";

/** A dump of a session's target, and its contents. */
export interface SessionDump extends ProcessDump {
  /** Its traces. */
  readonly log: TraceLog;
  /** Number of its modules. */
  readonly modules: number;
  /** Number of its open handles, if the target has a list. */
  readonly handles?: number;
}

/**
 * Reads everything that a dump can contain, and encodes it. A process that is not traced is dumped without traces, as
 * debuggers do.
 *
 * @throws {TargetError} for a kernel-mode target.
 */
export async function dumpSession(session: Session): Promise<SessionDump> {
  checkUserMode(session.target);
  const log = await tracesOf(session);
  const modules = await session.modules();
  const handles = await session.handles();
  const dump = encodeProcess({
    target: session.target,
    log,
    modules,
    ...(handles && { handles }),
    hasSnapshots: (await session.snapshots()).size > 0,
  });
  return {
    ...dump,
    log,
    modules: modules.length,
    ...(handles && { handles: handles.length }),
  };
}

async function tracesOf(session: Session): Promise<TraceLog> {
  try {
    return await session.readTraces();
  } catch (error) {
    if (!(error instanceof TargetError)) throw error;
    return { ...logWithoutTraces(session.stacks), incomplete: error.message };
  }
}
