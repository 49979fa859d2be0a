/**
 * What a command of the prompt is.
 *
 * @module
 */
import { HtraceError } from "../error.ts";
import type { Session } from "../session.ts";
import type { SymbolSource } from "../symbols/module_symbols.ts";
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

/** A place of a symbol path, and whether it is there: "Deferred" for what is asked when it is needed. */
export interface SymbolPlace {
  /** Its element of the path. */
  readonly element: string;
  /** The debugger's word for its state. */
  readonly state: "OK" | "Error" | "Deferred";
}

/** The symbol path of a prompt, which `.sympath` and its kin change. */
export interface SymbolPathHost {
  /** The path in effect, in the debugger's syntax. */
  readonly path: string;
  /** The places that it means. */
  places(): Promise<readonly SymbolPlace[]>;
  /** Makes another path the one in effect. Throws where it cannot be understood, and changes nothing then. */
  use(path: string): SymbolSource;
}

/** The log of a prompt: what is printed goes there, too. */
export interface LogHost {
  /** Opens a file, anew or at its end, and closes the one that was open; throws where it cannot be written. */
  open(path: string, options: { readonly append: boolean }): void;
  /** Closes the file that is open and returns its path; undefined where there is none. */
  close(): string | undefined;
}

/** Hears Ctrl-C as long as it is not disposed. */
export interface BreakListener extends Disposable {
  /** Lets signals arrive, and returns whether Ctrl-C was pressed. */
  isPressed(): Promise<boolean>;
}

/** What the caller of a prompt does for its commands: the prompt itself touches nothing outside. */
export interface PromptHost {
  /** Writes a file that comes in pieces; throws where one of that name is there, unless it may be replaced. */
  readonly writeFile?: (
    path: string,
    pieces: readonly Uint8Array[],
    options: { readonly replace: boolean },
  ) => Promise<void>;
  /** The symbol path. */
  readonly symbols?: SymbolPathHost;
  /** Has Ctrl-C break in instead of ending the program; only where somebody sits at a terminal. */
  readonly listenForBreak?: () => BreakListener;
  /** The log. */
  readonly log?: LogHost;
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
  /** Runs it with what follows its name; returns the text to print, whole lines or nothing. */
  readonly run: (
    session: Session,
    args: string,
    host: PromptHost,
  ) => string | Promise<string>;
}

/** A command cannot be understood or not be run on this target. */
export class CommandError extends HtraceError {}

/** Splits arguments at blanks. */
export function wordsOf(args: string): string[] {
  return args.split(/\s+/).filter((word) => word !== "");
}

/** Rejects words beyond the first `most`; `advice` says what to write instead. */
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

/** How the digits after a prefix are read; without a prefix a number is hexadecimal. */
const NUMBER_FORMS: readonly (readonly [form: RegExp, literal: "0x" | "0o" | ""])[] = [
  [/^0n([0-9]+)$/i, ""],
  [/^0t([0-7]+)$/i, "0o"],
  [/^(?:0x)?([0-9a-f]+(?:`[0-9a-f]{8})?)$/i, "0x"],
];

/**
 * Reads a number as debuggers do: hexadecimal with or without `0x`, with an optional grave accent between the
 * halves of a 64-bit value; decimal after `0n`, octal after `0t`. `what` names it in the error; `bits` is the width
 * that it must fit.
 */
export function parseNumber(text: string, what: string, bits: 32 | 64): bigint {
  for (const [form, literal] of NUMBER_FORMS) {
    const digits = form.exec(text)?.[1]?.replace("`", "");
    if (digits === undefined) continue;
    const value = BigInt(literal + digits);
    if (BigInt.asUintN(bits, value) === value) return value;
    throw new CommandError(
      `Cannot read the ${what} "${text}": it does not fit ${bits} bits; write a smaller number`,
    );
  }
  throw new CommandError(
    `Cannot read the ${what} "${text}": it is not a number; write it in hexadecimal, as 1a4 or 0x1a4, ` +
      "or in decimal, as 0n420",
  );
}
