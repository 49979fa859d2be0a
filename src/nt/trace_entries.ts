/**
 * Choosing entries of a trace log without converting them.
 *
 * @module
 */
import type { TraceQuery } from "../target.ts";
import type { EntryLayout } from "../trace_log.ts";
import { traceTypeOf } from "../trace.ts";

/** Which traces of a process are wanted. */
export type TraceFilter = Omit<TraceQuery, "process">;

/** Whether two handle values mean the same handle: the two low bits are the caller's own. */
function isSameHandle(handle: number, other: number): boolean {
  return ((handle ^ other) & ~3) === 0;
}

/** Whether an entry is of the wanted handle. */
export function isWanted(entry: Uint8Array, layout: EntryLayout, filter: TraceFilter): boolean {
  const handle = unsigned32(entry, layout.handle.offset);
  return !filter.handle || isSameHandle(handle, filter.handle);
}

/** What an entry's type says: a trace, an empty slot, or nothing that a kernel writes. */
export function entryState(entry: Uint8Array, layout: EntryLayout): "trace" | "empty" | "damaged" {
  const code = unsigned32(entry, layout.type.offset);
  if (code === 0) return "empty";
  return traceTypeOf(code) === undefined ? "damaged" : "trace";
}

/** Whether an entry has at least one return address. */
export function hasStack(entry: Uint8Array, layout: EntryLayout): boolean {
  const { offset, size } = layout.stack;
  return entry.subarray(offset, offset + size).some((byte) => byte !== 0);
}

/** Entries one behind the other, as a log has them. */
export function joinEntries(entries: readonly Uint8Array[], layout: EntryLayout): Uint8Array {
  const bytes = new Uint8Array(entries.length * layout.size);
  entries.forEach((entry, index) => bytes.set(entry, index * layout.size));
  return bytes;
}

/** Whole entries of a block of them. */
export function splitEntries(bytes: Uint8Array, layout: EntryLayout): Uint8Array[] {
  const count = Math.floor(bytes.length / layout.size);
  return Array.from(
    { length: count },
    (_, index) => bytes.subarray(index * layout.size, (index + 1) * layout.size),
  );
}

function unsigned32(entry: Uint8Array, offset: number): number {
  return new DataView(entry.buffer, entry.byteOffset, entry.byteLength).getUint32(offset, true);
}
