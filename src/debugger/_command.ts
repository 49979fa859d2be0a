/**
 * What a prompt command is.
 *
 * @module
 */
import { HtraceError } from "../error.ts";
import type { Session } from "../session.ts";
import type { SymbolSource } from "../symbols/module_symbols.ts";
import type { TargetMode } from "../target.ts";

/** A form of a command, for the help. */
export interface CommandForm {
  /** Name and arguments. */
  readonly usage: string;
  /** What it does. */
  readonly brief: string;
  /** The only mode that has this form; omitted for both. */
  readonly mode?: TargetMode;
}

/** An element of a symbol path, and whether it exists: "Deferred" if that is only checked when needed. */
export interface SymbolPlace {
  /** The element as written in the path. */
  readonly element: string;
  /** The debugger's word for its state. */
  readonly state: "OK" | "Error" | "Deferred";
}

/** The symbol path of a prompt, which `.sympath` and related commands change. */
export interface SymbolPathHost {
  /** The path in effect, in the debugger's syntax. */
  readonly path: string;
  /** The elements of the path. */
  places(): Promise<readonly SymbolPlace[]>;
  /** Puts another path into effect. Throws without changing anything if it cannot be parsed. */
  use(path: string): SymbolSource;
}

/** The log of a prompt: output goes there, too. */
export interface LogHost {
  /** Opens a file, emptied or at its end, and closes the one that was open; throws if it cannot be written. */
  open(path: string, options: { readonly append: boolean }): void;
  /** Closes the open file and returns its path; undefined if there is none. */
  close(): string | undefined;
}

/** Listens for Ctrl-C until it is disposed. */
export interface BreakListener extends Disposable {
  /** Lets signals arrive, and returns whether Ctrl-C was pressed. */
  isPressed(): Promise<boolean>;
}

/** What a prompt's caller does for its commands: the prompt itself touches nothing outside. */
export interface PromptHost {
  /** Writes a file that comes in pieces; throws where one of that name is there, unless it may be replaced. */
  readonly writeFile?: (
    path: string,
    pieces: readonly Uint8Array[],
    options: { readonly replace: boolean },
  ) => Promise<void>;
  /** The symbol path. */
  readonly symbols?: SymbolPathHost;
  /** Makes Ctrl-C break in instead of ending the program; only at an interactive terminal. */
  readonly listenForBreak?: () => BreakListener;
  /** The log. */
  readonly log?: LogHost;
}

/** A prompt command. */
export interface DebuggerCommand {
  /** Its name, lower case. */
  readonly name: string;
  /** Its forms. */
  readonly forms: readonly CommandForm[];
  /** The only mode that has it; omitted for both. */
  readonly mode?: TargetMode;
  /** The prompt ends after it. */
  readonly ends?: true;
  /** Runs it with the arguments after its name; returns the text to print, complete lines or nothing. */
  readonly run: (
    session: Session,
    args: string,
    host: PromptHost,
  ) => string | Promise<string>;
}

/** A command cannot be parsed or cannot run on this target. */
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
 * Reads a number as debuggers do: hexadecimal with or without `0x`, with an optional grave accent between the halves of
 * a 64-bit value; decimal after `0n`, octal after `0t`. `what` names it in the error; `bits` is the width that it must
 * fit into.
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
