/**
 * The streams of a run: the process's own, or a test's; and the only place where untrusted text is made harmless.
 *
 * Verbs write through {@linkcode CliStream}: regardless of what they write, the only control characters that reach a
 * terminal, a pipe or a file are line breaks and tabs. The program's own terminal controls go through `paint`.
 *
 * @module
 */
import { escapeControls, escapeText } from "../../escape_text.ts";

/** A system stream: output arrives unchanged. */
export interface RawStream {
  /** Writes all of a text.
   */
  readonly write: (text: string) => void;
  /** Writes all of some bytes. */
  readonly writeBytes: (bytes: Uint8Array) => void;
  /** A person reads it as it is written: colours and redrawn lines are allowed. */
  readonly isTerminal?: boolean;
  /** Columns of the terminal, if it is one. */
  readonly width?: number;
  /** Nobody reads it any more (`| head`): output is lost, and work only for it may end. */
  readonly isClosed?: boolean;
}

/** A stream that verbs write to. */
export interface CliStream extends RawStream {
  /** Writes all of a text, with control characters escaped except for line breaks and tabs. */
  readonly write: (text: string) => void;
  /** Writes a text with our own control sequences; names and messages in it must already be escaped. */
  readonly paint: (text: string) => void;
}

/** The environment of a run, with system streams. */
export interface RawProcess {
  /** Standard output. */
  readonly stdout: RawStream;
  /** Standard error. */
  readonly stderr: RawStream;
}

/** The environment of a run: the process's own, or a test's. */
export interface CliProcess {
  /** Where results go. */
  readonly stdout: CliStream;
  /** Where errors and progress go. */
  readonly stderr: CliStream;
  /** Set by a verb that ends with a code other than 0. */
  exitCode?: number | string | null;
}

/** The environment that verbs get. */
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

/** A message for the user, as one line for standard error. */
export function messageLine(message: string): string {
  return `htrace: ${escapeText(message)}\n`;
}
