/**
 * Reads one entry of an answer, line by line.
 *
 * @module
 */
import { hexNumber } from "../handle_list/hex_number.ts";
import { TRACE_TYPE_CODES } from "../trace.ts";
import type { EntryColumns } from "./entry_columns.ts";
import type { FrameTable, LogFrame, StackList } from "./frame_table.ts";
import { type FrameText, readFrame } from "./frame_text.ts";
import { LOG_LIMITS } from "./limits.ts";

/** Where the frames, stacks and entries of a log are collected. */
export interface LogTables {
  readonly frames: FrameTable;
  readonly stacks: StackList;
  readonly entries: EntryColumns;
}

/** The first line of an entry. */
export interface EntryHead {
  /** A code of `TRACE_TYPE_CODES`. */
  readonly type: number;
  readonly handle: bigint;
  /** Number of digits of the handle as printed: those of a pointer in user mode, as many as needed in kernel mode. */
  readonly digits: number;
  readonly mode: "user" | "kernel";
}

/** What was noticed about an entry that has ended. */
export interface EndedEntry {
  /** Whether it has more than its first line. */
  readonly isFull: boolean;
  /** Whether lines of it are cut. */
  readonly hasCutLines: boolean;
  /** Whether the text ends inside it. */
  readonly endsInside: boolean;
}

const HEAD =
  /^Handle\s+(=\s*)?0x([0-9A-Fa-f`]{1,32})\s+\S\s*(?:\*\s*)*(OPEN|CLOSE|BAD\s+REFERENCE)/;
const TYPES: Readonly<Record<string, number>> = {
  OPEN: TRACE_TYPE_CODES.open,
  CLOSE: TRACE_TYPE_CODES.close,
};

/** Reads the first line of an entry; undefined if it is cut off before it names the operation. */
export function readHead(text: string): EntryHead | undefined {
  const found = HEAD.exec(text);
  if (found === null) return undefined;
  const [, equals, printed = "", type = ""] = found;
  const digits = printed.replaceAll("`", "");
  return {
    type: TYPES[type] ?? TRACE_TYPE_CODES.badref,
    handle: hexNumber(digits) & 0xffff_ffff_ffff_ffffn,
    digits: digits.length,
    mode: equals === undefined ? "kernel" : "user",
  };
}

/** Reads entries into the tables of a log. */
export class EntryReader {
  readonly #tables: LogTables;
  #head: EntryHead | undefined;
  #frames: number[] = [];
  #hasThread = false;
  #threadId = 0;
  #processId = 0;
  /**
   * Whether the thread line seems cut, and a frame whose displacement does: both count as whole unless the text ends.
   */
  #isThreadDoubtful = false;
  #doubtful: FrameText | undefined;
  #hasCutLines = false;

  /** Creates a reader that adds to the tables of a log. */
  constructor(tables: LogTables) {
    this.#tables = tables;
  }

  /** Whether an entry is open, so that a frame belongs to it. */
  get isOpen(): boolean {
    return this.#head !== undefined;
  }

  /** Begins an entry. */
  begin(head: EntryHead): void {
    this.#head = head;
    this.#frames = [];
    this.#threadId = this.#processId = 0;
    this.#hasThread = this.#isThreadDoubtful = this.#hasCutLines = false;
    this.#doubtful = undefined;
  }

  /** Takes the line with thread id and process id. */
  takeThread(text: string): void {
    const thread = digitsBehind(/^Thread ID\s*=\s*0x([0-9A-Fa-f`]+)/, text);
    const process = digitsBehind(/Process ID\s*=\s*0x([0-9A-Fa-f`]+)/, text);
    const isThreadCut = !text.includes(",") && thread.length < (this.#head?.digits ?? 0);
    this.#hasThread = true;
    this.#threadId = isThreadCut ? 0 : idOf(thread);
    this.#processId = idOf(process);
    this.#isThreadDoubtful = process.length < thread.length;
  }

  /** Takes a frame and returns the number of digits of its address. */
  takeFrame(text: string): number {
    const read = readFrame(text);
    if (read === undefined) return 0;
    if (this.#frames.length >= LOG_LIMITS.framesOfEntry) {
      this.#hasCutLines = true;
      return read.addressDigits;
    }
    this.#settle(false);
    // In user mode displacements have all digits; one with fewer may be cut.
    const isPadded = this.#head?.mode === "user" && this.#head.digits === read.addressDigits;
    if (read.displacement === "unpadded" && isPadded) this.#doubtful = read;
    else this.#addFrame(read.frame);
    return read.addressDigits;
  }

  /** Takes a frame that is already in the table. */
  takeKnownFrame(frame: number): void {
    this.#settle(false);
    if (this.#frames.length < LOG_LIMITS.framesOfEntry) this.#push(frame);
    else this.#hasCutLines = true;
  }

  /** Takes the last characters of a text, which may be the beginning of a frame. */
  takeCutAddress(digits: string): void {
    this.#settle(false);
    const isWhole = digits.length === 16 || digits.length === 8 && this.#head?.digits === 8;
    this.#addFrame({ ...(isWhole ? { address: hexNumber(digits) } : {}), isCut: true });
  }

  /** Ends the open entry; `isAtEnd` if the text ends with it. */
  end(isAtEnd: boolean): EndedEntry | undefined {
    const head = this.#head;
    if (head === undefined) return undefined;
    const isThreadCut = isAtEnd && this.#isThreadDoubtful && this.#frames.length === 0;
    if (isThreadCut) this.#processId = 0;
    this.#settle(isAtEnd);
    this.#head = undefined;
    const isFull = this.#hasThread || this.#frames.length > 0;
    // User mode prints both ids of every entry, and no thread or process of a user has the id 0.
    const hasIds = this.#threadId !== 0 && this.#processId !== 0;
    const lacksThread = head.mode === "user" && this.#frames.length > 0 && !hasIds;
    const last = this.#frames.at(-1);
    const isLastCut = last !== undefined && this.#tables.frames.isCut(last);
    this.#tables.entries.push({
      type: head.type,
      handle: head.handle,
      processId: this.#processId,
      threadId: this.#threadId,
      stack: this.#tables.stacks.intern(this.#frames),
    });
    return {
      isFull,
      hasCutLines: this.#hasCutLines || isLastCut && !isAtEnd || lacksThread,
      endsInside: isAtEnd && (isThreadCut || isLastCut || head.mode === "user" && !isFull),
    };
  }

  /** Decides about a frame with few digits: a leading zero shows that it is cut, and so does the end of the text. */
  #settle(isAtEnd: boolean): void {
    const read = this.#doubtful;
    this.#doubtful = undefined;
    if (read === undefined) return;
    const isCut = isAtEnd || read.hasLeadingZero;
    const { displacement: _, ...rest } = read.frame;
    this.#addFrame(isCut ? { ...rest, isCut: true } : read.frame);
  }

  #addFrame(frame: LogFrame): void {
    this.#push(this.#tables.frames.intern(frame));
  }

  #push(frame: number): void {
    const last = this.#frames.at(-1);
    if (last !== undefined && this.#tables.frames.isCut(last)) this.#hasCutLines = true;
    this.#frames.push(frame);
  }
}

function digitsBehind(pattern: RegExp, text: string): string {
  return (pattern.exec(text)?.[1] ?? "").replaceAll("`", "");
}

/** A thread or process id; ids have 32 bits, printed with the digits of a pointer. */
function idOf(digits: string): number {
  return Number(hexNumber(digits) & 0xffff_ffffn);
}
