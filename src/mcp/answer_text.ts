/**
 * What a tool found, as the text of its result: JSON without anything that could be mistaken for more than data.
 *
 * Names come from untrusted files. Characters that move a cursor, break a line or reverse text are escaped, names are cut
 * to a maximum length, and lists to a maximum number.
 *
 * @module
 */
import { escapeControls, escapeText } from "../escape_text.ts";
import { LIMITS } from "./limits.ts";

/** A JSON value; undefined members are left out. */
export type Plain = string | number | boolean | undefined | readonly Plain[] | PlainObject;

/** A JSON object. */
export interface PlainObject {
  readonly [name: string]: Plain;
}

/** A text that is safe in a result: escaped, and cut in the middle if it is too long. */
export function safeText(text: string, maxLength: number = LIMITS.text): string {
  if (text.length <= maxLength) return escapeText(text);
  const half = Math.floor(maxLength / 2);
  const cut = text.length - 2 * half;
  return escapeText(`${text.slice(0, half)}…(${cut} characters)…${text.slice(-half)}`);
}

/** The JSON of a result. */
export function jsonText(value: PlainObject): string {
  return JSON.stringify(safe(value));
}

/** Lines of a report, cut to the size of a result; the rest are counted. */
export function linesAnswer(text: string, more: string): string {
  const lines = text.trimEnd().split("\n").map((line) => safeText(line, 4 * LIMITS.text));
  let length = 0;
  const kept = lines.filter((line) => (length += line.length + 1) <= LIMITS.rows);
  const left = lines.length - kept.length;
  const shown = escapeControls(kept.join("\n"));
  return left === 0 ? shown : `${shown}\n(${left} more lines: ${more})`;
}

/** Which rows of a list to return. */
export interface Page {
  /** Index of the first one. */
  readonly offset: number;
  /** How many at most. */
  readonly limit: number;
}

/** Rows of a list, as many as fit in a result, and what is left out. */
export interface Rows {
  /** Number of all rows. */
  readonly total: number;
  /** The rows. */
  readonly rows: readonly PlainObject[];
  /** How many are missing here, and how to get them. */
  readonly leftOut?: string;
}

/** The rows of a page. Rows are made while there is room, at least one. */
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

/** The first elements of a list, and a last one that counts the rest. */
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
