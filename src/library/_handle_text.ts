/**
 * Handles as lines of text.
 *
 * @module
 */
import { UNKNOWN_TYPE } from "../handle_counts.ts";
import { thousands } from "../plain_text.ts";
import type { HandleEntry } from "../target.ts";
import { ByObject } from "./_by_object.ts";

/** Most handle values in a line; the rest are counted. */
const VALUES_SHOWN = 4;

/** A handle with its object. */
export function handleText(entry: HandleEntry): string {
  return `${valueText(entry)} ${objectText(entry)}`;
}

/** Type and name of an object. */
export function objectText(
  { type = UNKNOWN_TYPE, objectName }: Pick<HandleEntry, "type" | "objectName">,
): string {
  return objectName ? `${type} ${objectName}` : type;
}

/** A line for each type and name, at most so many: the handle, or how many there are and the first of them; the most first. */
export function objectLines(handles: readonly HandleEntry[], top: number): readonly string[] {
  const groups = new ByObject<HandleEntry[]>();
  for (const entry of handles) {
    groups.get(entry.type ?? UNKNOWN_TYPE, entry.objectName ?? "", () => []).push(entry);
  }
  return limited(groups.values.toSorted((a, b) => b.length - a.length), top, groupText);
}

function groupText(entries: readonly HandleEntry[]): string {
  const first = entries[0]!; // a group begins with its first handle
  if (entries.length === 1) return handleText(first);
  const values = entries.slice(0, VALUES_SHOWN).map(valueText);
  const more = entries.length > VALUES_SHOWN ? ", ..." : "";
  return `${objectText(first)}: ${thousands(entries.length)} (${values.join(", ")}${more})`;
}

/** A titled part of a text; nothing without lines. */
export function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ["", `${title}:`, ...lines.map((line) => `  ${line}`)];
}

/** At most this many lines; the others are counted. */
export function limited<T>(
  rows: readonly T[],
  top: number,
  textOf: (row: T) => string,
): readonly string[] {
  const lines = rows.slice(0, top).map(textOf);
  const rest = rows.length - lines.length;
  return rest === 0 ? lines : [...lines, `and ${thousands(rest)} more`];
}

function valueText({ handle }: HandleEntry): string {
  return `0x${handle.toString(16).padStart(4, "0")}`;
}
