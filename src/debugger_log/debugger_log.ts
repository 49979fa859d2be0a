/**
 * The contents of a debugger log.
 *
 * @module
 */
import type { Answer } from "../answer.ts";
import type { TraceStop } from "../trace_log.ts";
import type { HandleTable } from "../handle_list/handle_list.ts";
import type { FrameTable, LogFrame, StackList } from "./frame_table.ts";
import type { TextEncoding } from "./text_decoder.ts";

/** A text that contains debugger output. */
export interface DebuggerLog {
  /** Encoding of the text. */
  readonly encoding: TextEncoding;
  /** Number of lines. */
  readonly lines: number;
  /** Outputs of `!htrace`, in the order of the text. */
  readonly answers: readonly LogAnswer[];
  /** Processes that the text names. */
  readonly processes: readonly LogProcess[];
  /** Handle lists in the same text, in the order of the text. */
  readonly tables: readonly HandleTable[];
  /** Application Verifier stops, in the order of the text. */
  readonly stops: readonly LogStop[];
  /** Whether any output of `!htrace` was read, not only commands. */
  readonly hasOutput: boolean;
  /** Frames of the stacks, by number. */
  readonly frames: FrameTable;
  /** Stacks of entries and stops, by number. */
  readonly stacks: StackList;
}

/** An output of `!htrace` with its entries. */
export interface LogAnswer extends Answer {
  /** EPROCESS address from the kernel-mode heading. */
  readonly process?: bigint;
  /** Address of the object table from the kernel-mode heading. */
  readonly objectTable?: bigint;
  /** The process that it is about: the one that the text names for its prompt, or that of most entries. */
  readonly processId?: number;
  /** The entries, newest first. */
  readonly entries: LogEntries;
}

/** Entries of an answer in columns, in the order of the text: newest first. */
export interface LogEntries {
  /** Number of entries. */
  readonly count: number;
  /** Codes of `TRACE_TYPE_CODES`: 1 open, 2 close, 3 bad reference. */
  readonly type: Uint8Array;
  /** Handle values, low 32 bits. */
  readonly handle: Uint32Array;
  /** Process ids; 0 if the text has none. */
  readonly processId: Uint32Array;
  /** Thread ids; 0 if the text has none. */
  readonly threadId: Uint32Array;
  /** Numbers of stacks in the log's list. */
  readonly stack: Uint32Array;
  /** Values that do not fit 32 bits, by index: a bad reference can use any value as a handle. */
  readonly wideHandles?: ReadonlyMap<number, bigint>;
}

/** A process that a log names. */
export interface LogProcess {
  /** Its number in the debugger, such as 1 in the prompt `1:004>`. */
  readonly index?: number;
  /** Its process id. */
  readonly processId?: number;
  /** Address of its EPROCESS, in kernel mode. */
  readonly process?: bigint;
  /** File name of its image. */
  readonly imageName?: string;
}

/** An Application Verifier stop; its stack is a number in the log's list. */
export interface LogStop extends TraceStop {
  /** Line at which it begins, from 1. */
  readonly line: number;
  /** What the verifier says about it. */
  readonly message?: string;
  /** The source of its stack: a command, or a section of the text. */
  readonly framesFrom?: "k" | "dps" | "STACK_TEXT" | "xml";
}

/** The frames of a stack, innermost first. */
export function framesOf(log: Pick<DebuggerLog, "frames" | "stacks">, stack: number): LogFrame[] {
  return Array.from(log.stacks.get(stack), (frame) => log.frames.get(frame));
}
