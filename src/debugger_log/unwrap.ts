/**
 * Joins lines that were broken on their way: by a mail program at blanks, by a console at its width.
 *
 * A mail program's break took the place of a blank, a console's took no place. Which of the two it was shows at some
 * breaks (inside a number, behind an address); lines whose breaks may be either wait until one shows it.
 *
 * @module
 */
import { readFrame } from "./frame_text.ts";
import { LOG_LIMITS } from "./limits.ts";
import { PROMPT } from "./line_kinds.ts";
import type { Segment } from "./segments.ts";

/** A line in the pieces that it was broken into. */
interface BrokenLine {
  readonly pieces: Segment[];
}

/** How a break is to be undone. */
type Join =
  /** The pieces belong together as they are. */
  | "nothing"
  /** The break took the place of a blank. */
  | "blank"
  /** By its place either is possible. */
  | "either";

/** Widths of consoles, where a single break says nothing else. */
const CONSOLE_WIDTHS: readonly number[] = [80, 100, 120, 132, 160];
/** Breaks that may be either after which it is decided by their widths. */
const ENOUGH_BREAKS = 16;
/** A prompt without a command, or with one that may have more arguments. */
const UNFINISHED_COMMAND = new RegExp(`^${PROMPT}\\s*(?:!\\w*htrace(?:\\s+[-\\w]+)?)?$`);
/** What a symbol warning puts between an address and its name. */
const WARNING_BEHIND_ADDRESS = /(?<=^0x[0-9A-Fa-f`]{8,17}\s?:)\s*\*{3}\s+(?:WARNING|ERROR).*$/;

/** The last message of a diff, behind its number: it is longer than most lines that a text is wrapped at. */
const CLOSING = "stack traces for outstanding handles opened since the previous snapshot.";

/** Joins the broken lines of one text. */
export class Unwrapper {
  #broken: BrokenLine | undefined;
  #held: (Segment | BrokenLine)[] = [];
  #isKernelMode = false;
  /** Width of the console that broke the text, once a break showed it. */
  #consoleWidth: number | undefined;
  /** Whether a break showed a mail program. */
  #isMail = false;
  /** Widths of the lines before breaks that may be either. */
  #widths: number[] = [];
  /** Width of the widest line so far: a console's width at least. */
  #widest = 0;

  /** Whether no line waits for another: what comes next may be read without asking here. */
  get isIdle(): boolean {
    return this.#broken === undefined && this.#held.length === 0;
  }

  /** Takes the next segment and hands over those that are whole. */
  push(segment: Segment, take: (segment: Segment) => void): void {
    if (segment.kind === "handle") this.#isKernelMode = !segment.text.includes("=");
    if (segment.width > this.#widest) this.#widest = segment.width;
    const current = withoutWarning(segment);
    if (this.#broken) {
      if (segment.kind === "noise") return;
      if (canGoOn(this.#broken, current) || this.#isRestOfNumber(this.#broken, current)) {
        this.#broken.pieces.push(current);
        const isWhole = !this.#isBroken(joined(this.#broken, () => "nothing"));
        if (isWhole) this.#finishBroken(take);
        return;
      }
      this.#giveUp(take);
    }
    if (current.width > 0 && this.#isBroken(current)) this.#broken = { pieces: [current] };
    else this.#pass(current, take);
  }

  /** Hands over what still waits. */
  end(take: (segment: Segment) => void): void {
    if (this.#broken) this.#finishBroken(take);
    this.#release(take);
  }

  /** Whether a segment is not all that it begins to be. */
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

  /** Kernel mode does not pad displacements: a console may have broken one before digits that are a line now. */
  #isRestOfNumber({ pieces }: BrokenLine, { kind, text }: Segment): boolean {
    const [first] = pieces;
    return this.#isKernelMode && kind === "text" && /^[0-9A-Fa-f]{1,8}$/.test(text) &&
      first !== undefined && first.kind === "frame" && pieces.at(-1)!.width >= this.#widest &&
      CONSOLE_WIDTHS.includes(this.#widest);
  }

  #finishBroken(take: (segment: Segment) => void): void {
    const broken = this.#broken;
    this.#broken = undefined;
    if (broken) this.#pass(broken.pieces.length === 1 ? broken.pieces[0]! : broken, take);
  }

  /** The rest of the line never came: what follows it is text of its own. */
  #giveUp(take: (segment: Segment) => void): void {
    const broken = this.#broken;
    this.#broken = undefined;
    if (broken === undefined) return;
    const [first, second] = broken.pieces;
    const isWhole = first?.kind === "prompt" || first?.kind === "frame" &&
        readFrame(joined(broken, () => "blank").text)?.displacement !== "missing";
    if (isWhole && second) this.#pass(broken, take);
    else for (const piece of broken.pieces) this.#pass(piece, take);
  }

  #pass(line: Segment | BrokenLine, take: (segment: Segment) => void): void {
    if ("pieces" in line && !this.#noteBreaks(line)) {
      this.#held.push(line);
      if (this.#widths.length >= ENOUGH_BREAKS) this.#release(take);
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

  /** Learns from the breaks of a line, and says whether it is known how to undo them all. */
  #noteBreaks({ pieces }: BrokenLine): boolean {
    let isKnown = true;
    for (let i = 1; i < pieces.length; i++) {
      const [before, behind] = [pieces[i - 1]!, pieces[i]!];
      const join = joinOf(before, behind);
      if (join === "nothing" && isInsideNumber(before.text)) this.#consoleWidth = before.width;
      if (join === "nothing" && before.kind === "displayed") this.#consoleWidth = before.width;
      if (join === "blank" && isBrokenAtBlank(before)) this.#isMail = true;
      if (join === "either") {
        this.#widths.push(before.width);
        isKnown = false;
      }
    }
    return isKnown || this.#consoleWidth !== undefined || this.#isMail;
  }

  #release(take: (segment: Segment) => void): void {
    const held = this.#held;
    this.#held = [];
    if (held.length > 0 && this.#consoleWidth === undefined && !this.#isMail) this.#decide();
    for (const line of held) take("pieces" in line ? this.#join(line) : line);
  }

  /** No break showed what it was: lines of one width were broken by a console. */
  #decide(): void {
    const [first, ...others] = this.#widths;
    if (first === undefined) return;
    const isOneWidth = others.every((width) => width === first) && first >= this.#widest;
    if (isOneWidth && (others.length > 0 || CONSOLE_WIDTHS.includes(first))) {
      this.#consoleWidth = first;
    } else this.#isMail = true;
    this.#widths = [];
  }

  #join(line: BrokenLine): Segment {
    return joined(line, (width) => width === this.#consoleWidth ? "nothing" : "blank");
  }
}

/** Puts the pieces together; `either` says what to do where both are possible, by the width of the line before. */
function joined(
  { pieces }: BrokenLine,
  either: (width: number) => Exclude<Join, "either">,
): Segment {
  const [first, ...rest] = pieces;
  if (first === undefined) throw new RangeError("a line without pieces");
  let text = first.text;
  let before = first;
  for (const piece of rest) {
    const join = joinOf(before, piece);
    const isBlank = (join === "either" ? either(before.width) : join) === "blank";
    text = isBlank ? `${text.trimEnd()} ${piece.text.trim()}` : text + piece.text.trimEnd();
    before = piece;
  }
  return { ...first, text, width: before.width };
}

function joinOf(before: Segment, behind: Segment): Join {
  if (before.kind === "displayed") return isBrokenAtBlank(before) ? "blank" : "nothing";
  const hasBlank = before.width > before.text.trimEnd().length || /^\s/.test(behind.text);
  if (hasBlank || before.kind !== "frame" && before.kind !== "text") return "blank";
  if (/^0x[0-9A-Fa-f`]{8,17}\s?:$/.test(before.text)) return "blank";
  if (/\s\+$/.test(before.text)) return "blank"; // a debugger that puts blanks around the plus
  if (isInsideNumber(before.text) && /^[0-9A-Fa-fx]+(?!\w)/.test(behind.text)) return "nothing";
  return "either";
}

/** Whether a line ends where a console would not have broken it but at a blank by chance. */
function isBrokenAtBlank({ kind, text }: Segment): boolean {
  return kind === "displayed"
    ? restOfClosing(text).startsWith(" ")
    : kind === "frame" && text.endsWith(":");
}

/** What is missing of the last message of a diff; empty for all of it and for other texts. */
function restOfClosing(text: string): string {
  const shown = text.replace(/^Displayed\s+\S+ /, "").trimEnd();
  return CLOSING.startsWith(shown) ? CLOSING.slice(shown.length) : "";
}

/** Whether a text ends inside a displacement. */
function isInsideNumber(text: string): boolean {
  return /\+\s?(?:0(?:x[0-9A-Fa-f]*)?)?$/.test(text);
}

/** Whether a segment may be the next piece of a broken line. */
function canGoOn({ pieces }: BrokenLine, { kind, text }: Segment): boolean {
  const first = pieces[0];
  if (kind !== "text" || first === undefined || text.trim() === "") return false;
  if (pieces.length >= LOG_LIMITS.joinedLines) return false;
  const chars = pieces.reduce((sum, piece) => sum + piece.text.length, text.length);
  if (chars > LOG_LIMITS.joinedChars) return false;
  if (first.kind === "displayed") return restOfClosing(first.text).trim().startsWith(text.trim());
  if (first.kind === "prompt") return isRestOfCommand(first.text, text);
  if (first.kind === "handle") return /^(?:\*|OPEN|CLOSE|BAD|REFERENCE)/.test(text);
  if (first.kind === "thread") return /^(?:Process|ID\b|=|0x|[0-9A-Fa-f]+$)/.test(text);
  const sofar = joined({ pieces }, () => "nothing").text;
  const found = readFrame(sofar);
  if (found?.displacement !== "unpadded") return true;
  const digits = /^[0-9A-Fa-f]{1,15}(?!\w)/.exec(text)?.[0].length ?? 0;
  const there = /\+\s?0x([0-9A-Fa-f]+)$/.exec(sofar)?.[1]?.length;
  return digits > 0 && there !== undefined && there + digits === found.addressDigits;
}

/** Whether a line is what stood behind a prompt: the command, its option, or the numbers that it takes. */
function isRestOfCommand(prompt: string, text: string): boolean {
  return prompt.endsWith(">")
    ? /^!\w*htrace\b/.test(text)
    : /^(?:-[a-z?]+|[0-9A-Fa-f`]{1,17})(?:\s+[0-9A-Fa-f`]{1,17})*$/.test(text);
}

/** A symbol warning may stand behind an address whose name then begins the next line. */
function withoutWarning(segment: Segment): Segment {
  if (segment.kind !== "frame" || !segment.text.includes("***")) return segment;
  return { ...segment, text: segment.text.replace(WARNING_BEHIND_ADDRESS, "") };
}
