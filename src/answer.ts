/**
 * An output of `!htrace` in a debugger log: what a text says about itself.
 *
 * @module
 */
import type { PointerSize } from "./memory.ts";

/** The kinds of `!htrace` output; `entries` if neither command nor heading nor counts say which. */
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
  /** Its number among the answers in the text, from 1. */
  readonly number: number;
  /** Line of the command, or of the first line of output without one; from 1. */
  readonly line: number;
  /** The command as typed; absent if the text has none. */
  readonly command?: string;
  /** The debugger's prompt before it, such as `0:000>`; absent if the text has none. */
  readonly prompt?: string;
  /** User mode or kernel mode, by the layout of the entries, otherwise by the prompt. */
  readonly mode: "user" | "kernel";
  /** Its kind. */
  readonly kind: AnswerKind;
  /** Bytes of a pointer, by the digits of the entries; absent without entries. */
  readonly pointerSize?: PointerSize;
  /** What it states itself. */
  readonly stated: StatedCounts;
  /** Why the command failed. */
  readonly error?: AnswerError;
  /** Complete frames that belong to no entry whose first line is present. */
  readonly headlessFrames: number;
  /** Number of its entries in the text. */
  readonly entryCount: number;
  /** What is missing, one or more reasons joined by `; `; absent if nothing is known to be missing. */
  readonly incomplete?: string;
}
