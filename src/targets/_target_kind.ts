/**
 * The interface of a kind of target in the table of kinds.
 *
 * @module
 */
import type { Awaitable, Target } from "../target.ts";

/** What the user named, and what there is by that name. */
export interface TargetSpec {
  /** The target as given on the command line. */
  readonly text: string;
  /** The first bytes of the file of that name, enough for any header; absent if there is no such file. */
  readonly head?: Uint8Array;
}

/** The command line's options besides the target. */
export interface TargetOptions {
  /** The words after `--`: arguments of the program under test. */
  readonly args: readonly string[];
  /** Called with warnings to show once, such as what enabling does to a live process. */
  readonly warn?: (message: string) => void;
  /** Which answer of a debugger log to use, from 1; by default the last one with entries. */
  readonly answer?: number;
}

/** How to start a program. */
export interface LaunchOptions {
  /** Capacity of its ring of traces; the target applies its own rules and default. */
  readonly slots?: number;
  /** Starts it with the in-process recorder in it, instead of with kernel tracing. */
  readonly recorder?: RecorderOptions;
  /** Called with warnings to show once. */
  readonly warn?: (message: string) => void;
}

/** How the recorder records. */
export interface RecorderOptions {
  /** Most frames in a stack; 64 by default. */
  readonly frames?: number;
  /** Where its log is kept; by default a temporary file that is removed with the program. */
  readonly log?: string;
}

/** Called while the program waits at a mark that it has set. */
export type OnMark = (name: string) => Awaitable<unknown>;

/**
 * A program that was started to be traced from its first instruction on. Disposing it lets it end, or ends it if it has
 * not run.
 */
export interface TracedProgram extends Disposable {
  /** Its process, with tracing on. The caller disposes it, before the program. */
  readonly target: Target;
  /**
   * Runs the program until it is about to end, and returns its exit status, an unsigned 32-bit number. Its handles,
   * traces and modules are still there then, and stay until the program is disposed. The program waits at each mark
   * that it sets while `onMark` is called with the mark's name; a recorder keeps the marks in its log instead.
   */
  runToExit(onMark?: OnMark): Promise<number>;
}

/** A kind of target: recognizes targets of its kind by form or by content, and opens them. */
export interface TargetKind {
  /** Name of the kind. */
  readonly name: string;
  /** How it is named on the command line, and what each form opens: one line each, for help texts. */
  readonly forms: readonly string[];
  /** Whether it uses the arguments after `--`. */
  readonly takesArguments?: boolean;
  /** Whether the user named a target of this kind. */
  accepts(spec: TargetSpec): boolean;
  /** Opens it; throws an error with the message for the user. */
  open(text: string, options: TargetOptions): Promise<Target>;
  /**
   * Starts a program with its arguments, on the target that the user named or else on this system; absent if targets of
   * this kind cannot start programs.
   */
  launch?(
    on: string | undefined,
    command: readonly string[],
    options: LaunchOptions,
  ): Promise<TracedProgram>;
}
