/**
 * The shapes of trace entries in the bytes of a source.
 *
 * Traces come in several shapes (32- and 64-bit query entries of 16 frames, kernel records with a different field
 * order, dump operations of 32 frames). Only the file that reads the surrounding structure knows a layout; the stack
 * table reads entries of any layout into columns.
 *
 * @module
 */

/** The place of an integer field in an entry: byte offset and width in bytes. */
export interface EntryField {
  /** Byte offset from the start of the entry. */
  readonly offset: number;
  /** Width in bytes, little-endian. */
  readonly size: 4 | 8;
}

/** The shape of one entry. */
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
  /** The return addresses: offset of the first, width of each, and how many fit. */
  readonly stack: EntryField & {
    /** Number of return addresses that an entry has room for. */
    readonly frames: number;
  };
}
