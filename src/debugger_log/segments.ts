/**
 * Splits a line of a text into segments: usually one, several if line breaks were lost.
 *
 * @module
 */
import { readFrame } from "./frame_text.ts";
import { LOG_LIMITS } from "./limits.ts";
import { inlineStarts, type LineKind, type LineStart, mayHoldMore, startOf } from "./line_kinds.ts";

/** A part of a line, of one kind. */
export interface Segment {
  /** Its kind. */
  readonly kind: LineKind;
  /** Its characters, without the line's prefix (quotation marks, indentation). */
  readonly text: string;
  /** Number of its line in the text, from 1. */
  readonly line: number;
  /**
   * Length of the line that it ends, including the blanks after it, without the prefix; 0 if something else follows on
   * its line, so that the line cannot have been broken after it.
   */
  readonly width: number;
  /** The prefix of its line. */
  readonly prefix: string;
  /** Length of its line in the text, with markup. */
  readonly lineWidth: number;
}

/** Takes the next segment. */
export type TakeSegment = (segment: Segment) => void;

/** The prefix of a line: blanks and quotation marks. */
const PREFIX = /^[\s>]*/;
/** An author's marks for bold and code before a line. */
const MARKS = /^[*_`"']+/;
/** The beginnings of the debugger's messages, as far as needed to recognize them; a `#` stands for a number. */
const SENTENCES = [
  "Handle = #",
  "Thread ID = #",
  "Parsed # stack",
  "Dumped # stack",
  "Displayed # stack",
  "# new stack",
  "Ignoring handles that were already",
  "Outstanding handles opened since",
  "No outstanding handles opened",
  "The difference between the two snapshots is",
  "Handle tracing information snapshot successfully",
  "Handle tracing information is not available",
  "Handle tracing is not enabled",
  "Failed to enable handle tracing",
  "Failed to take",
  "Process #",
  "ObjectTable #",
];
/** The first words of a message, but not all of it, at the end of a line: the rest may be on the next one. */
const UNFINISHED = new RegExp(
  `(?:^|(?<=\\s))(${[...SENTENCES.map(beginningsOf), "0x[0-9A-Fa-f`]{8,17}"].join("|")})$`,
);
/** The narrowest column before which mail programs break lines. */
const NARROWEST_MAIL = 60;

/** A regular expression for the first words of a message: the first, the first two, and so on. */
function beginningsOf(message: string): string {
  const [first = "", ...rest] = message.split(" ").slice(0, -1)
    .map((word) => word === "#" ? "0x[0-9A-Fa-f]+" : word);
  return first + rest.reduceRight((behind, word) => `(?:\\s+${word}${behind})?`, "");
}

/** Characters at the end of a waiting segment in which something may begin that only the next line completes. */
const SEEN_BEFORE = 160;

/** Splits the lines of one text. */
export class SegmentReader {
  #prefix = "";
  /**
   * The last segment of a line that has lost its own line breaks: a mail program may have broken it anywhere, so it
   * waits for the next line.
   */
  #waiting: Segment | undefined;
  /** Number of lines that it is made of. */
  #waitingLines = 0;
  /** Whether it was not alone on its line: the text may have lost its own line breaks. */
  #isOneOfMany = false;

  /** Whether no segment waits for the next line. */
  get isIdle(): boolean {
    return this.#waiting === undefined;
  }

  /** Passes on the segments of a line without its markup; in the text it has `lineWidth` characters. */
  read(line: string, number: number, lineWidth: number, take: TakeSegment): void {
    const [whole = ""] = PREFIX.exec(line) ?? [];
    const text = line.slice(whole.length).trimEnd();
    const begin = startOf(text);
    if (begin.kind !== "text" && !hasLineBehindFence(begin.kind, text)) {
      this.end(take);
      if (begin.kind !== "blank") this.#prefix = whole;
      this.#split(
        {
          kind: begin.kind,
          text,
          line: number,
          width: line.length - whole.length,
          prefix: whole,
          lineWidth,
        },
        begin,
        take,
      );
      return;
    }
    const own = this.#withoutPrefix(line, whole);
    const prefix = line.slice(0, line.length - own.length);
    const bare = own.trim().replace(MARKS, "");
    const bareBegin = bare === own.trim() ? begin : startOf(bare);
    if (bareBegin.kind !== "text") {
      this.end(take);
      this.#split(
        { kind: bareBegin.kind, text: bare, line: number, width: own.length, prefix, lineWidth },
        bareBegin,
        take,
      );
      return;
    }
    const rest: Segment = {
      kind: "text",
      text: own,
      line: number,
      width: own.length,
      prefix,
      lineWidth,
    };
    this.#splitWithWaiting(rest, take);
  }

  /** Passes on the waiting segment. */
  end(take: TakeSegment): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting) take(waiting);
  }

  /**
   * A line without a known beginning may be the rest of a broken one, which blanks and `>` can belong to: only the
   * prefix of the last known line is removed.
   */
  #withoutPrefix(line: string, whole: string): string {
    if (line.startsWith(this.#prefix)) return line.slice(this.#prefix.length);
    const [blanks = ""] = /^\s*/.exec(whole) ?? [];
    // A console broke the line after its marks: a blank is the line's own.
    if (whole === " " && this.#prefix.length > 1) return line;
    if (!this.#prefix.includes(">")) {
      return line.slice(Math.min(blanks.length, this.#prefix.length));
    }
    // Either all quotations have a blank after the mark, or none: otherwise the mark is the end of a broken template.
    const isMark = /\s$/.test(whole) || this.#prefix.endsWith(">");
    return isMark ? line.slice(whole.length) : line;
  }

  #splitWithWaiting(segment: Segment, take: TakeSegment): void {
    const waiting = this.#waiting;
    if (waiting === undefined) return this.#split(segment, { kind: "text", length: 0 }, take);
    if (!this.#mayGoOn(waiting, segment)) {
      this.end(take);
      return this.#split(segment, { kind: "text", length: 0 }, take);
    }
    this.#waiting = undefined;
    const text = `${waiting.text} ${segment.text.trim()}`;
    const begin = startOf(text);
    const joined = { ...segment, kind: begin.kind, text, line: waiting.line };
    this.#split(joined, begin, take, Math.max(waiting.text.length - SEEN_BEFORE, 1));
  }

  /** Whether a line may be the rest of the waiting one. */
  #mayGoOn(waiting: Segment, { text }: Segment): boolean {
    const { joinedChars, joinedLines } = LOG_LIMITS;
    if (waiting.text.length > joinedChars || this.#waitingLines >= joinedLines) return false;
    const rest = text.trim();
    const [firstWord = ""] = rest.split(/\s/, 1);
    if (this.#isOneOfMany && waiting.width + 1 + firstWord.length > NARROWEST_MAIL) return true;
    // A handle list has lines that end with the first word of a message: "Type Thread".
    const unfinished = UNFINISHED.exec(waiting.text.trimEnd())?.[1];
    if (unfinished === undefined) return false;
    const message = `${unfinished} ${rest}`;
    return startOf(message).kind !== "text" || UNFINISHED.exec(message)?.index === 0;
  }

  /** Splits a line; `unseen` is the first position in a joined line that was not searched before. */
  #split(whole: Segment, begin: LineStart, take: TakeSegment, unseen = 0): void {
    const { text } = whole;
    const isJoined = unseen > 0;
    if (!isJoined && isOneThing(begin.kind, text)) return take(whole);
    let last = whole;
    let start = 0;
    const places = [...inlineStarts(text, Math.max(begin.length, unseen))];
    for (const [index, place] of places.entries()) {
      const { kind } = startOf(text.slice(place));
      if (kind === "frame" && !beginsFrame(text.slice(place, places[index + 1]))) continue;
      take({ ...last, text: text.slice(start, place).trimEnd(), width: 0 });
      start = place;
      last = { ...whole, kind, text: text.slice(place) };
    }
    const isOneOfMany = start > 0 || isJoined && this.#isOneOfMany;
    if (!isOneOfMany && !isUnfinished(last)) return take(last);
    this.#isOneOfMany = isOneOfMany;
    this.#waitingLines = isJoined && start === 0 ? this.#waitingLines + 1 : 1;
    this.#waiting = last;
  }
}

/** Whether a fence is not alone on its line, as in chats. */
function hasLineBehindFence(kind: LineKind, text: string): boolean {
  if (kind !== "fence") return false;
  const behind = startOf(text.replace(MARKS, "")).kind;
  return behind !== "text" && behind !== "blank";
}

/** Whether the rest of a message may be on the next line. The rest of a frame is looked for elsewhere. */
function isUnfinished({ kind, text }: Segment): boolean {
  return kind !== "frame" && UNFINISHED.test(text.trimEnd());
}

/** Lengths of the longest separators and first lines of entries: after that another line begins. */
const LONGEST = { separator: 44, handle: 56 } as const;

/** Whether a line need not be searched for more, because nothing follows its first segment. */
function isOneThing(kind: LineKind, text: string): boolean {
  switch (kind) {
    case "frame":
      return text.indexOf("0x", 3) === text.lastIndexOf("0x") && /\+ ?0x[0-9A-Fa-f]+$/.test(text);
    case "separator":
    case "handle":
      return text.length <= LONGEST[kind] && text.indexOf("0x") === text.lastIndexOf("0x");
    case "thread":
      return numbersIn(text) <= 2 && text.lastIndexOf("0x") <= text.lastIndexOf("= 0x") + 2;
    case "blank":
    case "elision":
    case "fence":
    case "noise":
      return true;
    default:
      return !mayHoldMore(text);
  }
}

function numbersIn(text: string): number {
  let count = 0;
  for (let at = text.indexOf("0x"); at >= 0; at = text.indexOf("0x", at + 2)) count++;
  return count;
}

/**
 * Whether a frame begins here. A program can print `0x0040a1b0: tick`: inside a line only text with a displacement or a
 * module's name is a frame, or an address at the end, whose name may be on the next line.
 */
function beginsFrame(text: string): boolean {
  const frame = readFrame(text.slice(0, LOG_LIMITS.joinedChars));
  const isWhole = frame !== undefined && frame.displacement !== "missing";
  return isWhole || /^0x[0-9A-Fa-f`]{8,17}\s?:(?:\s+[^\s!]+!|\s*$)/.test(text);
}
