/**
 * Undoes the breaks of a console that printed the text last, at its width, wherever that falls.
 *
 * A text that was quoted, indented, escaped, or that had lost its line breaks before has such breaks inside marks,
 * escapes and numbers, so nothing else can be undone first. Breaks from before that are undone later (`unwrap.ts`).
 *
 * @module
 */
import { CONSOLE_WIDTHS } from "../handle_list/console_widths.ts";
import { LOG_LIMITS } from "./limits.ts";
import { startOf } from "./line_kinds.ts";
import { meetAtSign, meetWithoutBlank } from "./name_breaks.ts";
import { cutPlace, type TextLine } from "./text_lines.ts";

/** Lines, and characters, after which a text without such a break is taken to have none. */
const SAMPLE_LINES = 1000;
const SAMPLE_CHARS = 256 * 1024;
/** The narrowest console. */
const NARROWEST = 40;
/** Text that only debugger lines have, regardless of their damage: lines are examined from the first one on. */
const OF_A_LOG = /htrace|Handle\s+(?:=\S*\s*)?0x|Thread ID|0x[0-9A-Fa-f`]{8,17}\s?:/;
/** An address after which a mail program broke a frame. */
const ADDRESS_ALONE = /^[\s>]*0x[0-9A-Fa-f`]{8,17}\s?:$/;
/** As many lines, all but the last with the same width, come only from a console. */
const ENOUGH_LINES = 4;
/** Text that every frame has, or its name alone. */
const MAY_BE_FRAME = /0x|\w![^\s!]/;
/** A line's prefix: quotation marks, blanks, an author's marks. */
const PREFIX = /^[\s>*"]*/;

/** Joins the lines that a console broke. */
export class ConsoleBreaks {
  /** The lines held until it is known whether the text was broken; undefined from then on. */
  #sample: TextLine[] | undefined = [];
  #sampleChars = 0;
  #hasLog = false;
  /** The width at which the text was broken; 0 if it was not. */
  #width = 0;
  #isMail = false;
  /** A line that continues on the next one. */
  #begun: TextLine | undefined;
  /** Length of its last part in the text. */
  #lastWidth = 0;

  /** The width at which the text was broken; 0 if it was not, or is not yet known to be. */
  get width(): number {
    return this.#width;
  }

  /** Whether a mail program also broke lines: then a line of this width is not necessarily the console's. */
  get isMail(): boolean {
    return this.#isMail;
  }

  /** Whether it is known that no console broke the text. */
  get isWhole(): boolean {
    return this.#sample === undefined && this.#width === 0;
  }

  /** Takes the next line, or piece of one, and passes on the complete ones. */
  push(line: TextLine, take: (line: TextLine) => void): void {
    if (this.#sample === undefined) return this.#join(line, take);
    this.#hasLog ||= OF_A_LOG.test(line.text);
    if (!this.#hasLog) return take(line);
    this.#sample.push(line);
    this.#sampleChars += line.text.length;
    if (this.#sample.length >= SAMPLE_LINES || this.#sampleChars >= SAMPLE_CHARS) {
      this.#decide(take);
    }
  }

  /** Passes on what is still waiting. */
  end(take: (line: TextLine) => void): void {
    this.#decide(take);
    this.#finish(take);
  }

  #decide(take: (line: TextLine) => void): void {
    const sample = this.#sample;
    this.#sample = undefined;
    if (sample === undefined) return;
    const lines = sample.map(({ text }) => text);
    this.#width = consoleWidthOf(lines);
    this.#isMail = this.#width > 0 && lines.some((line) => ADDRESS_ALONE.test(line));
    for (const line of sample) this.#join(line, take);
  }

  #join(line: TextLine, take: (line: TextLine) => void): void {
    if (this.#width === 0) return take(line);
    const begun = this.#begun;
    if (begun === undefined || !this.#goesOn(begun.text, line)) {
      this.#finish(take);
      this.#begun = line;
    } else {
      const text = begun.text + line.text;
      const isTooLong = text.length > LOG_LIMITS.lineChars;
      const cut = isTooLong ? cutPlace(text, 0) : 0;
      if (isTooLong) take({ ...begun, text: text.slice(0, cut), isEnd: false });
      this.#begun = { text: text.slice(cut), number: begun.number, isEnd: true };
    }
    this.#lastWidth = line.text.length;
    if (this.#lastWidth !== this.#width) this.#finish(take);
  }

  #goesOn(before: string, line: TextLine): boolean {
    if (this.#lastWidth !== this.#width || !mayGoOn(before, line)) return false;
    return !this.#isMail || meetWithoutBlank(before, line.text) ||
      isInsideNumber(before, line.text);
  }

  #finish(take: (line: TextLine) => void): void {
    const begun = this.#begun;
    this.#begun = undefined;
    if (begun) take(begun);
  }
}

/** Whether a line may be the rest of the text before it, because it does not begin like a debugger line. */
function mayGoOn(before: string, { text, isEnd }: TextLine): boolean {
  if (!isEnd || text === "" || /^(?:\s{2}|\t)/.test(text)) return false;
  if (/<\/?\w{0,10}\s?\/?$/.test(before) && /^[\w/ ]{0,10}>/.test(text)) return true; // inside a tag
  const { kind } = startOf(text.replace(PREFIX, ""));
  return kind === "text" || kind === "separator" && before.endsWith("-");
}

/**
 * The width at which a console broke these lines, from breaks that only a console makes: inside a number, an escape, or
 * a name. 0 if there is none, or lines are wider.
 */
export function consoleWidthOf(lines: readonly string[]): number {
  const widest = lines.reduce(
    (width, line) => line.length > width && MAY_BE_FRAME.test(line) ? line.length : width,
    0,
  );
  if (widest < NARROWEST || widest > LOG_LIMITS.widestConsole) return 0;
  const isOneLine = lines.length >= ENOUGH_LINES &&
    lines.slice(0, -1).every((line) => line.length === widest && !line.endsWith("="));
  if (isOneLine) return widest;
  const isMail = lines.some((line) => ADDRESS_ALONE.test(line));
  let isBroken = false;
  for (const [index, line] of lines.entries()) {
    const behind = lines[index + 1];
    if (behind === undefined || /=\s*$/.test(line)) continue; // how a mail program marks its own breaks
    if (line.length === widest) {
      const [prefix = ""] = PREFIX.exec(line) ?? [];
      const isQuotedLater = prefix !== "" && behind.startsWith(prefix);
      isBroken ||= !isQuotedLater && isBreak(lines, index, widest);
    } else if (lines[index - 1]?.length !== widest) {
      // A line that was broken elsewhere: something later made the lines unequal.
      if (isInsideNumber(line, behind)) return 0;
      const isRest = startOf(behind.replace(PREFIX, "")).kind === "text";
      const isOpen = isOpenFrame(line) ||
        !line.includes("0x") && isOpenFrame(`${lines[index - 1] ?? ""} ${line}`);
      if (isOpen && (isMail ? meetWithoutBlank(line, behind) : isRest)) return 0;
    }
  }
  return isBroken ? widest : 0;
}

function isBreak(lines: readonly string[], index: number, width: number): boolean {
  const [line = "", behind = ""] = lines.slice(index, index + 2);
  return isInsideNumber(line, behind) || isInsideEscape(line, behind) ||
    isInsideName(lines, index, width);
}

/** Whether a line ends after an address and the beginning of a name, without a complete displacement. */
function isOpenFrame(line: string): boolean {
  const start = line.search(/0x[0-9A-Fa-f`]{8,17}\\?\s?:\s+\S/);
  return start >= 0 && !/(?:\+|&#43;|&#x2b;)\s?0x[0-9A-Fa-f]+/i.test(line.slice(start));
}

/**
 * Whether two lines meet inside a number. Together they have the digits of a pointer; or, for kernel mode's
 * displacements, which have any number of digits, the next line has only the rest.
 */
function isInsideNumber(line: string, behind: string): boolean {
  const rest = /^(x?)([0-9A-Fa-f]{0,16})(?![0-9A-Za-z`])/.exec(behind);
  if (rest === null) return false;
  const [, x = "", digits = ""] = rest;
  const begun = (x === "" ? /0x([0-9A-Fa-f]{0,15})$/ : /(?:^|\W)0()$/).exec(line);
  const there = begun?.[1]?.length;
  if (
    /\+\s?0x[0-9A-F]{0,7}$/.test(line) && /^[0-9A-F]{1,7}(?=\s*$|["<\\]|\s+[-<>!#*/])/.test(behind)
  ) return true;
  return there !== undefined && digits.length > 0 && [8, 16].includes(there + digits.length);
}

/** Whether two lines meet inside a character reference, or after a backslash. */
function isInsideEscape(line: string, behind: string): boolean {
  const begun = /&#?x?[0-9a-z]{0,6}$/i.exec(line);
  if (begun) {
    return /^&(?:lt|gt|amp|quot|apos|nbsp|#\d{1,5}|#x[0-9a-f]{1,5});/i.test(
      begun[0] + behind.slice(0, 8),
    );
  }
  return false;
}

/** Whether the lines meet inside the name of a frame whose displacement is on the next one. */
function isInsideName(lines: readonly string[], index: number, width: number): boolean {
  const line = lines[index] ?? "";
  const opening = line.includes("0x") ? line : `${lines[index - 1] ?? ""} ${line}`;
  const number = opening.lastIndexOf("0x");
  if (number < 0 || !/^0x[0-9A-Fa-f`]{8,17}\\?\s?:\s/.test(opening.slice(number))) return false;
  // Inside a word a mail program may have broken a name that has blanks: only a console's width is proof.
  const meet = CONSOLE_WIDTHS.includes(width) ? meetWithoutBlank : meetAtSign;
  if (!meet(line, lines[index + 1] ?? "")) return false;
  let joined = opening.slice(number);
  for (const behind of lines.slice(index + 1, index + 9)) {
    if (startOf(behind.replace(PREFIX, "")).kind !== "text") return false;
    joined += behind;
    if (/(?:\+|&#43;|&#x2b;)\s?0x[0-9A-Fa-f]+/i.test(joined)) return true;
    if (behind.length !== width) return false;
  }
  return false;
}
