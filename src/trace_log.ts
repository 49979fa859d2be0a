/**
 * The traces read from a target at one time, in the bytes that their source has.
 *
 * Traces come in several shapes (32- and 64-bit query entries of 16 frames, kernel records with another
 * field order, dump operations of 32 frames). A log keeps them unconverted beside a description of the
 * shape, so that the engine takes them whole and nothing is cut.
 *
 * @module
 */
import type { HandleTrace } from "./trace.ts";
import { traceTypeOf } from "./trace.ts";

/** Where an integer field stands in an entry: byte offset and width in bytes. */
export interface EntryField {
  /** Byte offset from the start of the entry. */
  readonly offset: number;
  /** Width in bytes, little-endian. */
  readonly size: 4 | 8;
}

/** The shape of one entry of a {@linkcode TraceLog}. */
export interface EntryLayout {
  /** Name of the structure, as its header spells it. */
  readonly name: string;
  /** Bytes from one entry to the next. */
  readonly size: number;
  /** The handle value. */
  readonly handle: EntryField;
  /** Id of the process whose thread did the operation. */
  readonly processId: EntryField;
  /** Id of the thread that did the operation. */
  readonly threadId: EntryField;
  /** Kind of operation, see `TRACE_TYPE_CODES`. */
  readonly type: EntryField;
  /** The return addresses: offset of the first, width of each, and how many there is room for. */
  readonly stack: EntryField & {
    /** Number of return addresses that an entry has room for. */
    readonly frames: number;
  };
}

/** Traces read at one time, newest first. */
export interface TraceLog {
  /** Whole entries, newest first, `layout.size` bytes each; no empty slots among them. */
  readonly bytes: Uint8Array;
  /** The shape of an entry. */
  readonly layout: EntryLayout;
  /**
   * Traces looked at before the handle filter and the maximum were applied, as `!htrace` prints them.
   * The kernel-mode walk also counts the blank slot that ended it (output reference, "Parsed and Dumped").
   */
  readonly parsed: number;
  /** Capacity of the ring that the traces were read from, where the target tells it. */
  readonly slots?: number;
  /** Why traces are missing that the target should have, as the end of a sentence; absent when whole. */
  readonly incomplete?: string;
  /** Address of the EPROCESS that was walked, in kernel mode. */
  readonly process?: bigint;
  /** Address of that process's HANDLE_TABLE, in kernel mode. */
  readonly objectTable?: bigint;
}

/** Number of traces in a log. */
export function traceCount(log: TraceLog): number {
  return Math.floor(log.bytes.length / log.layout.size);
}

/** Reads trace `index` (0 is the newest). Throws a RangeError outside the log or on an unknown type. */
export function traceAt(log: TraceLog, index: number): HandleTrace {
  if (!Number.isInteger(index) || index < 0 || index >= traceCount(log)) {
    throw new RangeError(`Cannot read trace ${index}: the log has ${traceCount(log)} traces`);
  }
  const { layout, bytes } = log;
  const start = index * layout.size;
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, layout.size);
  const code = readField(view, layout.type);
  const type = traceTypeOf(Number(code));
  if (type === undefined) {
    throw new RangeError(`Cannot read trace ${index}: its type is ${code}, expected 1 to 3`);
  }
  return {
    type,
    handle: Number(readField(view, layout.handle) & 0xffff_ffffn),
    processId: Number(readField(view, layout.processId)),
    threadId: Number(readField(view, layout.threadId)),
    stack: readStack(view, layout.stack),
  };
}

function readField(view: DataView, field: EntryField): bigint {
  return field.size === 8
    ? view.getBigUint64(field.offset, true)
    : BigInt(view.getUint32(field.offset, true));
}

/** A stack ends at its first zero address or with the last frame there is room for. */
function readStack(view: DataView, stack: EntryLayout["stack"]): BigUint64Array {
  const addresses: bigint[] = [];
  for (let frame = 0; frame < stack.frames; frame++) {
    const offset = stack.offset + frame * stack.size;
    const address = readField(view, { offset, size: stack.size });
    if (address === 0n) break;
    addresses.push(address);
  }
  return BigUint64Array.from(addresses);
}
