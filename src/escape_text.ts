/**
 * Text of others (names, paths, messages of servers), made safe to print.
 *
 * A name in a dump or a PDB can hold whatever its author liked: an escape sequence that rewrites the terminal, a line
 * break that fakes a line of a report, a mark that turns the rest of the line around. Whatever prints such a text calls
 * {@linkcode escapeText} on it. The streams of the command line call {@linkcode escapeControls} on all that is left, so
 * that a forgotten call costs at most a line break.
 *
 * @module
 */

/**
 * What is never printed as it is: control characters (C0, DEL, C1), line and paragraph separators, bidirectional
 * controls (Unicode's Bidi_Control) and halves of surrogate pairs, which no encoding can carry.
 */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Cs}]/gu;

/** The same, but for the line breaks (of CSV, too) and tabs that a report is laid out with. */
const UNPRINTABLE_IN_LAYOUT = /(?!\r?\n|\t)[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Cs}]/gu;

/**
 * A name as it may stand within a line: what moves a cursor, ends a line or turns text around is written as
 * `\u001b`. That is also JSON's way to write it, so that a JSON text keeps its meaning.
 *
 * ```ts
 * import { escapeText } from "./escape_text.ts";
 * escapeText("app\x1b[2J!main"); // "app\\u001b[2J!main"
 * ```
 */
export function escapeText(text: string): string {
  return text.replace(UNPRINTABLE, escaped);
}

/**
 * The lines of a report as its text: each ends with a line break and has no other one, whatever names it was made of.
 */
export function linesText(lines: readonly string[]): string {
  return lines.map((line) => `${escapeText(line)}\n`).join("");
}

/** A whole text with its own line breaks and tabs, in which nothing else reaches the terminal as it is. */
export function escapeControls(text: string): string {
  return text.replace(UNPRINTABLE_IN_LAYOUT, escaped);
}

/** All of them stand in the Basic Multilingual Plane: one code unit, four digits. */
function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
