/**
 * The handle table as the system listed it, and what it shows about closes that had not returned.
 *
 * @module
 */
import { EVENT_KIND } from "./layout.ts";
import type { RecorderLog } from "./log.ts";

/** A handle table, listed by the system while the log was read or written. */
export interface HandleTable {
  /** The open handles with the names of their types, where known. */
  readonly handles: readonly { readonly handle: number; readonly type?: string | undefined }[];
  /** Events from this number on may or may not be reflected in the list. */
  readonly before: number;
}

/** The last handle table in a log: the one at the process's end. */
export function tableAtEnd({ listings, types }: RecorderLog): HandleTable | undefined {
  const end = listings.findLast(({ kind }) => kind === "end");
  if (end === undefined) return undefined;
  return {
    before: end.before,
    handles: Array.from(end.handles.handle, (handle, index) => ({
      handle,
      type: types[end.handles.type[index]!] || undefined,
    })),
  };
}

/**
 * Indices of closes that had not returned when the table was listed, but whose handles were not in it: the kernel had
 * closed them. A thread that is ended while it closes a handle leaves such a close.
 */
export function finishedCloses(
  { events }: RecorderLog,
  table: HandleTable | undefined,
): ReadonlySet<number> {
  const finished = new Set<number>();
  if (table === undefined) return finished;
  const listed = new Set(table.handles.map(({ handle }) => handle));
  for (let event = 0; event < events.count; event++) {
    const isEarlier = events.number[event]! < table.before;
    const isUnfinished = events.kind[event] === EVENT_KIND.closing;
    if (isUnfinished && isEarlier && !listed.has(events.handle[event]! & ~3)) finished.add(event);
  }
  return finished;
}
