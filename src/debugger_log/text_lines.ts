/**
 * A text that arrives in pieces, line by line.
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
  /** Whether the line ends here; false where it goes on in the next piece. */
  readonly isEnd: boolean;
}

/**
 * Splits a text at LF, CR LF and CR. A line of more than `LOG_LIMITS.lineChars` comes in pieces, cut where an entry
 * or a word begins.
 */
export class LineSplitter {
  #rest = "";
  #number = 1;

  /** Lines that have begun so far. */
  get count(): number {
    return this.#number;
  }

  /** Takes more of the text and hands over the lines that are complete. */
  push(text: string, take: (line: TextLine) => void): void {
    const ready = this.#rest + text;
    if (!text.includes("\n") && ready.length <= LOG_LIMITS.lineChars) {
      this.#rest = ready; // looked through once its end is there, however small the pieces
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

  /** Hands over the last line, which no line break ends. */
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

  /** Text before a line feed that may hold carriage returns, which are line breaks of their own. */
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

/** What `\s` stands for. */
function isBlank(code: number): boolean {
  return code <= 0x20 || code === 0xa0 || (code >= 0x1680 && /\s/.test(String.fromCharCode(code)));
}

/**
 * A line whose gaps of blanks have at most so many. No debugger's line has a longer one, and to a pattern that
 * looks for what stands behind a gap, a gap of thousands is one that it never comes to the end of.
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

/** What a terminal took for colours and places. */
// deno-lint-ignore no-control-regex -- the escape character is what such a sequence begins with
const TERMINAL = /\x1b\[[0-9;?]*[ -/]*[@-~]/g;

/** A text without what only a terminal understands. */
export function withoutTerminalCodes(text: string): string {
  return text.includes("\x1b") ? text.replace(TERMINAL, "") : text;
}

/** Tells the blank lines that somebody put behind every line of a text. */
export class DoubleSpacing {
  #linesInRow = 0;
  #isBehindBlank = false;
  #isDouble = true;

  /** Notes a line, and says whether it is such a blank one: no two lines so far stood without one between them. */
  note(isBlank: boolean): boolean {
    if (!isBlank) this.#linesInRow = this.#isBehindBlank ? 1 : this.#linesInRow + 1;
    if (this.#linesInRow > 1) this.#isDouble = false;
    this.#isBehindBlank = isBlank;
    return isBlank && this.#isDouble;
  }
}
