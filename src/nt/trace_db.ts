/**
 * The kernel's handle trace database: EPROCESS.ObjectTable to HANDLE_TABLE.DebugInfo to a ring of traces.
 *
 * Reference handle-tracing, B.5 (layout) and C.5 (the walk of a kernel-mode debugger extension).
 *
 * @module
 */
import type { EntryLayout, TraceLog } from "../trace_log.ts";
import { TraceQueryError } from "../target.ts";
import { fieldLayout, structureLayout, type WindowsLayouts } from "./layouts.ts";
import type { KernelProcess } from "./process.ts";
import { isSystemAddress, StructureReader, type StructureSpace } from "./structure_reader.ts";
import { entryState, isWanted, joinEntries, type TraceFilter } from "./trace_entries.ts";
import { LEAST_SLOTS, MOST_SLOTS } from "./tracing.ts";

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
 * Reads the traces of a process, newest first.
 *
 * The kernel adds one to the index before it writes, so the walk begins at CurrentStackIndex modulo the
 * number of slots and goes down, round the end of a ring that has wrapped, until it has been everywhere or
 * meets a blank slot. `parsed` counts the slots looked at, that blank one included. With a maximum the walk
 * ends as soon as it has that many traces, so `parsed` is then the number of slots looked at until the last
 * of them.
 */
export function readTraceDatabase(
  space: StructureSpace,
  process: KernelProcess,
  filter: TraceFilter = {},
): TraceLog {
  const database = openDatabase(space, process);
  const layout = kernelEntryLayout(space.layouts);
  const most = filter.maxTraces || database.slots;
  const entries: Uint8Array[] = [];
  let incomplete: string | undefined;
  let parsed = 0;
  while (parsed < database.slots && entries.length < most) {
    const slot = (database.newest - parsed + database.slots) % database.slots;
    const address = database.traces + BigInt(slot * layout.size);
    const entry = space.memory.read(address, layout.size);
    if (entry.length < layout.size) {
      incomplete = `the walk ended at slot 0x${slot.toString(16)}, whose memory is missing`;
      break;
    }
    parsed++;
    const state = entryState(entry, layout);
    if (state === "empty") break;
    if (state === "damaged") {
      incomplete = `the walk ended at slot 0x${slot.toString(16)}, which is damaged`;
      break;
    }
    if (isWanted(entry, layout, filter)) entries.push(entry);
  }
  return {
    bytes: joinEntries(entries, layout),
    layout,
    parsed,
    slots: database.slots,
    process: process.process,
    objectTable: process.objectTable,
    ...(incomplete !== undefined && { incomplete }),
  };
}

interface TraceDatabase {
  /** Number of slots of the ring. */
  readonly slots: number;
  /** Slot of the newest trace. */
  readonly newest: number;
  /** Address of slot 0. */
  readonly traces: bigint;
}

function openDatabase(space: StructureSpace, process: KernelProcess): TraceDatabase {
  const who = `process 0x${process.process.toString(16)} (${process.imageName})`;
  if (process.objectTable === 0n) {
    throw new TraceQueryError(
      `Cannot read the traces of ${who}: it has exited and its object table is gone`,
    );
  }
  const table = new StructureReader(space, "HANDLE_TABLE", process.objectTable);
  const address = table.pointer("DebugInfo");
  if (address === 0n) {
    throw new TraceQueryError(
      `Cannot read the traces of ${who}: handle tracing was never enabled for it; ` +
        `enable it with "!htrace -enable" in user mode or with Application Verifier`,
    );
  }
  const database = new StructureReader(space, "HANDLE_TRACE_DEBUG_INFO", address);
  const slots = slotsOf(space, database);
  const damage = whyDamaged(space, database, slots);
  if (damage !== undefined) {
    throw new TraceQueryError(
      `Cannot read the traces of ${who}: its trace database at 0x${
        address.toString(16)
      } ${damage}; ` +
        `the memory is damaged or the layouts are of another build`,
    );
  }
  return {
    slots,
    newest: database.number("CurrentStackIndex") % slots,
    traces: database.addressOf("TraceDb"),
  };
}

/** Windows XP has no TableSize: the array is declared with all its slots. */
function slotsOf(space: StructureSpace, database: StructureReader): number {
  if (database.has("TableSize")) return database.number("TableSize");
  const entry = structureLayout(space.layouts, "HANDLE_TRACE_DB_ENTRY");
  return fieldLayout(database.layout, "TraceDb").size / entry.size;
}

/** What no kernel leaves behind: a walk by such numbers would go through all of memory. */
function whyDamaged(
  space: StructureSpace,
  database: StructureReader,
  slots: number,
): string | undefined {
  if (!isSystemAddress(database.address, space.layouts.pointerSize)) {
    return "is not at a kernel address";
  }
  if (database.has("RefCount") && database.number("RefCount") === 0) {
    return "has no references and must have been freed";
  }
  const isPowerOfTwo = slots > 0 && (slots & (slots - 1)) === 0;
  if (!isPowerOfTwo || slots < LEAST_SLOTS || slots > MOST_SLOTS) {
    return `has a table size of 0x${slots.toString(16)}, which no kernel makes`;
  }
  return undefined;
}
