/**
 * htrace's errors: one base class, a few kinds.
 *
 * A kind exists only if a caller distinguishes it: `UsageError` ends the program with another exit code, `TargetError`
 * means that this target cannot do something that others can. `MemoryError` (memory.ts), `NtStatusError` (nt/status.ts)
 * and `EngineError` (engine/engine_error.ts) are defined where their data come from.
 *
 * @module
 */

/**
 * What htrace could not do, in one line for the user: what was attempted, on what, then after a colon what was
 * found, then after a semicolon what to do.
 */
export class HtraceError extends Error {
  /** Creates the error with the message for the user. */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** The command line, or an argument of a call, cannot be understood. */
export class UsageError extends HtraceError {}

/** A target cannot be opened, read or switched: it is gone, was never traced, or belongs to somebody else. */
export class TargetError extends HtraceError {}

/** A file is damaged, or not of the expected kind. */
export class FormatError extends HtraceError {
  /** Name of the file, as it was given. */
  readonly file: string;
  /** Byte offset of what is wrong, if known. */
  readonly offset?: number;

  /** Creates the error with the user's message, and where it is. */
  constructor(
    message: string,
    { file, offset }: { readonly file: string; readonly offset?: number },
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.file = file;
    if (offset !== undefined) this.offset = offset;
  }
}
