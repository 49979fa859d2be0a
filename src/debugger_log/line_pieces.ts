/**
 * The pieces of a broken line, and what they show about its breaks.
 *
 * @module
 */
import { CONSOLE_WIDTHS } from "../handle_list/console_widths.ts";
import { readFrame } from "./frame_text.ts";
import { LOG_LIMITS } from "./limits.ts";
import { meetAtSign, meetWithoutBlank, openBrackets } from "./name_breaks.ts";
import type { Segment } from "./segments.ts";

/** A line in the pieces into which it was broken. */
export interface BrokenLine {
  readonly pieces: Piece[];
}

/** A part of a broken line. */
export interface Piece extends Segment {
  /** Whether the text has a blank before it, where the break may have been. */
  readonly isBehindBlank?: true;
}

/** How to undo a break. */
export type Join =
  /** The pieces belong together as they are. */
  | "nothing"
  /** The break replaced a blank. */
  | "blank"
  /** Its position allows either. */
  | "either";

/** The last message of a diff after its number, which is longer than the width of most wrapped texts. */
const CLOSING = "stack traces for outstanding handles opened since the previous snapshot.";

/** A frame whose displacement may continue, without the displacement. */
export function withoutNumber({ pieces }: BrokenLine): Piece[] {
  const last = pieces.at(-1)!;
  return [...pieces.slice(0, -1), { ...last, text: last.text.replace(/\+\s?0x[0-9A-F]*\s*$/, "") }];
}

/** Whether a line has a blank wherever a console of this width would have broken it before `end`. */
export function hasBlanksAt(text: string, width: number, end: number): boolean {
  for (let place = width; place < end; place += width + 1) if (text[place] !== " ") return false;
  return true;
}

/** The widths of consoles that may have broken a line before this position, once or several times. */
export function widthsBefore(place: number): number[] {
  const several = CONSOLE_WIDTHS.filter((width) => (place + 1) % (width + 1) === 0);
  return several.length > 0 ? several : [place];
}

/** A line that was broken at a width wherever that is reached before `end`; each break is now a blank. */
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

/** Whether a quotation mark, or what was taken for one, is before a piece that continues a line. */
export function hasMark({ prefix, kind }: Segment): boolean {
  return kind === "text" && prefix.includes(">");
}

/** A piece with the last marks before it. */
export function withMark(piece: Segment): Segment {
  if (!hasMark(piece)) return piece;
  const marks = piece.prefix.trimStart().replace(/^(?:>\s+)*(?=>)/, "");
  return { ...piece, text: marks + piece.text, width: piece.width + marks.length };
}

/** Whether a frame's name has unclosed angle brackets. */
export function isUnclosed({ kind, text }: Segment): boolean {
  return kind === "frame" && openBrackets(text) > 0;
}

/** Whether a line with its markup had a console's width, so that it may have been broken there. */
export function mayBeOfMarkup({ width, prefix, lineWidth }: Segment): boolean {
  return width + prefix.length !== lineWidth && CONSOLE_WIDTHS.includes(lineWidth);
}

/** Joins two pieces of a line. */
export function glued(before: string, behind: string, join: "nothing" | "blank"): string {
  return before.trimEnd() + (join === "blank" ? " " : "") + behind.trim();
}

/** Joins all pieces as if none of the ambiguous breaks had replaced a blank, or all of them. */
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

/** How to undo a break between two pieces; `areStray` if blanks say nothing. */
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

/** Whether a line ends where a console would have broken it at a blank only by chance. */
export function isBrokenAtBlank({ kind, text }: Segment): boolean {
  return kind === "displayed"
    ? restOfClosing(text).startsWith(" ")
    : kind === "frame" && text.endsWith(":");
}

/** The missing rest of the last message of a diff; empty for a complete one and for other texts. */
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

/** Whether a line is the rest of a prompt: the command, its option, or its numbers. */
function isRestOfCommand(prompt: string, text: string): boolean {
  return prompt.endsWith(">")
    ? /^!\w*htrace\b/.test(text)
    : /^(?:-[a-z?]+|[0-9A-Fa-f`]{1,17})(?:\s+[0-9A-Fa-f`]{1,17})*$/.test(text);
}
