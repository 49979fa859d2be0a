/**
 * A handle list: handles without traces, as `handle.exe` and the debugger's `!handle` print them.
 *
 * @module
 */

/** What printed a table. `(5.0)` marks the odd forms of that version of handle.exe. */
export type HandleTableSource =
  | "!handle"
  | "!handle (kernel)"
  | "handle.exe -s"
  | "handle.exe -a"
  | "handle.exe -v"
  | "handle.exe -v (5.0)"
  | "handle.exe -u"
  | "handle.exe -u (5.0)";

/** The process of a table, as far as the text says. */
export interface HandleTableProcess {
  /** Image file name. */
  readonly name?: string;
  /** Process id. */
  readonly processId?: number;
  /** Address of its EPROCESS, in kernel mode. */
  readonly process?: bigint;
  /** Its user, as `handle.exe` prints it. */
  readonly user?: string;
}

/** A handle of a list. */
export interface ListedHandle {
  /** The handle value. */
  readonly handle: number;
  /** Name of the object's type; absent where the list has none. */
  readonly type?: string;
  /** Name of the object; absent where it has none. */
  readonly name?: string;
  /** Sharing of a file, as `RW-`. */
  readonly share?: string;
  /** Address of the object. */
  readonly object?: bigint;
  /** Granted access mask. */
  readonly grantedAccess?: number;
  /** Handles to the object. */
  readonly handleCount?: number;
  /** References to the object. */
  readonly pointerCount?: number;
}

/** The handles of one process, or the counts of a summary. */
export interface HandleTable {
  /** What printed it. */
  readonly source: HandleTableSource;
  /** Line at which it begins, from 1. */
  readonly line: number;
  /** The debugger's prompt before it, where there is one. */
  readonly prompt?: string;
  /** Its process; absent where the text does not say. */
  readonly process?: HandleTableProcess;
  /** Number of handles: as stated, else of the rows. */
  readonly total: number;
  /** Handles by type: as stated, else of the rows. */
  readonly types: ReadonlyMap<string, number>;
  /** Handles by type and name, of all rows; the empty name is that of objects without one. */
  readonly names: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** The handles, in the order of the text; of a very long list the first ones. */
  readonly rows: readonly ListedHandle[];
  /** What is missing of it; absent when nothing is known to be. */
  readonly incomplete?: string;
}

/** How much of the handle lists of one text is kept. */
export interface HandleListLimits {
  /** Rows that are kept, some hundred bytes each; further ones are counted. A process has 16 million at most. */
  readonly rows: number;
  /** Different names, of objects and types; further ones are counted under their type. */
  readonly names: number;
  /** Characters of those names. */
  readonly nameChars: number;
  /** Tables: one a process. */
  readonly tables: number;
}

/** The limits. */
export const HANDLE_LIST_LIMITS: HandleListLimits = {
  rows: 150_000,
  names: 100_000,
  nameChars: 32_000_000,
  tables: 100_000,
};

/** What stands for the names of objects that were too many to keep. */
export const OTHER_NAMES = "(other names)";
