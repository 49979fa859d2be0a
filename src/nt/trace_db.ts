/**
 * The kernel's handle trace database: EPROCESS.ObjectTable to HANDLE_TABLE.DebugInfo to a ring of traces.
 *
 * Reference handle-tracing, B.5 (layout) and C.5 (the walk of a kernel-mode debugger extension).
 *
 * @module
 */
import type { EntryLayout } from "../entry_layout.ts";
import { columnsOf, type StackTable, type TraceLog } from "../trace_log.ts";
import { fieldLayout, structureLayout, type WindowsLayouts } from "./layouts.ts";
import type { KernelProcess } from "./process.ts";
import type { StructureSpace } from "./structure_reader.ts";
import { readTraceRing, type TraceRing } from "./trace_ring.ts";

/** HANDLE_TRACE_DB_ENTRY of one build in the terms of a trace log. */
function kernelEntryLayout(layouts: WindowsLayouts): EntryLayout {
  const entry = structureLayout(layouts, "HANDLE_TRACE_DB_ENTRY");
  const clientId = fieldLayout(entry, "ClientId").offset;
  const ids = structureLayout(layouts, "CLIENT_ID");
  const size = layouts.pointerSize;
  const stack = fieldLayout(entry, "StackTrace");
  return {
    name: entry.name,
    size: entry.size,
    handle: { offset: fieldLayout(entry, "Handle").offset, size },
    processId: { offset: clientId + fieldLayout(ids, "UniqueProcess").offset, size },
    threadId: { offset: clientId + fieldLayout(ids, "UniqueThread").offset, size },
    type: { offset: fieldLayout(entry, "Type").offset, size: 4 },
    stack: { offset: stack.offset, size, frames: stack.size / size },
  };
}

/**
 * Reads all traces of a process, newest first, including those after blank or missing slots, where a debugger's walk
 * ends. Throws a `TargetError` if the process has no trace database, or not one that a kernel could have made.
 */
export function readTraceDatabase(
  space: StructureSpace,
  process: KernelProcess,
  into: StackTable,
): TraceLog {
  const ring = readTraceRing(space, process);
  const entries = into.readEntries(ring.entries, kernelEntryLayout(space.layouts));
  const incomplete = lossOf(ring, entries.damaged);
  return {
    ...columnsOf(entries),
    stacks: into,
    readAt: new Date(),
    parsed: ring.looked,
    ...(ring.walk.parsed < ring.looked && {
      walk: { traces: ring.walk.dumped, parsed: ring.walk.parsed },
    }),
    slots: ring.slots,
    process: process.process,
    objectTable: process.objectTable,
    ...(incomplete !== undefined && { incomplete }),
  };
}

/** What was lost from a ring, as a clause for messages: how many slots, and how many for each reason. */
function lossOf({ lost, slots }: TraceRing, damaged: number): string | undefined {
  const causes = Array.from(lost, ([reason, count]) => `${count} (${reason})`);
  const count = lost.values().reduce((sum, slotsOfCause) => sum + slotsOfCause, 0);
  const losses = [
    ...(count > 0 ? [`${count} of ${slots} slots cannot be read: ${causes.join(", ")}`] : []),
    ...(damaged > 0 ? [`${damaged} slots are damaged`] : []),
  ];
  return losses.length === 0 ? undefined : losses.join(", ");
}
