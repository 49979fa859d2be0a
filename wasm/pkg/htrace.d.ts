/* tslint:disable */
/* eslint-disable */
/**
 * Makes an empty stack table, and returns its number.
 */
export function openStackTable(): number;
/**
 * Frees a stack table. Numbers are not reused, so one that is kept too long does no harm.
 */
export function closeStackTable(number: number): void;
/**
 * Number of stacks in a table.
 */
export function stackCount(number: number): number;
/**
 * The return addresses of a stack.
 */
export function stackAddresses(number: number, stack: number): BigUint64Array;
/**
 * Ids of stacks, new or known, given their addresses one after the other and where each ends.
 */
export function internStacks(number: number, addresses: BigUint64Array, ends: Uint32Array): Uint32Array;
/**
 * The stacks of a column without their leading addresses from `user_end` on.
 */
export function withoutKernelFrames(number: number, stacks: Uint32Array, user_end: bigint): Uint32Array;
/**
 * Reads whole entries into columns, newest first, and interns their stacks; `layout` is in the form for
 * [`EntryLayout::from_numbers`]. Entries that are not traces are left out, or end reading.
 */
export function readEntries(number: number, bytes: Uint8Array, layout: Uint32Array, oldest_first: boolean, stop_at_gap: boolean): EntriesRead;
/**
 * Pairs the traces of a log, groups the `newest` of them by opening stack, and finds the misuses among those. `stacks`
 * are the stacks to group by, from a table of `stack_count` stacks; if `selected` is given, only opens and bad
 * references whose byte in it is not 0 count.
 */
export function analyzeLog(log: OperationColumns, stacks: Uint32Array, stack_count: number, newest: number, selected?: Uint8Array | null): AnalysisColumns;
/**
 * Indices of the outstanding opens among the `newest` traces of a log, newest first.
 */
export function outstandingTraces(log: OperationColumns, newest: number): Uint32Array;
/**
 * Number of outstanding opens of a log for each of the `stack_count` stacks in its table.
 */
export function outstandingByStack(log: OperationColumns, stacks: Uint32Array, stack_count: number): Uint32Array;
/**
 * Number of traces of `now` that are newer than an earlier `snapshot` of the same ring over the same table of
 * `stack_count` stacks; `0xffffffff` if the snapshot's newest trace is gone from it. `slots` is the ring's capacity,
 * if known.
 */
export function countNewTraces(snapshot: LogColumns, now: LogColumns, stack_count: number, slots?: number | null): number;
/**
 * Index of the module that contains each address, `0xffffffff` outside all of them.
 *
 * `bases` ascend; `sizes` are in bytes, one per base.
 */
export function locateModules(bases: BigUint64Array, sizes: Uint32Array, addresses: BigUint64Array): Uint32Array;
/**
 * Opens a PDB of `size` bytes that `read(offset, length)` reads, and returns its number.
 *
 * `guid` (32 upper-case hex digits, or empty for any) and `age` are those that the image asks for; another build's PDB
 * is rejected.
 */
export function openPdb(size: number, read: Function, guid: string, age: number): number;
/**
 * Opens an image for its own symbols, and returns its number; `0xffffffff` if it has none.
 */
export function openImage(size: number, read: Function): number;
/**
 * Whether an image's names are its exports, rather than its COFF symbols.
 */
export function areExports(number: number): boolean;
/**
 * Which PDB an image asks for, one item per line: GUID (32 upper-case hex digits), age (decimal), path; empty if it
 * asks for none.
 */
export function readPdbId(size: number, read: Function): string;
/**
 * Time stamp and size in memory of an image, by which symbol stores identify its builds.
 */
export function readImageKey(size: number, read: Function): Uint32Array;
/**
 * Frees a symbol file. Numbers are not reused, so one that is kept too long does no harm.
 */
export function closeSymbols(number: number): void;
/**
 * Names RVAs; the result has six numbers for each: symbol, displacement, file, line, and where its inlined frames
 * begin and end among those that [`take_inlined`] returns. Symbol and file are numbers of strings (`0xffffffff`:
 * none), see [`take_strings`]; line 0 is none.
 */
export function symbolizeRvas(number: number, rvas: Uint32Array, options: number): Uint32Array;
/**
 * Where symbols begin below `end`, descending, after two numbers: the RVA down to which everything was searched, and
 * how many look-ups that took, at most `max_lookups`.
 */
export function symbolBegins(number: number, end: number, max_lookups: number): Uint32Array;
/**
 * The first problem with the data for names while the last result was made; empty if there was none.
 */
export function takeProblem(number: number): string;
/**
 * The same for lines and inlined frames.
 */
export function takeLineProblem(number: number): string;
/**
 * Inlined frames of the last result, three numbers each: symbol, file, line; innermost first in a frame.
 */
export function takeInlined(number: number): Uint32Array;
/**
 * Other names of symbols of the last result, two numbers each: the symbol, and the other name; those of one symbol
 * follow each other.
 */
export function takeAlsoNamed(number: number): Uint32Array;
/**
 * End of each string of the last result in the text that [`take_strings`] returns, in UTF-16 code units.
 */
export function takeStringEnds(number: number): Uint32Array;
/**
 * All strings of the last result, joined.
 */
export function takeStrings(number: number): string;

/** What the traces of a log did to which handles; wide handles by their traces. */
export interface OperationColumns {
  readonly type: Uint8Array;
  readonly handle: Uint32Array;
  readonly wideTraces: Uint32Array;
  readonly wideHandles: BigUint64Array;
}
/** All columns of a log. */
export interface LogColumns extends OperationColumns {
  readonly processId: Uint32Array;
  readonly threadId: Uint32Array;
  readonly stack: Uint32Array;
  readonly time?: Float64Array | undefined;
}
/** Entries as columns; `firstEmpty` and `firstDamaged` are 0xffffffff if there is none. */
export interface EntriesRead extends LogColumns {
  readonly empty: number;
  readonly firstEmpty: number;
  readonly damaged: number;
  readonly firstDamaged: number;
}
/** An analysis: a pair per trace; a value per group, with its lists by start; a value per misuse. */
export interface AnalysisColumns {
  readonly pairs: Uint32Array;
  readonly groupStacks: Uint32Array;
  readonly opened: Uint32Array;
  readonly closed: Uint32Array;
  readonly badReferences: Uint32Array;
  readonly outstandingStarts: Uint32Array;
  readonly outstandingTraces: Uint32Array;
  readonly closerStarts: Uint32Array;
  readonly closerStacks: Uint32Array;
  readonly closerCounts: Uint32Array;
  readonly misuseBadReferences: Uint32Array;
  readonly misuseCloses: Uint32Array;
  readonly misuseOpens: Uint32Array;
}


/**
 * The file in a cabinet.
 */
export class CabinetReader {
  free(): void;
  /**
   * Opens a cabinet of `size` bytes that `read(offset, length)` reads.
   */
  constructor(size: number, read: Function);
  /**
   * The next piece of the file, up to 32 KiB; none after its end.
   */
  nextPiece(): Uint8Array | undefined;
}
