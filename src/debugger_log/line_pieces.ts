/**
 * The pieces of a line that was broken, and what they say about its breaks.
 *
 * @module
 */
import { CONSOLE_WIDTHS } from "../handle_list/console_widths.ts";
import { readFrame } from "./frame_text.ts";
import { LOG_LIMITS } from "./limits.ts";
import { meetAtSign, meetWithoutBlank, openBrackets } from "./name_breaks.ts";
import type { Segment } from "./segments.ts";

/** A line in the pieces that it was broken into. */
export interface BrokenLine {
  readonly pieces: Piece[];
}

/** A part of a broken line. */
export interface Piece extends Segment {
  /** Whether the text has a blank before it where the break may have been. */
  readonly isBehindBlank?: true;
}

/** How a break is to be undone. */
export type Join =
  /** The pieces belong together as they are. */
  | "nothing"
  /** The break took the place of a blank. */
  | "blank"
  /** By its place either is possible. */
  | "either";

/** The last message of a diff, behind its number: it is longer than most lines that a text is wrapped at. */
const CLOSING = "stack traces for outstanding handles opened since the previous snapshot.";

/** A frame whose displacement may go on, without what is there of it. */
export function withoutNumber({ pieces }: BrokenLine): Piece[] {
  const last = pieces.at(-1)!;
  return [...pieces.slice(0, -1), { ...last, text: last.text.replace(/\+\s?0x[0-9A-F]*\s*$/, "") }];
}

/** Whether a line has a blank wherever a console of a width would have broken it before its end. */
export function hasBlanksAt(text: string, width: number, end: number): boolean {
  for (let place = width; place < end; place += width + 1) if (text[place] !== " ") return false;
  return true;
}

/** The widths of consoles that may have broken a line before this place: once, or several times. */
export function widthsBefore(place: number): number[] {
  const several = CONSOLE_WIDTHS.filter((width) => (place + 1) % (width + 1) === 0);
  return several.length > 0 ? several : [place];
}

/** A line that was broken at a width wherever that is reached before `end`, each break a blank now. */
export function splitAt(segment: Segment, width: number, end: number): Piece[] {
  const pieces: Piece[] = [];
  for (let from = 0; from < segment.text.length; from += width + 1) {
    const isLast = from + width >= end;
    const text = segment.text.slice(from, isLast ? undefined : from + width);
    const isFirst = from === 0;
    pieces.push({
      ...segment,
      ...(isFirst ? {} : { kind: "text", prefix: "", isBehindBlank: true }),
      text,
      width: text.length,
    });
    if (isLast) break;
  }
  return pieces;
}

/** Whether a quotation mark, or what was taken for one, stands before a piece that goes on with a line. */
export function hasMark({ prefix, kind }: Segment): boolean {
  return kind === "text" && prefix.includes(">");
}

/** A piece with the last marks before it. */
export function withMark(piece: Segment): Segment {
  if (!hasMark(piece)) return piece;
  const marks = piece.prefix.trimStart().replace(/^(?:>\s+)*(?=>)/, "");
  return { ...piece, text: marks + piece.text, width: piece.width + marks.length };
}

/** Whether angle brackets of a frame's name are not closed. */
export function isUnclosed({ kind, text }: Segment): boolean {
  return kind === "frame" && openBrackets(text) > 0;
}

/** Whether a line had a console's width with its markup, so that it may have been broken there. */
export function mayBeOfMarkup({ width, prefix, lineWidth }: Segment): boolean {
  return width + prefix.length !== lineWidth && CONSOLE_WIDTHS.includes(lineWidth);
}

/** Two pieces of a line put together. */
export function glued(before: string, behind: string, join: "nothing" | "blank"): string {
  return before.trimEnd() + (join === "blank" ? " " : "") + behind.trim();
}

/** Puts all pieces together as if none of the breaks had taken the place of a blank, or each that may have. */
export function joined({ pieces }: BrokenLine, either: "nothing" | "blank"): Segment {
  const [first, ...rest] = pieces;
  if (first === undefined) throw new RangeError("a line without pieces");
  let text = first.text;
  let before = first;
  for (const piece of rest) {
    const join = joinOf(before, piece, false);
    text = glued(text, piece.text, join === "either" ? either : join);
    before = piece;
  }
  return { ...first, text, width: before.width };
}

/** How a break between two pieces is to be undone; `areStray` where blanks say nothing. */
export function joinOf(before: Segment, behind: Segment, areStray: boolean): Join {
  if (before.kind === "displayed") return isBrokenAtBlank(before) ? "blank" : "nothing";
  const text = before.text.trimEnd();
  if (/\s\+$/.test(text)) return "blank"; // a debugger that puts blanks around the plus
  const isOfFrame = before.kind === "frame" || before.kind === "text";
  if (isOfFrame && isInsideNumber(text) && /^[0-9A-Fa-fx]+(?!\w)/.test(behind.text.trim())) {
    return "nothing";
  }
  const hasBlank = before.width > text.length || /^\s/.test(behind.text);
  if (!isOfFrame) return "blank";
  if (hasBlank && !areStray) return meetAtSign(text, behind.text.trim()) ? "nothing" : "blank";
  if (/^0x[0-9A-Fa-f`]{8,17}\s?:$/.test(text)) return "blank";
  return meetWithoutBlank(text, behind.text.trim()) ? "nothing" : "either";
}

/** Whether a line ends where a console would not have broken it but at a blank by chance. */
export function isBrokenAtBlank({ kind, text }: Segment): boolean {
  return kind === "displayed"
    ? restOfClosing(text).startsWith(" ")
    : kind === "frame" && text.endsWith(":");
}

/** What is missing of the last message of a diff; empty for all of it and for other texts. */
export function restOfClosing(text: string): string {
  const shown = text.replace(/^Displayed\s+\S+ /, "").trimEnd();
  return CLOSING.startsWith(shown) ? CLOSING.slice(shown.length) : "";
}

/** Whether a text ends inside a displacement. */
export function isInsideNumber(text: string): boolean {
  return /\+\s?(?:0(?:x[0-9A-Fa-f]*)?)?$/.test(text);
}

/** Whether a segment may be the next piece of a broken line. */
export function canGoOn({ pieces }: BrokenLine, { kind, text }: Segment): boolean {
  const first = pieces[0];
  if (kind !== "text" || first === undefined || text.trim() === "") return false;
  if (pieces.length >= LOG_LIMITS.joinedLines) return false;
  const chars = pieces.reduce((sum, piece) => sum + piece.text.length, text.length);
  if (chars > LOG_LIMITS.joinedChars) return false;
  if (first.kind === "displayed") return restOfClosing(first.text).trim().startsWith(text.trim());
  if (first.kind === "prompt") return isRestOfCommand(first.text, text);
  if (first.kind === "handle") return /^(?:\*|OPEN|CLOSE|BAD|REFERENCE)/.test(text);
  if (first.kind === "thread") return /^(?:Process|ID\b|=|0x|[0-9A-Fa-f]+$)/.test(text);
  const sofar = joined({ pieces }, "nothing").text;
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
