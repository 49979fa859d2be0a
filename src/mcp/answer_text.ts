/**
 * What a tool found, as the text of its answer: JSON without anything that could be taken for more than data.
 *
 * Names come out of files of strangers. What moves a cursor, breaks a line or turns text around is written as an escape,
 * names are cut to a length, and lists to a number.
 *
 * @module
 */
import { escapeControls, escapeText } from "../escape_text.ts";
import { LIMITS } from "./limits.ts";

/** A value of JSON; what is undefined is left out. */
export type Plain = string | number | boolean | undefined | readonly Plain[] | PlainObject;

/** An object of JSON. */
export interface PlainObject {
  readonly [name: string]: Plain;
}

/** A text as it may stand in an answer: escaped, and cut in its middle where it is too long. */
export function safeText(text: string, maxLength: number = LIMITS.text): string {
  if (text.length <= maxLength) return escapeText(text);
  const half = Math.floor(maxLength / 2);
  const cut = text.length - 2 * half;
  return escapeText(`${text.slice(0, half)}…(${cut} characters)…${text.slice(-half)}`);
}

/** The JSON of an answer. */
export function jsonText(value: PlainObject): string {
  return JSON.stringify(safe(value));
}

/** Lines of a report, cut to the size of an answer; what is cut is counted. */
export function linesAnswer(text: string, more: string): string {
  const lines = text.trimEnd().split("\n").map((line) => safeText(line, 4 * LIMITS.text));
  let length = 0;
  const kept = lines.filter((line) => (length += line.length + 1) <= LIMITS.rows);
  const left = lines.length - kept.length;
  const shown = escapeControls(kept.join("\n"));
  return left === 0 ? shown : `${shown}\n(${left} more lines: ${more})`;
}

/** Which rows of a list are wanted. */
export interface Page {
  /** Index of the first one. */
  readonly offset: number;
  /** How many at most. */
  readonly limit: number;
}

/** Rows of a list, as many as an answer has room for, and what is left out. */
export interface Rows {
  /** Rows that there are. */
  readonly total: number;
  /** The rows. */
  readonly rows: readonly PlainObject[];
  /** How many are not here, and how to get them. */
  readonly leftOut?: string;
}

/** The rows of a page. Rows are made as long as there is room, at least one. */
export function rowsOf<Row>(
  list: readonly Row[],
  { offset, limit }: Page,
  view: (row: Row, index: number) => PlainObject,
): Rows {
  const rows: PlainObject[] = [];
  let length = 0;
  for (let index = offset; index < Math.min(list.length, offset + limit); index++) {
    const row = view(list[index]!, index);
    length += jsonText(row).length;
    if (rows.length > 0 && length > LIMITS.rows) break;
    rows.push(row);
  }
  const end = Math.min(offset, list.length) + rows.length;
  const after = list.length - end;
  return {
    total: list.length,
    rows,
    ...(after > 0 && { leftOut: `${after} more: ask again with "offset": ${end}` }),
  };
}

/** The first of a list, and a last element that counts the rest. */
export function firstOf(texts: readonly string[], count: number = LIMITS.notes): readonly string[] {
  const rest = texts.length - count;
  return rest <= 0 ? texts : [...texts.slice(0, count), `and ${rest} more`];
}

function safe(value: Plain): Plain {
  if (typeof value === "string") return safeText(value);
  if (typeof value !== "object") return value;
  if (isList(value)) return value.map(safe);
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [safeText(name), safe(inner)]),
  );
}

function isList(value: readonly Plain[] | PlainObject): value is readonly Plain[] {
  return Array.isArray(value);
}
