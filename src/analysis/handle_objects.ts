/**
 * What a handle referred to at the time of a trace.
 *
 * A handle value is reused, so type and name belong to one open of it: the one they were read for.
 *
 * @module
 */
import { NO_TRACE } from "../engine/engine.ts";
import type { HandleEntry } from "../target.ts";
import { TRACE_TYPE_CODES } from "../trace.ts";
import { objectAt, type ObjectInfo, type TraceLog } from "../trace_log.ts";

/** Finds the object of a trace, if known. */
export type ObjectFinder = (trace: number) => ObjectInfo | undefined;

/**
 * Finds objects by what the log itself says; those of a close and a bad reference by the open that they belong to. If
 * the log does not say, a list of open handles that was read with it names the newest open of each value, unless a
 * close has ended it.
 */
export function objectFinder(
  log: TraceLog,
  pairOf: Uint32Array,
  handles: readonly HandleEntry[] = [],
): ObjectFinder {
  const listed = objectsOfOpens(log, pairOf, handles);
  const own = (trace: number): ObjectInfo | undefined => {
    const object = objectAt(log, trace);
    if (object !== undefined || log.type[trace] === TRACE_TYPE_CODES.open) return object;
    const open = pairOf[trace]!;
    return open === NO_TRACE ? undefined : objectAt(log, open);
  };
  return (trace) => own(trace) ?? listed.get(trace);
}

/** The objects of open handles by the trace that opened them. */
function objectsOfOpens(
  log: TraceLog,
  pairOf: Uint32Array,
  handles: readonly HandleEntry[],
): ReadonlyMap<number, ObjectInfo> {
  if (log.count === 0) return new Map();
  const wanted = new Map(handles.map((entry) => [entry.handle & ~3, entry]));
  const objects = new Map<number, ObjectInfo>();
  for (let trace = 0; trace < log.count && wanted.size > 0; trace++) {
    if (log.type[trace] === TRACE_TYPE_CODES.badref) continue;
    const handle = log.handle[trace]! & ~3;
    const entry = wanted.get(handle);
    if (entry === undefined) continue;
    // The newest open or close of the value decides: after a close, the list refers to an open that the log does not
    // have.
    wanted.delete(handle);
    if (log.type[trace] !== TRACE_TYPE_CODES.open || pairOf[trace] !== NO_TRACE) continue;
    objects.set(trace, objectOfEntry(entry));
  }
  return objects;
}

function objectOfEntry({ type, objectName, object }: HandleEntry): ObjectInfo {
  return {
    ...(type !== undefined && { type }),
    ...(objectName !== undefined && { name: objectName }),
    ...(object !== undefined && { address: object }),
  };
}
