/**
 * A whole recorder log, decoded. It is written by the program that it describes, perhaps while it is being read, so
 * nothing in it is trusted.
 *
 * @module
 */
import type { ByteSource } from "../byte_source.ts";
import { type Blob, LogFile } from "./_file.ts";
import {
  type EventColumns,
  type OpenHandleColumns,
  readEvents,
  readOpenHandles,
} from "./events.ts";
import { type LogHeader, readCalls, readHeader, readTypes, type RecordedCall } from "./header.ts";
import { BLOB_KIND } from "./layout.ts";
import {
  type HandleListing,
  readListings,
  readMarks,
  readModules,
  type RecordedMark,
  type RecordedModule,
} from "./records.ts";

/** Reads only the header of a log. Throws a `FormatError` if the file is not a log, or is damaged. */
export function readLogHeader(source: ByteSource): LogHeader {
  return readHeader(new LogFile(source));
}

/** A stack with counts of its operations. */
export interface RecordedStack {
  /** Return addresses, innermost first: the first is in the system call's stub. */
  readonly addresses: BigUint64Array;
  /** Which modules its addresses belong to, see {@linkcode RecordedModule.generation}. */
  readonly generation: number;
  /** Whether there were more frames than the log keeps. */
  readonly isCut: boolean;
  /** How many handles it opened in all, including those whose events the ring has lost. */
  readonly opened: number;
  /** How many of those were closed. */
  readonly closed: number;
  /** How many bad references it made. */
  readonly badReferences: number;
}

/** The contents of a log when it was read. */
export class RecorderLog {
  /** The log's name, for messages. */
  readonly fileName: string;
  /** The data on the log itself and its process. */
  readonly header: LogHeader;
  /** Calls by number. */
  readonly calls: readonly RecordedCall[];
  /** Names of object types by number; "" is the unknown one. */
  readonly types: readonly string[];
  /** Modules in load order. */
  readonly modules: readonly RecordedModule[];
  /** Marks in the order set. */
  readonly marks: readonly RecordedMark[];
  /** The handle table when recording began and, if the process ended itself, at its end. */
  readonly listings: readonly HandleListing[];
  /** Handles that were open: exact, no matter how many events the ring has lost. */
  readonly openHandles: OpenHandleColumns;
  /** The latest events. */
  readonly events: EventColumns;
  readonly #file: LogFile;

  /** Reads a log. Throws a `FormatError` if it is not one, or is damaged. */
  constructor(source: ByteSource) {
    const file = this.#file = new LogFile(source);
    this.fileName = source.name;
    // The table is read before the ring, and both before the data that their refs point to: a program that keeps
    // writing adds events to the ring that say what became of the handles in the table.
    const before = readHeader(file);
    this.openHandles = readOpenHandles(file, before);
    this.header = readHeader(file);
    this.events = readEvents(file, this.header);
    this.calls = readCalls(file);
    this.types = readTypes(file);
    this.modules = readModules(file, this.header);
    this.marks = readMarks(file, this.header);
    this.listings = readListings(file, this.header);
  }

  /** A stack by its ref; undefined for 0, a stack that was lost. */
  stack(ref: number): RecordedStack | undefined {
    if (ref === 0) return undefined;
    const blob = this.#file.blob(ref, BLOB_KIND.stack, "a stack");
    return {
      addresses: addressesOf(this.#file, blob),
      generation: blob.tag >>> 1,
      isCut: (blob.tag & 1) !== 0,
      opened: blob.opened,
      closed: blob.closed,
      badReferences: blob.bad,
    };
  }

  /** A name by its ref; undefined for 0. */
  name(ref: number): string | undefined {
    return this.#file.name(ref, "a name");
  }
}

function addressesOf(file: LogFile, { data }: Blob): BigUint64Array {
  const count = data.byteLength / 8;
  if (!Number.isInteger(count)) {
    throw file.error("it is damaged: a stack has an impossible number of frames");
  }
  return BigUint64Array.from({ length: count }, (_, index) => data.getBigUint64(index * 8, true));
}
