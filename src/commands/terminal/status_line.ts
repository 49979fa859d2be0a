/**
 * A line on a terminal that says what is being done, redrawn in place and removed at the end.
 *
 * @module
 */
import { escapeText } from "../../escape_text.ts";
import type { CliStream } from "./streams.ts";

/** Returns to the first column and clears the line (ECMA-48 EL). */
const CLEAR_LINE = "\r\x1b[K";

/** Columns if the terminal's width is unknown. */
const USUAL_WIDTH = 80;

/** The line of each stream: a download and the work that waits for it share one. */
const LINES = new WeakMap<CliStream, StatusLine>();

/** The status line of a stream. */
export function statusLineOf(stream: CliStream): StatusLine {
  const line = LINES.get(stream) ?? new StatusLine(stream);
  LINES.set(stream, line);
  return line;
}

/** The text on a terminal; nothing is shown on anything else. */
export class StatusLine {
  readonly #stream: CliStream;
  #work = "";
  #detail = "";
  #isDrawn = false;

  /** Creates it with nothing shown. */
  constructor(stream: CliStream) {
    this.#stream = stream;
  }

  /** Shows what is being done; an empty text removes it. */
  showWork(text: string): void {
    this.#work = text;
    this.#draw();
  }

  /** Shows what the work is waiting for, in place of the work; an empty text removes it. */
  showDetail(text: string): void {
    this.#detail = text;
    this.#draw();
  }

  #draw(): void {
    if (!this.#stream.isTerminal) return;
    const text = this.#detail || this.#work;
    if (text === "" && !this.#isDrawn) return;
    this.#isDrawn = text !== "";
    const width = this.#stream.width || USUAL_WIDTH; // a terminal may report 0 before it knows
    this.#stream.paint(CLEAR_LINE + clipped(escapeText(text), width));
  }
}

/** A wrapped line would only be cleared in part. */
function clipped(text: string, width: number): string {
  return text.length < width ? text : `${text.slice(0, width - 2)}…`;
}
