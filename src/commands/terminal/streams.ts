/**
 * The streams of a run: the process's own, or a test's; and the one place where text of others is made harmless.
 *
 * Verbs write through {@linkcode CliStream}: whatever they write, no control character but a line break or a tab reaches
 * a terminal, a pipe or a file. What the program itself means to do to a terminal goes through `paint`.
 *
 * @module
 */
import { escapeControls, escapeText } from "../../escape_text.ts";

/** A stream as the system has it: what is written arrives as it is. */
export interface RawStream {
  /** Writes all of a text. */
  readonly write: (text: string) => void;
  /** Writes all of some bytes. */
  readonly writeBytes: (bytes: Uint8Array) => void;
  /** A person reads it as it is written: it may have colours and lines that are redrawn. */
  readonly isTerminal?: boolean;
  /** Columns of the terminal, where it is one. */
  readonly width?: number;
  /** Nobody reads it any more (`| head`): what is written is lost, and work for it alone may end. */
  readonly isClosed?: boolean;
}

/** A stream that verbs write to. */
export interface CliStream extends RawStream {
  /** Writes all of a text, with its control characters escaped but for line breaks and tabs. */
  readonly write: (text: string) => void;
  /** Writes a text with control sequences of our own; names and messages in it were escaped before. */
  readonly paint: (text: string) => void;
}

/** The surroundings of a run as the system has them. */
export interface RawProcess {
  /** The standard output. */
  readonly stdout: RawStream;
  /** The standard error. */
  readonly stderr: RawStream;
}

/** The surroundings of a run: the process's own, or a test's. */
export interface CliProcess {
  /** Where results go. */
  readonly stdout: CliStream;
  /** Where errors and progress go. */
  readonly stderr: CliStream;
  /** Set by a verb that ends with another code than 0. */
  exitCode?: number | string | null;
}

/** The surroundings that verbs get. */
export function cliProcess({ stdout, stderr }: RawProcess): CliProcess {
  return { stdout: cliStream(stdout), stderr: cliStream(stderr) };
}

function cliStream(raw: RawStream): CliStream {
  return {
    write: (text) => raw.write(escapeControls(text)),
    paint: raw.write,
    writeBytes: raw.writeBytes,
    isTerminal: raw.isTerminal ?? false,
    ...(raw.width !== undefined && { width: raw.width }),
    get isClosed(): boolean {
      return raw.isClosed ?? false;
    },
  };
}

/** A message for the user, as the one line that it is on the standard error. */
export function messageLine(message: string): string {
  return `htrace: ${escapeText(message)}\n`;
}
