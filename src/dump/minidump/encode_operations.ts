/**
 * Encodes traces as the HandleOperationList stream (18).
 *
 * @module
 */
import type { EntryColumns, TraceLog } from "../../trace_log.ts";
import { encodeStructure, writeStructure } from "../structure_table.ts";
import {
  HANDLE_LIST_HEADER,
  HANDLE_OPERATION,
  HANDLE_OPERATION_LAYOUT as LAYOUT,
} from "./format.ts";

/** Traces in columns, newest first, and the table of their stacks. */
export type OperationColumns = EntryColumns & Pick<TraceLog, "stacks">;

/** The stream, and what did not fit. */
export interface EncodedOperations {
  /** The stream: header and entries. */
  readonly bytes: Uint8Array;
  /** Number of traces whose stacks were truncated to 32 frames. */
  readonly cutStacks: number;
}

/** Encodes traces: 288 bytes each, with room for 32 return addresses; the outermost of longer stacks are left out. */
export function encodeOperations(traces: OperationColumns): EncodedOperations {
  const header = HANDLE_LIST_HEADER.size;
  const bytes = new Uint8Array(header + traces.count * LAYOUT.size);
  bytes.set(encodeStructure(HANDLE_LIST_HEADER, {
    SizeOfHeader: header,
    SizeOfEntry: LAYOUT.size,
    NumberOfEntries: traces.count,
  }));
  const view = new DataView(bytes.buffer);
  let cutStacks = 0;
  for (let index = 0; index < traces.count; index++) {
    const start = header + index * LAYOUT.size;
    const stack = traces.stacks.addresses(traces.stack[index]!);
    const depth = Math.min(stack.length, LAYOUT.stack.frames);
    if (depth < stack.length) cutStacks++;
    const values = {
      Handle: traces.wideHandles?.get(index) ?? BigInt(traces.handle[index]!),
      ProcessId: traces.processId[index]!,
      ThreadId: traces.threadId[index]!,
      OperationType: traces.type[index]!,
      Depth: depth,
    };
    writeStructure(HANDLE_OPERATION, values, bytes, start);
    for (let frame = 0; frame < depth; frame++) {
      view.setBigUint64(
        start + LAYOUT.stack.offset + frame * LAYOUT.stack.size,
        stack[frame]!,
        true,
      );
    }
  }
  return { bytes, cutStacks };
}
