/**
 * Handle operations (HandleOperationList, 18): the traces that handle tracing recorded.
 *
 * @module
 */
import type { PointerSize } from "../../memory.ts";
import type { EntryColumns, StackId, StackTable } from "../../trace_log.ts";
import { findStream, type Minidump } from "./dump.ts";
import {
  HANDLE_LIST_HEADER,
  HANDLE_OPERATION,
  HANDLE_OPERATION_LAYOUT as LAYOUT,
  LIMITS,
  STREAM,
} from "./format.ts";
import { entryChunks, type EntryList, incompleteOf, sizedList } from "./_entry_list.ts";

/** The handle operations of a dump, newest first. */
export interface HandleOperations extends EntryColumns {
  /** Number that the dump claims to have. */
  readonly stated: number;
  /** Why there are fewer, as the end of a message; absent if there are not. */
  readonly incomplete?: string;
}

const WORD_COLUMNS = ["handle", "processId", "threadId", "stack"] as const;

/** Size in bytes of an entry with room for one return address. */
const MIN_SIZE = LAYOUT.stack.offset + LAYOUT.stack.size;

/**
 * Reads the handle operations into columns; undefined if the dump has no such stream, because it was written without
 * handle tracing. Entries that were never written, or have an unknown type, are left out.
 */
export function readHandleOperations(
  dump: Minidump,
  stacks: StackTable,
): HandleOperations | undefined {
  const stream = findStream(dump, STREAM.handleOperationList);
  if (stream === undefined) return undefined;
  const list = sizedList(dump, stream, HANDLE_LIST_HEADER, {
    what: "handle operations",
    size: MIN_SIZE,
    most: LIMITS.operations,
  });
  const read = readColumns(normalizedChunks(dump, list), stacks, list.count);
  const { columns, damaged } = read;
  const leftOut = damaged > 0 ? `${damaged} of the handle operations are damaged` : undefined;
  const ended = read.taken < list.count
    ? `${read.taken} of ${list.stated} handle operations are read: htrace keeps no more stacks`
    : list.incomplete;
  return { ...columns, stated: list.stated, ...incompleteOf(ended, leftOut) };
}

/**
 * Reads entries a chunk at a time, so that the engine never holds all of them, until the limit of stacks or that of
 * their addresses is reached; `taken` is the number of entries that were read.
 */
function readColumns(
  chunks: Iterable<Uint8Array>,
  stacks: StackTable,
  room: number,
): { readonly columns: EntryColumns; readonly damaged: number; readonly taken: number } {
  const type = new Uint8Array(room);
  const columns = {
    handle: new Uint32Array(room),
    processId: new Uint32Array(room),
    threadId: new Uint32Array(room),
    stack: new Uint32Array(room),
  };
  const wideHandles = new Map<number, bigint>();
  let count = 0;
  let damaged = 0;
  let taken = 0;
  let addresses = 0;
  const met = new Set<StackId>();
  for (const bytes of chunks) {
    if (addresses >= LIMITS.stackAddresses || met.size >= LIMITS.stacks) break;
    taken += bytes.length / LAYOUT.size;
    const read = stacks.readEntries(bytes, LAYOUT);
    type.set(read.type, count);
    for (const name of WORD_COLUMNS) columns[name].set(read[name], count);
    read.wideHandles?.forEach((value, index) => wideHandles.set(count + index, value));
    count += read.count;
    damaged += read.damaged;
    for (const stack of new Set(read.stack).difference(met)) {
      met.add(stack);
      addresses += stacks.addresses(stack).length;
    }
  }
  return {
    columns: {
      count,
      type: type.subarray(0, count),
      handle: columns.handle.subarray(0, count),
      processId: columns.processId.subarray(0, count),
      threadId: columns.threadId.subarray(0, count),
      stack: columns.stack.subarray(0, count),
      ...(wideHandles.size > 0 && { wideHandles }),
    },
    damaged,
    taken,
  };
}

/**
 * The entries, a chunk at a time, each in the layout passed to the engine. Frames beyond an entry's depth are zero, and
 * values of a 32-bit process have 32 bits, because some writers extend the sign.
 */
function* normalizedChunks(dump: Minidump, list: EntryList): Generator<Uint8Array> {
  let entries = new Uint8Array();
  for (const { bytes, count } of entryChunks(dump, list)) {
    if (entries.length === 0) entries = new Uint8Array(count * LAYOUT.size);
    for (let index = 0; index < count; index++) {
      const start = index * list.stride;
      const length = Math.min(list.stride, LAYOUT.size);
      const entry = entries.subarray(index * LAYOUT.size, (index + 1) * LAYOUT.size);
      entry.set(bytes.subarray(start, start + length));
      entry.fill(0, length);
      normalize(entry, dump.system.pointerSize);
    }
    yield entries.subarray(0, count * LAYOUT.size);
  }
}

/** Clears the frames beyond the depth, and the upper halves of values if the target is 32-bit. */
function normalize(entry: Uint8Array, pointerSize: PointerSize): void {
  const view = new DataView(entry.buffer, entry.byteOffset, entry.byteLength);
  const { offset, size, frames } = LAYOUT.stack;
  const depth = Math.min(view.getUint32(HANDLE_OPERATION.fields.Depth[0], true), frames);
  entry.fill(0, offset + depth * size);
  if (pointerSize === 8) return;
  view.setUint32(LAYOUT.handle.offset + 4, 0, true);
  for (let frame = 0; frame < depth; frame++) view.setUint32(offset + frame * size + 4, 0, true);
}
