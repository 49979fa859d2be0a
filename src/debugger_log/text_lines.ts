/**
 * Splits a text that arrives in pieces into lines.
 *
 * @module
 */
import { LOG_LIMITS } from "./limits.ts";

/** A line, or a piece of one that is too long to wait for. */
export interface TextLine {
  /** The characters, without the line break. */
  readonly text: string;
  /** Number of the line in the text, from 1. */
  readonly number: number;
  /** Whether the line ends here; false if it continues in the next piece. */
  readonly isEnd: boolean;
}

/**
 * Splits a text at LF, CR LF and CR. A line of more than `LOG_LIMITS.lineChars` is passed on in pieces, cut where an
 * entry or a word begins.
 */
export class LineSplitter {
  #rest = "";
  #number = 1;

  /** Number of lines that have begun so far. */
  get count(): number {
    return this.#number;
  }

  /** Takes more of the text and passes on the complete lines. */
  push(text: string, take: (line: TextLine) => void): void {
    const ready = this.#rest + text;
    if (!text.includes("\n") && ready.length <= LOG_LIMITS.lineChars) {
      this.#rest = ready; // searched once its end has arrived, however small the pieces
      return;
    }
    let start = 0;
    for (;;) {
      const feed = ready.indexOf("\n", start);
      const end = feed < 0 ? ready.length : feed;
      while (end - start > LOG_LIMITS.lineChars) {
        const cut = cutPlace(ready, start);
        this.#takePiece(ready.slice(start, cut), take);
        start = cut;
      }
      if (feed < 0) break;
      this.#takeLine(ready.slice(start, feed), take);
      start = feed + 1;
    }
    this.#rest = ready.slice(start);
  }

  /** Passes on the last line, which no line break ends. */
  end(take: (line: TextLine) => void): void {
    const rest = this.#rest;
    this.#rest = "";
    if (rest !== "") this.#takeLine(rest, take);
  }

  #takeLine(line: string, take: (line: TextLine) => void): void {
    const text = line.endsWith("\r") ? withoutLastReturns(line) : line;
    if (text.includes("\r")) this.#takePiece(text, take, true);
    else take({ text, number: this.#number++, isEnd: true });
  }

  /** Takes text before a line feed that can contain carriage returns, which are line breaks themselves. */
  #takePiece(text: string, take: (line: TextLine) => void, isEnd = false): void {
    const lines = text.split("\r");
    lines.forEach((line, index) => {
      const ends = isEnd || index < lines.length - 1;
      take({ text: line, number: this.#number, isEnd: ends });
      if (ends) this.#number++;
    });
  }
}

/** Where a row of a handle list begins, or an entry. */
const ROW_BEGIN =
  /\s(?=Handle (?:= 0x|0x|[0-9A-F]+\s)|[0-9A-F]{1,8}: [A-Z<]|[0-9a-f]{4,16}: Object: |[^\s,;]{1,100}[,;]"?\d{1,9}"?[,;])/gi;

/**
 * Where to cut a long line: behind a line break, also an escaped one; before a row, before a number with `0x`, behind a
 * blank; else anywhere.
 */
export function cutPlace(text: string, start: number): number {
  const end = start + LOG_LIMITS.lineChars;
  const earliest = end - LOG_LIMITS.lineChars / 4;
  const row = [...text.slice(earliest, end).matchAll(ROW_BEGIN)].at(-1)?.index;
  const places = [
    text.lastIndexOf("\r", end - 1) + 1,
    text.lastIndexOf("\\n", end - 2) + 2,
    row === undefined ? 0 : earliest + row + 1,
    text.lastIndexOf(" 0x", end - 1) + 1,
    text.lastIndexOf(" ", end - 1) + 1,
  ];
  return places.find((place) => place > earliest) ?? end;
}

function withoutLastReturns(line: string): string {
  let end = line.length;
  while (line.charCodeAt(end - 1) === CARRIAGE_RETURN) end--;
  return line.slice(0, end);
}

const CARRIAGE_RETURN = 0x0d;

/** Whether a character matches `\s`, or is a control character. */
function isBlank(code: number): boolean {
  return code <= 0x20 || code === 0xa0 || (code >= 0x1680 && /\s/.test(String.fromCharCode(code)));
}

/**
 * A line whose gaps have at most `most` blanks. No debugger prints a longer gap, and a pattern that searches for the
 * text after a gap takes forever on a gap of thousands.
 */
export function withoutLongGaps(line: string, most: number = LOG_LIMITS.gapChars): string {
  if (line.length <= most) return line;
  let shortened = "";
  let from = 0;
  let gap = 0;
  for (let at = 0; at <= line.length; at++) {
    if (at < line.length && isBlank(line.charCodeAt(at))) gap++;
    else {
      if (gap > most) {
        shortened += line.slice(from, at - gap + most);
        from = at;
      }
      gap = 0;
    }
  }
  return from === 0 ? line : shortened + line.slice(from);
}

/** The control sequences of a terminal, for colours and positions. */
// deno-lint-ignore no-control-regex -- such a sequence begins with the escape character
const TERMINAL = /\x1b\[[0-9;?]*[ -/]*[@-~]/g;

/** A text without the control sequences of a terminal. */
export function withoutTerminalCodes(text: string): string {
  return text.includes("\x1b") ? text.replace(TERMINAL, "") : text;
}

/** Recognizes blank lines that were added after every line of a text. */
export class DoubleSpacing {
  #linesInRow = 0;
  #isBehindBlank = false;
  #isDouble = true;

  /** Notes a line; returns whether it is such a blank line: so far, any two lines had one between them. */
  note(isBlank: boolean): boolean {
    if (!isBlank) this.#linesInRow = this.#isBehindBlank ? 1 : this.#linesInRow + 1;
    if (this.#linesInRow > 1) this.#isDouble = false;
    this.#isBehindBlank = isBlank;
    return isBlank && this.#isDouble;
  }
}
