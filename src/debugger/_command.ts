/**
 * What a command of the prompt is.
 *
 * @module
 */
import type { Session } from "../session.ts";
import type { TargetMode } from "../target.ts";

/** A way to write a command, for the help. */
export interface CommandForm {
  /** Name and arguments. */
  readonly usage: string;
  /** What it does. */
  readonly brief: string;
  /** The only mode that has this form; omitted for both. */
  readonly mode?: TargetMode;
}

/** A command of the prompt. */
export interface DebuggerCommand {
  /** Its name, lower case. */
  readonly name: string;
  /** Its forms. */
  readonly forms: readonly CommandForm[];
  /** The only mode that has it; omitted for both. */
  readonly mode?: TargetMode;
  /** The prompt ends after it. */
  readonly ends?: true;
  /** Runs it with what follows its name; answers the text to print, whole lines or nothing. */
  readonly run: (session: Session, args: string) => string | Promise<string>;
}

/** A command cannot be understood or not be run on this target. */
export class CommandError extends SyntaxError {
  /** Creates the error with the user's sentence. */
  constructor(message: string) {
    super(message);
    this.name = "CommandError";
  }
}

/** Splits arguments at blanks. */
export function wordsOf(args: string): string[] {
  return args.split(/\s+/).filter((word) => word !== "");
}

/** Refuses words beyond the first `most`; `advice` says what to write instead. */
export function expectAtMost(
  words: readonly string[],
  most: number,
  command: string,
  advice: string,
): void {
  const extra = words[most];
  if (extra === undefined) return;
  throw new CommandError(
    `Cannot run "${command}": "${extra}" is one argument too many; ${advice}`,
  );
}

/**
 * Reads a number as debuggers do: hexadecimal with or without `0x`, with an optional grave accent between the
 * halves of a 64-bit value. `what` names it in the error; `bits` is the width that it must fit.
 */
export function parseNumber(text: string, what: string, bits: 32 | 64): bigint {
  const digits = /^(?:0x)?([0-9a-f]+(?:`[0-9a-f]{8})?)$/i.exec(text)?.[1]?.replace("`", "");
  if (digits === undefined) {
    throw new CommandError(
      `Cannot read the ${what} "${text}": it is not a number; write it in hexadecimal, as 1a4 or 0x1a4`,
    );
  }
  const value = BigInt(`0x${digits}`);
  if (BigInt.asUintN(bits, value) !== value) {
    throw new CommandError(
      `Cannot read the ${what} "${text}": it does not fit ${bits} bits; write a smaller number`,
    );
  }
  return value;
}
