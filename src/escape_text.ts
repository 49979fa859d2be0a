/**
 * Makes untrusted text (names, paths, server messages) safe to print.
 *
 * A name in a dump or a PDB can contain anything its author liked: an escape sequence that rewrites the terminal, a line
 * break that fakes a line of a report, a mark that reverses the rest of the line. Code that prints such a text calls
 * {@linkcode escapeText} on it. The command line's streams call {@linkcode escapeControls} on everything that is left, so
 * that a forgotten call lets through a line break at most.
 *
 * @module
 */

/**
 * Characters that are never printed as they are: control characters (C0, DEL, C1), line and paragraph separators,
 * bidirectional controls (Unicode's Bidi_Control) and lone surrogates, which no encoding can represent.
 */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Cs}]/gu;

/** The same, except the line breaks (including CSV's) and tabs that lay out a report. */
const UNPRINTABLE_IN_LAYOUT = /(?!\r?\n|\t)[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Cs}]/gu;

/**
 * A name that is safe within a line: characters that move a cursor, end a line or reverse text are written like
 * `\u001b`. JSON writes them the same way, so a JSON text keeps its meaning.
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
 * Joins a report's lines to its text: each ends with a line break and has no other, regardless of the names in it.
 */
export function linesText(lines: readonly string[]): string {
  return lines.map((line) => `${escapeText(line)}\n`).join("");
}

/** A whole text that keeps its own line breaks and tabs, while every other control is escaped. */
export function escapeControls(text: string): string {
  return text.replace(UNPRINTABLE_IN_LAYOUT, escaped);
}

/** All of them are in the Basic Multilingual Plane: one code unit, four digits. */
function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
