/**
 * Handle lists: handles without traces, as printed by `handle.exe` and the debugger's `!handle`.
 *
 * @module
 */

/** The program and option that printed a table. `(5.0)` marks the odd forms of that version of handle.exe. */
export type HandleTableSource =
  | "!handle"
  | "!handle (kernel)"
  | "handle.exe -s"
  | "handle.exe -a"
  | "handle.exe -v"
  | "handle.exe -v (5.0)"
  | "handle.exe -u"
  | "handle.exe -u (5.0)";

/** The process of a table, as far as the text describes it. */
export interface HandleTableProcess {
  /** Image file name. */
  readonly name?: string;
  /** Process id. */
  readonly processId?: number;
  /** Address of its EPROCESS, in kernel mode. */
  readonly process?: bigint;
  /** Its user, as printed by `handle.exe`. */
  readonly user?: string;
}

/** A handle in a list. */
export interface ListedHandle {
  /** The handle value. */
  readonly handle: number;
  /** Name of the object's type; absent if the list has none. */
  readonly type?: string;
  /** Name of the object; absent if it has none. */
  readonly name?: string;
  /** Sharing mode of a file, such as `RW-`. */
  readonly share?: string;
  /** Address of the object. */
  readonly object?: bigint;
  /** Granted access mask. */
  readonly grantedAccess?: number;
  /** Number of handles to the object. */
  readonly handleCount?: number;
  /** Number of references to the object. */
  readonly pointerCount?: number;
}

/** The handles of one process, or the counts of a summary. */
export interface HandleTable {
  /** The program and option that printed it. */
  readonly source: HandleTableSource;
  /** Line at which it begins, from 1. */
  readonly line: number;
  /** The debugger's prompt before it, if any. */
  readonly prompt?: string;
  /** Its process; absent if the text does not say. */
  readonly process?: HandleTableProcess;
  /** Number of handles: as stated, otherwise the number of rows. */
  readonly total: number;
  /** Number of handles by type: as stated, otherwise counted from the rows. */
  readonly types: ReadonlyMap<string, number>;
  /** Number of handles by type and name, from all rows; the empty name stands for objects without one. */
  readonly names: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** The handles, in the order of the text; only the first ones of a very long list. */
  readonly rows: readonly ListedHandle[];
  /** What is missing from the table; absent if nothing is known to be missing. */
  readonly incomplete?: string;
}

/** How much is kept from the handle lists of one text. */
export interface HandleListLimits {
  /** Rows, some hundred bytes each; further ones are only counted. A process has at most 16 million handles. */
  readonly rows: number;
  /** Distinct names of objects and types; further names of objects are counted together under their type. */
  readonly names: number;
  /** Characters of those names. */
  readonly nameChars: number;
  /** Tables, one per process. */
  readonly tables: number;
}

/** The default limits. */
export const HANDLE_LIST_LIMITS: HandleListLimits = {
  rows: 150_000,
  names: 100_000,
  nameChars: 32_000_000,
  tables: 100_000,
};

/** Stands for the names beyond the limit. */
export const OTHER_NAMES = "(other names)";
