/**
 * What a kind of target is to the table of kinds.
 *
 * @module
 */
import type { Target } from "../target.ts";

/** What the user named, and what is there of that name. */
export interface TargetSpec {
  /** The target as given on the command line. */
  readonly text: string;
  /** The first bytes of the file of that name, at least those of any header; absent when there is no such file. */
  readonly head?: Uint8Array;
}

/** What the command line says beside the target. */
export interface TargetOptions {
  /** What follows `--`: arguments of the program under test. */
  readonly args: readonly string[];
  /** Leaves tracing on that a live target enabled; without it tracing ends with the target. */
  readonly keepTracing?: boolean;
  /** Hears sentences that the user should see once, such as what enabling does to a live process. */
  readonly warn?: (sentence: string) => void;
}

/** How to start a program. */
export interface LaunchOptions {
  /** Capacity of its ring of traces; the target applies its own rules and default. */
  readonly slots?: number;
  /** Hears sentences that the user should see once. */
  readonly warn?: (sentence: string) => void;
}

/**
 * A program that was started to be traced from its first instruction on. Disposing it lets it end, or ends it where
 * it has not run.
 */
export interface TracedProgram extends Disposable {
  /** Its process, with tracing on. The caller disposes it, before the program. */
  readonly target: Target;
  /**
   * Runs the program until it is about to end, and answers its exit status, an unsigned 32-bit number. Its handles,
   * traces and modules are still there then, and stay until the program is disposed.
   */
  runToExit(): Promise<number>;
}

/** A kind of target: tells its own by form or by content, and opens it. */
export interface TargetKind {
  /** Name of the kind. */
  readonly name: string;
  /** How it is named on the command line, and what that opens: one line each, for help texts. */
  readonly forms: readonly string[];
  /** Whether what follows `--` means something to it. */
  readonly takesArguments?: boolean;
  /** Whether the user means a target of this kind. */
  accepts(spec: TargetSpec): boolean;
  /** Opens it; throws an error with the user's sentence. */
  open(text: string, options: TargetOptions): Promise<Target>;
  /**
   * Starts a program with its arguments, on the target that the user named or, without one, on this system; absent
   * where targets of this kind start nothing.
   */
  launch?(
    on: string | undefined,
    command: readonly string[],
    options: LaunchOptions,
  ): Promise<TracedProgram>;
}
