/**
 * What changed between two lists of a process's open handles: what can be known if traces cannot be read.
 *
 * A list has no history. It says who holds what, never which code opened it; a handle that was opened and closed
 * between the two lists left nothing.
 *
 * @module
 */
import type { HandleEntry } from "../target.ts";

/** A handle value that is in both lists and now refers to another object. */
export interface ReplacedHandle {
  /** What it was. */
  readonly before: HandleEntry;
  /** What it is. */
  readonly now: HandleEntry;
}

/** How many handles of one type there were and are. */
export interface HandleTypeCount {
  /** Name of the type; `unknown` if the target could not read it. */
  readonly type: string;
  /** In the first list. */
  readonly before: number;
  /** In the second list. */
  readonly now: number;
}

/** The difference of two handle lists; entries are sorted by handle value. */
export interface HandleListDiff {
  /** Handle values that only the second list has. */
  readonly opened: readonly HandleEntry[];
  /** Handle values that only the first list has. */
  readonly closed: readonly HandleEntry[];
  /** Values that were closed and reused for another object in between. */
  readonly replaced: readonly ReplacedHandle[];
  /** How many handles are in both lists, as far as can be seen. */
  readonly kept: number;
  /** Types whose number changed, the most grown first. */
  readonly types: readonly HandleTypeCount[];
  /**
   * Whether objects were compared by their addresses. Without them (Windows 11 24H2 hides them from callers without
   * SeDebugPrivilege) a value that was reused for an object of the same type and name counts as kept.
   */
  readonly byObject: boolean;
}

/** Compares two lists of the same processes, the earlier one first. */
export function diffHandleLists(
  before: readonly HandleEntry[],
  now: readonly HandleEntry[],
): HandleListDiff {
  const keyOf = isOfSeveral(before) || isOfSeveral(now) ? keyOfProcess : keyOfHandle;
  const earlier = new Map<number, HandleEntry>();
  for (const entry of before) earlier.set(keyOf(entry), entry);
  const current = new Set<number>();
  for (const entry of now) current.add(keyOf(entry));
  const opened: HandleEntry[] = [];
  const replaced: ReplacedHandle[] = [];
  let kept = 0;
  let byObject = true;
  for (const entry of now) {
    const old = earlier.get(keyOf(entry));
    if (old === undefined) {
      opened.push(entry);
      continue;
    }
    if (!old.object || !entry.object) byObject = false;
    if (isSameObject(old, entry)) kept++;
    else replaced.push({ before: old, now: entry });
  }
  return {
    opened: opened.sort(byHandle),
    closed: before.filter((entry) => !current.has(keyOf(entry))).sort(byHandle),
    replaced: replaced.sort((a, b) => byHandle(a.now, b.now)),
    kept,
    types: changedTypes(before, now),
    byObject,
  };
}

/** Whether a list covers several processes; one of a single process need not say which. */
function isOfSeveral(handles: readonly HandleEntry[]): boolean {
  return handles.some(({ processId }) => processId !== handles[0]?.processId);
}

function keyOfHandle({ handle }: HandleEntry): number {
  return handle;
}

/** A handle value belongs to a process's table. */
function keyOfProcess({ handle, processId = 0 }: HandleEntry): number {
  return processId * 2 ** 32 + handle;
}

function isSameObject(before: HandleEntry, now: HandleEntry): boolean {
  // An address alone is not enough: the pool reuses a freed one for the next object of that size.
  if (before.object && now.object && before.object !== now.object) return false;
  return agrees(before.type, now.type) && agrees(before.objectName, now.objectName);
}

/** What one of the lists does not have cannot distinguish the two. */
function agrees(before: string | undefined, now: string | undefined): boolean {
  return before === undefined || now === undefined || before === now;
}

function changedTypes(
  before: readonly HandleEntry[],
  now: readonly HandleEntry[],
): HandleTypeCount[] {
  const counts = (list: readonly HandleEntry[]): Map<string, number> => {
    const byType = new Map<string, number>();
    for (const { type = "unknown" } of list) byType.set(type, (byType.get(type) ?? 0) + 1);
    return byType;
  };
  const earlier = counts(before);
  const current = counts(now);
  const types = new Set([...earlier.keys(), ...current.keys()]);
  return Array.from(types, (type) => ({
    type,
    before: earlier.get(type) ?? 0,
    now: current.get(type) ?? 0,
  }))
    .filter((count) => count.now !== count.before)
    .sort((a, b) => b.now - b.before - (a.now - a.before) || (a.type < b.type ? -1 : 1));
}

function byHandle(a: HandleEntry, b: HandleEntry): number {
  return keyOfProcess(a) - keyOfProcess(b);
}
