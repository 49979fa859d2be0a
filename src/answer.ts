/**
 * An output of `!htrace` in a debugger log: what a text says of itself.
 *
 * @module
 */
import type { PointerSize } from "./memory.ts";

/** What an output of `!htrace` is; `entries` where neither command nor heading nor counts tell. */
export type AnswerKind =
  | "listing"
  | "diff"
  | "entries"
  | "enable"
  | "disable"
  | "snapshot"
  | "help"
  | "error";

/** Why a command failed. */
export type AnswerError =
  | "not-enabled"
  | "not-available"
  | "enable-failed"
  | "snapshot-failed"
  | "too-large";

/** Counts that an output states itself. */
export interface StatedCounts {
  /** `Parsed 0x… stack traces.` */
  readonly parsed?: number;
  /** `Dumped 0x… stack traces.` */
  readonly dumped?: number;
  /** `0x… new stack traces since the previous snapshot.` */
  readonly newTraces?: number;
  /** `Displayed 0x… stack traces for outstanding handles …` */
  readonly displayed?: number;
}

/** One output of `!htrace`, or a command whose output is missing. */
export interface Answer {
  /** Its number among the answers of the text, from 1. */
  readonly number: number;
  /** Line of the command, or of the first line of output without one; from 1. */
  readonly line: number;
  /** The command as typed; absent where the text has none. */
  readonly command?: string;
  /** The debugger's prompt before it, as `0:000>`; absent where the text has none. */
  readonly prompt?: string;
  /** User mode or kernel mode, by the layout of the entries, else by the prompt. */
  readonly mode: "user" | "kernel";
  /** What it is. */
  readonly kind: AnswerKind;
  /** Bytes of a pointer, by the digits of the entries; absent without entries. */
  readonly pointerSize?: PointerSize;
  /** What it states itself. */
  readonly stated: StatedCounts;
  /** Why the command failed. */
  readonly error?: AnswerError;
  /** Whole frames that belong to no entry whose first line is there. */
  readonly headlessFrames: number;
  /** Number of entries that the text has of it. */
  readonly entryCount: number;
  /** What is missing, one or more reasons joined by `; `; absent when nothing is known to be. */
  readonly incomplete?: string;
}
