/**
 * Handle lists by type and name: which are most frequent, and which grew between two lists.
 *
 * @module
 */
import { escapeText, linesText } from "../escape_text.ts";
import { countHandles, type HandleCounts } from "../handle_counts.ts";
import type { HandleEntry } from "../target.ts";
import { signed, thousands } from "../plain_text.ts";
import { ByObject } from "./_by_object.ts";
import { limited, objectText } from "./_handle_text.ts";

/** Handles of one type and, if they have one, one name. */
export interface HandleGroup {
  /** Name of the type; `unknown` if the list does not say. */
  readonly type: string;
  /** Name of the objects; absent for those without one. */
  readonly name?: string;
  /** How many there are. */
  readonly count: number;
}

/** How many handles of a type and name there were and are. */
export interface HandleGrowth extends Omit<HandleGroup, "count"> {
  /** In the earlier list. */
  readonly before: number;
  /** In the later list. */
  readonly now: number;
}

/** Handles, or their numbers if a source states them. */
export type HandleSource = readonly HandleEntry[] | HandleCounts;

/** How handles are grouped. */
export interface GroupOptions {
  /** Also by name, not only by type. Default: true. */
  readonly byName?: boolean;
  /** Merges names that differ only in ids, GUIDs and numbers. */
  readonly mergeNames?: boolean;
}

/** Default number of groups in a text for people. */
const USUAL_TOP = 10;
/** Changes that fit into one line. */
const MAX_IN_LINE = 5;

/** Handles by type and name, the most first. */
export function groupHandles(handles: HandleSource, options: GroupOptions = {}): HandleGroup[] {
  return [...groupsOf(handles, options)]
    .sort((a, b) => b.count - a.count || compareNames(a, b));
}

/** The same in no order. */
export function* groupsOf(
  handles: HandleSource,
  { byName = true, mergeNames = false }: GroupOptions = {},
): Generator<HandleGroup, void, undefined> {
  const { types, names } = countsOf(handles);
  if (!byName) {
    for (const [type, count] of types) yield { type, count };
    return;
  }
  for (const [type, byName] of names) {
    for (const [name, count] of mergeNames ? mergedNames(byName) : byName) {
      yield { type, ...(name !== "" && { name }), count };
    }
  }
}

/**
 * What changed between two lists of one process, the most grown first. If one of the lists has no names, like those of
 * Crashpad and handle.exe's summaries, only types are compared.
 */
export function handleGrowth(
  before: HandleSource,
  now: HandleSource,
  options: Pick<GroupOptions, "mergeNames"> = {},
): HandleGrowth[] {
  const lists = [countsOf(before), countsOf(now)] as const;
  const byName = lists.every(hasNames);
  const growth = new ByObject<{ -readonly [Key in keyof HandleGrowth]: HandleGrowth[Key] }>();
  for (const side of ["before", "now"] as const) {
    const list = side === "before" ? lists[0] : lists[1];
    for (const { count, ...group } of groupsOf(list, { ...options, byName })) {
      const entry = growth.get(
        group.type,
        group.name ?? "",
        () => ({ ...group, before: 0, now: 0 }),
      );
      entry[side] = count;
    }
  }
  return growth.values.filter((entry) => entry.before !== entry.now)
    .sort((a, b) => b.now - b.before - (a.now - a.before) || compareNames(a, b));
}

/** The largest changes in one line: `+1,204 Event, +3 File \Device\…`; undefined if nothing changed. */
export function growthLine(growth: readonly HandleGrowth[]): string | undefined {
  if (growth.length === 0) return undefined;
  const shown = growth.toSorted((a, b) => Math.abs(b.now - b.before) - Math.abs(a.now - a.before))
    .slice(0, MAX_IN_LINE)
    .sort((a, b) => b.now - b.before - (a.now - a.before));
  const parts = shown.map((entry) =>
    `${signed(entry.now - entry.before)} ${escapeText(textOf(entry))}`
  );
  const rest = growth.length - shown.length;
  if (rest > 0) parts.push(`and ${thousands(rest)} more`);
  return parts.join(", ");
}

/** Options for rendering a list of handles. */
export interface HandleGroupsText {
  /** Their numbers, if the source states them or lists fewer handles than it counts. */
  readonly counts?: HandleCounts | undefined;
  /** Most lines in a part. Default: 10. */
  readonly top?: number | undefined;
}

/** The most frequent handles: by type, by name, by object if several handles refer to one. */
export function renderHandleGroups(
  handles: readonly HandleEntry[],
  { counts = countHandles(handles), top = USUAL_TOP }: HandleGroupsText = {},
): string {
  const parts: readonly (readonly [string, readonly HandleGroup[]])[] = [
    [`Open handles: ${thousands(counts.total)}`, groupHandles(counts, { byName: false })],
    ["Names that occur most:", groupHandles(counts).filter(({ name }) => name !== undefined)],
    ["Objects with several handles:", sharedObjects(handles)],
  ];
  return parts.filter(([, groups], index) => index === 0 || groups.length > 0)
    .map(([title, groups]) => linesText([title, ...rows(groups, top)])).join("\n");
}

/**
 * A name with `*` for what differs from run to run: GUIDs, numbers with `0x`, hexadecimal numbers of four or more
 * digits, those in names of temporary files, digits.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(mergedName("\\BaseNamedObjects\\job-4711-0x1f"), "\\BaseNamedObjects\\job-*-*");
 * ```
 */
export function mergedName(name: string): string {
  return name.replace(VARIABLE_PART, "*");
}

const VARIABLE_PART = new RegExp(
  [
    "\\{?[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\\}?",
    "0x[0-9a-f]+",
    // GetTempFileName: at most three characters from the program, at most four hexadecimal digits from the system.
    "(?<=[\\\\/][^\\\\/]{0,3})[0-9a-f]{1,4}(?=\\.tmp$)",
    // Only letters a to f may be a word; four or more hexadecimal digits with one of 0 to 9 are an id.
    "(?<![0-9a-z])(?=[a-f]*[0-9])[0-9a-f]{4,}(?![0-9a-z])",
    "[0-9]+",
  ].join("|"),
  "gi",
);

function countsOf(handles: HandleSource): HandleCounts {
  return "types" in handles ? handles : countHandles(handles);
}

/** Types whose objects all have names: every process has some, and a list without their names has no names at all. */
const ALWAYS_NAMED: readonly string[] = ["Key", "Directory"];

/** Whether a list includes names of objects. */
export function areNamed(list: HandleSource): boolean {
  return hasNames(countsOf(list));
}

function hasNames({ names, total }: HandleCounts): boolean {
  if (names.size === 0) return total === 0;
  return names.values().some((byName) => byName.keys().some((name) => name !== "")) ||
    !ALWAYS_NAMED.some((type) => names.has(type));
}

function mergedNames(byName: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  const merged = new Map<string, number>();
  for (const [name, count] of byName) {
    const key = mergedName(name);
    merged.set(key, (merged.get(key) ?? 0) + count);
  }
  return merged;
}

function sharedObjects(handles: readonly HandleEntry[]): HandleGroup[] {
  const listed = handles.filter(({ object }) => object !== undefined && object !== 0n);
  return Array.from(Map.groupBy(listed, ({ object }) => object))
    .filter(([, entries]) => entries.length > 1)
    .map(([object, entries]) => ({
      type: `0x${object?.toString(16)}`,
      name: objectText(entries[0]!),
      count: entries.length,
    }))
    .sort((a, b) => b.count - a.count || compareNames(a, b));
}

function rows(groups: readonly HandleGroup[], top: number): readonly string[] {
  const width = groups.slice(0, top)
    .reduce((most, { count }) => Math.max(most, thousands(count).length), 0);
  const blank = " ".repeat(width + 4);
  return limited(
    groups,
    top,
    (group) => `  ${thousands(group.count).padStart(width)}  ${textOf(group)}`,
  ).map((line) => line.startsWith(" ") ? line : blank + line);
}

function textOf({ type, name = "" }: Pick<HandleGroup, "type" | "name">): string {
  return objectText({ type, objectName: name });
}

function compareNames(
  a: Pick<HandleGroup, "type" | "name">,
  b: Pick<HandleGroup, "type" | "name">,
): number {
  return compare(a.type, b.type) || compare(a.name ?? "", b.name ?? "");
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
