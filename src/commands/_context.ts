/**
 * What verbs get from the command line around them.
 *
 * @module
 */
import type { CommandContext } from "@stricli/core";

/** Exit codes of the program. */
export const EXIT_CODES = {
  /** Done. */
  done: 0,
  /** Leaks were found and `--fail-on-leak` was asked. */
  leaks: 1,
  /** The command line cannot be understood. */
  usage: 2,
  /** The target could not be read. */
  target: 3,
} as const;

/** A stream that texts are written to. */
export interface CliStream {
  /** Writes all of a text. */
  readonly write: (text: string) => void;
  /** A person reads it as it is written: it may have colours and lines that are redrawn. */
  readonly isTerminal?: boolean;
}

/** The surroundings of a run: the process's own, or a test's. */
export interface CliProcess {
  /** Where results go. */
  readonly stdout: CliStream;
  /** Where errors and progress go. */
  readonly stderr: CliStream;
  /** Set by a verb that ends with another code than {@linkcode EXIT_CODES.done}. */
  exitCode?: number | string | null;
}

/** `this` of every verb. */
export interface CliContext extends CommandContext {
  /** Streams and exit code. */
  readonly process: CliProcess;
  /** What follows `--` on the command line: for the target, not for us. */
  readonly targetArguments: readonly string[];
  /** Words that may stand in the place of the last one of a command line. */
  readonly propose: (words: readonly string[]) => Promise<readonly string[]>;
}

/** The command line cannot be understood; ends the program with {@linkcode EXIT_CODES.usage}. */
export class UsageError extends SyntaxError {
  /** Creates the error with the user's sentence. */
  constructor(message: string) {
    super(message);
    this.name = "UsageError";
  }
}
