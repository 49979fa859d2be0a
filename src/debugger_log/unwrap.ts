/**
 * Joins lines that were broken on their way: by a mail program at blanks, by a console at its width.
 *
 * A mail program's break replaced a blank, a console's replaced nothing. Some breaks show which of the two it was
 * (inside a number, after an address); lines with ambiguous breaks wait until one shows it.
 *
 * @module
 */
import { CONSOLE_WIDTHS } from "../handle_list/console_widths.ts";
import { readFrame } from "./frame_text.ts";
import { LOG_LIMITS } from "./limits.ts";
import { type LineKind, PROMPT } from "./line_kinds.ts";
import {
  type BrokenLine,
  canGoOn,
  glued,
  hasBlanksAt,
  hasMark,
  isBrokenAtBlank,
  isInsideNumber,
  isUnclosed,
  type Join,
  joined,
  joinOf,
  mayBeOfMarkup,
  type Piece,
  restOfClosing,
  splitAt,
  widthsBefore,
  withMark,
  withoutNumber,
} from "./line_pieces.ts";
import { meetAtSign, meetWithoutBlank } from "./name_breaks.ts";
import type { Segment } from "./segments.ts";
import { DoubleSpacing } from "./text_lines.ts";

/** A break in a line. */
interface Break {
  readonly before: Segment;
  readonly behind: Piece;
  readonly join: Join;
  readonly column: number;
}

/** The position of an ambiguous break. */
interface UnclearBreak {
  /** Length of the line before it. */
  readonly column: number;
  /** The same with markup and with the prefix of the line. */
  readonly lineWidth: number;
  /** Whether no line was wider. */
  readonly isWidest: boolean;
}

/** A narrower line is the rest of one that was broken before it was broken again. */
const NARROWEST_CONSOLE = 40;
/** Number of ambiguous breaks after which their widths decide. */
const ENOUGH_BREAKS = 16;
/** Number of different breaks at exactly the same width that show a console: a mail program's widths differ. */
const ENOUGH_OF_ONE_WIDTH = 3;
/** Kinds of lines after which blanks mean nothing. */
const MAY_END_WITH_BLANKS: readonly LineKind[] = ["prompt", "text", "blank", "noise", "fence"];
/** A prompt without a command, or with one that can have more arguments. */
const UNFINISHED_COMMAND = new RegExp(`^${PROMPT}\\s*(?:!\\w*htrace(?:\\s+[-\\w]+)?)?$`);
/** A number with a blank inside, after a name: a console broke it there. */
const BROKEN_NUMBER = /\+\s?0x[0-9A-Fa-f]{0,15}(?= [0-9A-Fa-f]{1,16}(?!\w))/;
/** A symbol warning between an address and its name. */
const WARNING_BEHIND_ADDRESS = /(?<=^0x[0-9A-Fa-f`]{8,17}\s?:)\s*\*{3}\s+(?:WARNING|ERROR).*$/;

/** Joins the broken lines of one text. */
export class Unwrapper {
  #broken: BrokenLine | undefined;
  #held: (Segment | BrokenLine)[] = [];
  #isKernelMode = false;
  /** Width of the console that broke the text, once a break has shown it. */
  #consoleWidth: number | undefined;
  /** Whether a break has shown a mail program. */
  #isMail = false;
  /** Ambiguous breaks, each text once: a stack that occurs twice is broken in the same way twice. */
  readonly #unclear = new Map<string, UnclearBreak>();
  readonly #spacing = new DoubleSpacing();
  /** Whether unbroken lines have blanks after them: then blanks say nothing about breaks. */
  #hasStrayBlanks = false;
  /** Console widths that no line exceeds without a break there. */
  readonly #possibleWidths = new Set(CONSOLE_WIDTHS);
  /** Width of the widest debugger line of several words so far: a lower limit for a mail program's width. */
  #widestOfWords = 0;
  /** Width of the widest line so far: a lower limit for a console's width. */
  #widest = 0;

  /**
   * Notes that a console broke the text at this width, and that its lines were joined where they clearly belong
   * together; `isMail` if a mail program also broke lines.
   */
  noteConsole(width: number, isMail: boolean): void {
    if (width > 0) this.#consoleWidth ??= width;
    this.#isMail ||= isMail;
  }

  /** Whether no line waits for another, so that the next one can be read without this class. */
  get isIdle(): boolean {
    return this.#broken === undefined && this.#held.length === 0;
  }

  /** Takes the next segment and passes on the complete ones. */
  push(segment: Segment, take: (segment: Segment) => void): void {
    if (segment.kind === "handle") this.#isKernelMode = !segment.text.includes("=");
    if (segment.width > this.#widest) this.#widest = segment.width;
    if (
      segment.width > this.#widestOfWords && segment.kind !== "text" && / \S/.test(segment.text)
    ) {
      this.#widestOfWords = segment.width;
    }
    if (segment.kind === "displayed" && restOfClosing(segment.text) === "") {
      this.#noteUnbroken(segment.text, segment.text.length);
    }
    const current = withoutWarning(segment);
    const lost = this.#lostPieces(current);
    if (lost !== undefined) {
      this.#giveUp(take);
      this.#pass({ pieces: lost }, take);
      return;
    }
    const isAdded = this.#spacing.note(segment.kind === "blank");
    if (isAdded && this.#broken !== undefined) return;
    if (this.#broken) {
      if (segment.kind === "noise") return;
      const isRest = this.#isRestOfNumber(this.#broken, current);
      if (isRest === false) {
        this.#pass({ pieces: withoutNumber(this.#broken) }, take);
        this.#broken = undefined;
        return;
      }
      if (isRest || canGoOn(this.#broken, current)) {
        this.#broken.pieces.push(current);
        const isWhole = !this.#isBroken(joined(this.#broken, "nothing"));
        if (isWhole) this.#finishBroken(take);
        return;
      }
      this.#giveUp(take);
    }
    if (current.width > 0 && this.#isBroken(current)) this.#broken = { pieces: [current] };
    else {
      if (current.width > current.text.length && !MAY_END_WITH_BLANKS.includes(current.kind)) {
        this.#hasStrayBlanks = true;
      }
      this.#pass(current, take);
    }
  }

  /** Passes on what is still waiting. */
  end(take: (segment: Segment) => void): void {
    if (this.#broken) this.#finishBroken(take);
    this.#release(take);
  }

  /** Whether a segment is incomplete. */
  #isBroken({ kind, text }: Segment): boolean {
    switch (kind) {
      case "frame": {
        const displacement = readFrame(text)?.displacement;
        return displacement === "missing" || displacement === "unpadded";
      }
      case "handle":
        return !/\b(?:OPEN|CLOSE|BAD\s+REFERENCE)\b/.test(text);
      case "thread":
        return !/Process ID\s*=\s*0x[0-9A-Fa-f`]+/.test(text);
      case "displayed":
        return restOfClosing(text) !== "";
      case "prompt":
        return UNFINISHED_COMMAND.test(text);
      default:
        return false;
    }
  }

  /**
   * Kernel mode does not pad displacements, so a console may have broken one before digits that are now a line. Returns
   * false if they are not a console's width away from its beginning, undefined for other lines.
   */
  #isRestOfNumber({ pieces }: BrokenLine, { kind, text }: Segment): boolean | undefined {
    const last = pieces.at(-1)!;
    const isNumber = this.#isKernelMode && kind === "text" && /^\s*[0-9A-F]{1,7}\s*$/.test(text) &&
      pieces[0]?.kind === "frame" && /\+\s?0x[0-9A-F]{0,7}$/.test(last.text.trimEnd());
    if (!isNumber) return undefined;
    const together = pieces.reduce((sum, piece) => sum + piece.text.trim().length + 1, -1);
    return last.width >= this.#widest || together === this.#consoleWidth ||
      [last.text.trim().length, last.lineWidth, together].some((width) =>
        CONSOLE_WIDTHS.includes(width)
      );
  }

  /** Excludes the consoles that would have left a blank at their width in this line, which is longer. */
  #noteUnbroken(text: string, end: number): void {
    for (const console of this.#possibleWidths) {
      if (!hasBlanksAt(text, console, end)) this.#possibleWidths.delete(console);
    }
  }

  /**
   * The pieces of a line in a text whose line breaks became blanks, if a console may have broken it before: then every
   * longer line has a blank at the console's width. Undefined if nothing shows that.
   */
  #lostPieces(segment: Segment): Piece[] | undefined {
    const { kind, text, width } = segment;
    if (kind !== "frame" || width > 0) return undefined;
    const isPadded = readFrame(text)?.displacement === "padded";
    const end = isPadded ? text.search(/\+\s?0x[0-9A-Fa-f`]+(?!\w)/) : text.length;
    this.#noteUnbroken(text, end);
    const number = isPadded ? null : BROKEN_NUMBER.exec(text);
    const widths = this.#consoleWidth !== undefined
      ? [this.#consoleWidth]
      : number
      ? widthsBefore(number.index + number[0].length)
      : CONSOLE_WIDTHS.filter((console) => this.#possibleWidths.has(console));
    const fitting = widths.filter((console) => console < end && hasBlanksAt(text, console, end));
    const found =
      fitting.find((console) =>
        meetWithoutBlank(text.slice(0, console), text.slice(console + 1))
      ) ?? fitting[0];
    return found === undefined ? undefined : splitAt(segment, found, end);
  }

  #finishBroken(take: (segment: Segment) => void): void {
    const broken = this.#broken;
    this.#broken = undefined;
    if (broken) this.#pass(broken.pieces.length === 1 ? broken.pieces[0]! : broken, take);
  }

  /** The rest of the line never came: what follows it is separate text. */
  #giveUp(take: (segment: Segment) => void): void {
    const broken = this.#broken;
    this.#broken = undefined;
    if (broken === undefined) return;
    const [first, second] = broken.pieces;
    const isWhole = first?.kind === "prompt" || first?.kind === "frame" &&
        readFrame(joined(broken, "blank").text)?.displacement !== "missing";
    if (isWhole && second) this.#pass(broken, take);
    else for (const piece of broken.pieces) this.#pass(piece, take);
  }

  #pass(line: Segment | BrokenLine, take: (segment: Segment) => void): void {
    if ("pieces" in line && !this.#noteBreaks(line)) {
      this.#held.push(line);
      if (this.#unclear.size >= ENOUGH_BREAKS) this.#release(take);
      return;
    }
    if ("kind" in line && this.#held.length > 0) {
      this.#held.push(line);
      const isEnd = line.kind === "prompt" || line.kind === "dumped" || line.kind === "displayed";
      if (isEnd || this.#held.length >= LOG_LIMITS.heldLines) this.#release(take);
      return;
    }
    this.#release(take);
    take("pieces" in line ? this.#join(line) : line);
  }

  /** Learns from the breaks of a line; returns whether it is known how to undo all of them. */
  #noteBreaks(line: BrokenLine): boolean {
    this.#noteWidths(line);
    let isKnown = true;
    let isDoubtful = false;
    for (const { before, behind, join, column } of this.#breaksOf(line)) {
      if (join === "nothing" && before.kind !== "prompt" && column >= NARROWEST_CONSOLE) {
        this.#consoleWidth = isInsideNumber(before.text) ? column : this.#consoleWidth ?? column;
      }
      if (join === "blank" && isBrokenAtBlank(before)) this.#isMail = true;
      if (join === "either") {
        const isWidest = column >= this.#widest || behind.isBehindBlank === true;
        this.#unclear.set(`${before.text}\n${behind.text}`, {
          column,
          lineWidth: before.lineWidth,
          isWidest,
        });
        isKnown = false;
        isDoubtful ||= this.#mayBeBoth(column);
      }
    }
    return isKnown || !isDoubtful && (this.#consoleWidth !== undefined || this.#isMail);
  }

  #noteWidths({ pieces }: BrokenLine): void {
    if (pieces.some(({ isBehindBlank }) => isBehindBlank)) return;
    let end = -1;
    const ends = pieces.flatMap(({ text, width }) => {
      const trimmed = end + text.trim().length + 1;
      end += width + 1;
      return [trimmed, end];
    });
    for (const width of this.#possibleWidths) {
      if (width < end && !ends.includes(width)) this.#possibleWidths.delete(width);
    }
  }

  #release(take: (segment: Segment) => void): void {
    const held = this.#held;
    this.#held = [];
    if (held.length > 0 && this.#consoleWidth === undefined && !this.#isMail) this.#decide();
    for (const line of held) take("pieces" in line ? this.#join(line) : line);
  }

  /** Decides if no break has shown it: a mail program's lines have many widths, a console's have one. */
  #decide(): void {
    const breaks = [...this.#unclear.values()];
    const [first] = breaks;
    this.#unclear.clear();
    if (first === undefined) return;
    const { column, lineWidth } = first;
    const isOneColumn = breaks.every((other) => other.column === column && other.isWidest);
    const isOneWidth = breaks.every((other) => other.lineWidth === lineWidth);
    const mayBeConsole = isOneColumn && CONSOLE_WIDTHS.includes(column) ||
      isOneWidth && CONSOLE_WIDTHS.includes(lineWidth);
    if (isOneColumn && breaks.length >= ENOUGH_OF_ONE_WIDTH) this.#consoleWidth = column;
    else if (!mayBeConsole && (!isOneColumn || breaks.length === 1)) this.#isMail = true;
  }

  /** Joins the pieces, up to a break of which nothing shows what was there. */
  #join(line: BrokenLine): Segment {
    const whole = this.#joinPieces(line);
    if (!isUnclosed(whole) || !line.pieces.some(hasMark)) return whole;
    // The mark before a piece was not a quotation mark, but the end of a template.
    const pieces = line.pieces.map((piece, index) => index > 0 ? withMark(piece) : piece);
    const closed = this.#joinPieces({ pieces });
    if (!isUnclosed(closed)) return closed;
    return this.#joinPieces({ pieces: line.pieces.slice(0, line.pieces.findIndex(hasMark)) });
  }

  #joinPieces(line: BrokenLine): Segment {
    const first = line.pieces[0]!;
    let text = first.text;
    for (const found of this.#breaksOf(line)) {
      const { behind, join } = found;
      const known = join === "either" ? this.#joinAt(found) : join;
      if (known === "either") return { ...first, text: text.trimEnd() };
      text = glued(text, behind.text, known);
    }
    return { ...first, text };
  }

  /** How to undo an ambiguous break. */
  #joinAt({ before, behind, column }: Break): Join {
    if (behind.isBehindBlank && !this.#possibleWidths.has(column)) return "blank";
    if (column === this.#consoleWidth) {
      return this.#isMail || behind.isBehindBlank || this.#hasStrayBlanks ? "either" : "nothing";
    }
    if (this.#mayBeBoth(column) || mayBeOfMarkup(before)) return "either";
    if (meetWithoutBlank(before.text.trimEnd(), behind.text.trim())) return "either";
    return this.#isMail || this.#consoleWidth !== undefined ? "blank" : "either";
  }

  /**
   * Whether a break may be a console's, in a text whose lines a mail program broke again: shorter lines together have a
   * console's width, and no line exceeds it.
   */
  #mayBeBoth(column: number): boolean {
    return this.#consoleWidth === undefined && column > this.#widestOfWords &&
      this.#possibleWidths.has(column);
  }

  /** Whether a mail program may have broken a name between two words that are not known to stand in names. */
  #isMailInWord(before: Segment, behind: Segment, column: number): boolean {
    return this.#isMail && before.kind !== "displayed" && !isInsideNumber(before.text.trimEnd()) &&
      !meetAtSign(before.text.trimEnd(), behind.text.trim()) && column !== this.#consoleWidth &&
      !CONSOLE_WIDTHS.includes(column);
  }

  #isConsoleWidth(column: number, before: Segment, behind: Segment): boolean {
    if (this.#consoleWidth !== undefined) return column === this.#consoleWidth;
    return CONSOLE_WIDTHS.includes(column) || column === before.width && column === behind.width;
  }

  /** The breaks of a line, each with the width that the line had there before a mail program also broke it. */
  *#breaksOf({ pieces }: BrokenLine): Generator<Break> {
    const widthOf = ({ text, width }: Segment): number =>
      this.#hasStrayBlanks ? text.trim().length : width;
    let column = widthOf(pieces[0]!);
    for (let i = 1; i < pieces.length; i++) {
      const [before, behind] = [pieces[i - 1]!, pieces[i]!];
      const found = joinOf(before, behind, this.#hasStrayBlanks);
      const join = found === "nothing" && this.#isMailInWord(before, behind, column)
        ? "either"
        : found;
      yield { before, behind, join, column };
      const isConsole = join === "nothing" ||
        join === "either" && this.#isConsoleWidth(column, before, behind);
      column = widthOf(behind) + (isConsole ? 0 : column + 1);
    }
  }
}

/** Removes a symbol warning after an address, whose name then begins the next line. */
function withoutWarning(segment: Segment): Segment {
  if (segment.kind !== "frame" || !segment.text.includes("***")) return segment;
  return { ...segment, text: segment.text.replace(WARNING_BEHIND_ADDRESS, "") };
}
