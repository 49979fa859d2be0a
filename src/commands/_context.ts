/**
 * What verbs get from the surrounding command line.
 *
 * @module
 */
import type { CommandContext } from "@stricli/core";
import type { CliProcess } from "./terminal/streams.ts";

/** Exit codes of the program. */
export const EXIT_CODES = {
  /** Done. */
  done: 0,
  /** Leaks were found and `--fail-on-leak` was given. */
  leaks: 1,
  /** The command line cannot be understood. */
  usage: 2,
  /** The target could not be read. */
  target: 3,
} as const;

/** `this` of every verb. */
export interface CliContext extends CommandContext {
  /** Streams and exit code. */
  readonly process: CliProcess;
  /** The arguments after `--` on the command line: for the target, not for us. */
  readonly targetArguments: readonly string[];
  /** Completions for the last word of a command line. */
  readonly propose: (words: readonly string[]) => Promise<readonly string[]>;
}
