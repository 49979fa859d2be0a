/**
 * Counts open handles by type, and by type and name.
 *
 * @module
 */
import type { HandleEntry } from "./target.ts";

/** How many handles there are. */
export interface HandleCounts {
  /** The total. */
  readonly total: number;
  /** By type. */
  readonly types: ReadonlyMap<string, number>;
  /** By type and name; objects without a name have the empty name. Empty if only types were counted. */
  readonly names: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

/** The type name for handles whose type is unknown. */
export const UNKNOWN_TYPE = "unknown";

/** Whether a type is unknown: ours for handles without one, or what handle.exe writes (`<Unknown type>`). */
export function isUnknownType(type: string): boolean {
  return /^<?unknown\b/i.test(type);
}

/** Counts a list. */
export function countHandles(handles: readonly HandleEntry[]): HandleCounts {
  const types = new Map<string, number>();
  const names = new Map<string, Map<string, number>>();
  for (const { type = UNKNOWN_TYPE, objectName = "" } of handles) {
    add(types, type, 1);
    addName(names, type, objectName, 1);
  }
  return { total: handles.length, types, names };
}

/** Adds several counts up. */
export function sumHandleCounts(counts: readonly HandleCounts[]): HandleCounts {
  const types = new Map<string, number>();
  const names = new Map<string, Map<string, number>>();
  for (const one of counts) {
    for (const [type, count] of one.types) add(types, type, count);
    for (const [type, byName] of one.names) {
      for (const [name, count] of byName) addName(names, type, name, count);
    }
  }
  return { total: counts.reduce((sum, { total }) => sum + total, 0), types, names };
}

function addName(
  names: Map<string, Map<string, number>>,
  type: string,
  name: string,
  count: number,
): void {
  let byName = names.get(type);
  if (byName === undefined) names.set(type, byName = new Map());
  add(byName, name, count);
}

function add(counts: Map<string, number>, key: string, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}
