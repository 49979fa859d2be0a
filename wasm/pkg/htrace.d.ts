/* tslint:disable */
/* eslint-disable */
/**
 * Expands the file in a cabinet; `write(bytes)` is called with its pieces in their order.
 */
export function expandCabinet(bytes: Uint8Array, write: Function): void;
/**
 * Compares a log with an earlier one of the same ring; `slots` is the ring's capacity, where it is known.
 */
export function diffLogs(snapshot: Uint8Array, now: Uint8Array, layout: Uint32Array, slots?: number | null): LogDiff;
/**
 * Interns the stacks of a log, pairs its traces, and groups the `newest` of them. Leading return addresses
 * from `kernel_start` on, where it is given, are left out of the stacks.
 */
export function analyzeLog(bytes: Uint8Array, layout: Uint32Array, newest: number, kernel_start?: bigint | null): LogTables;
/**
 * Index of the module that contains each address, `0xffffffff` outside all of them.
 *
 * `bases` ascend; `sizes` are in bytes, one a base.
 */
export function locateModules(bases: BigUint64Array, sizes: Uint32Array, addresses: BigUint64Array): Uint32Array;
/**
 * Opens a PDB of `size` bytes that `read(offset, length)` reads, and gives its number.
 *
 * `guid` (32 upper-case hex digits, or empty for any) and `age` are what the image asks for; another build's
 * PDB is refused.
 */
export function openPdb(size: number, read: Function, guid: string, age: number): number;
/**
 * Opens an image for its own symbols, and gives its number; `0xffffffff` when it has none.
 */
export function openImage(size: number, read: Function): number;
/**
 * Whether an image's names are its exports, rather than its COFF symbols.
 */
export function areExports(number: number): boolean;
/**
 * Which PDB an image asks for, a line each: GUID (32 upper-case hex digits), age (decimal), path; empty
 * where it asks for none.
 */
export function readPdbId(size: number, read: Function): string;
/**
 * Time stamp of an image and the bytes that it takes in memory: what symbol stores tell its builds by.
 */
export function readImageKey(size: number, read: Function): Uint32Array;
/**
 * Forgets a file of symbols. Numbers are not given out again, so one that is kept too long does no harm.
 */
export function closeSymbols(number: number): void;
/**
 * Names RVAs; the answer has six numbers for each: symbol, displacement, file, line, and where its inlined
 * frames begin and end among those that [`take_inlined`] gives. Symbol and file are numbers of strings
 * (`0xffffffff`: none), see [`take_strings`]; line 0 is none.
 */
export function symbolizeRvas(number: number, rvas: Uint32Array, options: number): Uint32Array;
/**
 * What was wrong first with the file while the last answer was made; empty for nothing.
 */
export function takeProblem(number: number): string;
/**
 * Inlined frames of the last answer, three numbers each: symbol, file, line; innermost first in a frame.
 */
export function takeInlined(number: number): Uint32Array;
/**
 * End of each string of the last answer in the text that [`take_strings`] gives, in UTF-16 code units.
 */
export function takeStringEnds(number: number): Uint32Array;
/**
 * All strings of the last answer in a row.
 */
export function takeStrings(number: number): string;
/**
 * What is new in a log, and which of it is outstanding.
 */
export class LogDiff {
  private constructor();
  free(): void;
  /**
   * Moves out the indices of the outstanding opens, newest first.
   */
  takeOutstanding(): Uint32Array;
  /**
   * Number of traces newer than the snapshot.
   */
  readonly newTraces: number;
  /**
   * Whether traces between the snapshot and the log are lost.
   */
  readonly historyLost: boolean;
}
/**
 * The columns that a log was taken apart into.
 */
export class LogTables {
  private constructor();
  free(): void;
  /**
   * Moves out the stack id of each trace.
   */
  takeStackOf(): Uint32Array;
  /**
   * Moves out the return addresses of all stacks, one after the other.
   */
  takeStackAddresses(): BigUint64Array;
  /**
   * Moves out where each stack begins among the addresses, and where the last one ends.
   */
  takeStackStarts(): Uint32Array;
  /**
   * Moves out the partner of each trace; `u32::MAX` for none.
   */
  takePairs(): Uint32Array;
  /**
   * Moves out the opening stack of each group.
   */
  takeGroupStacks(): Uint32Array;
  /**
   * Moves out how often each group opened.
   */
  takeGroupOpened(): Uint32Array;
  /**
   * Moves out how many opens of each group are outstanding no more.
   */
  takeGroupClosed(): Uint32Array;
  /**
   * Moves out the number of bad references of each group.
   */
  takeGroupBadReferences(): Uint32Array;
  /**
   * Moves out where the outstanding opens of each group begin, and where the last ones end.
   */
  takeOutstandingStarts(): Uint32Array;
  /**
   * Moves out the outstanding opens of all groups.
   */
  takeOutstandingTraces(): Uint32Array;
  /**
   * Moves out where the closing stacks of each group begin, and where the last ones end.
   */
  takeCloserStarts(): Uint32Array;
  /**
   * Moves out the closing stacks of all groups.
   */
  takeCloserStacks(): Uint32Array;
  /**
   * Moves out how many handles each of them closed.
   */
  takeCloserCounts(): Uint32Array;
}
