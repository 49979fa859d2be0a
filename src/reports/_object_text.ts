/**
 * The objects that handles refer to, as text: our own format, as no debugger prints them with traces.
 *
 * @module
 */
import type { Analysis, TraceGroup } from "../analysis.ts";
import { thousands, typeList } from "../plain_text.ts";
import type { ObjectInfo } from "../trace_log.ts";

/** `Type = Event, Name = \BaseNamedObjects\x`, as far as known. */
export function objectText(object: ObjectInfo | undefined): string | undefined {
  if (object?.type === undefined) return undefined;
  return object.name === undefined
    ? `Type = ${object.type}`
    : `Type = ${object.type}, Name = ${object.name}`;
}

/** Handles of one type, and what their names have in common. */
interface ObjectsOfType {
  count: number;
  /** What all names begin with; undefined if one of them has none. */
  common: string | undefined;
  isOneName: boolean;
}

/**
 * The objects of a group's open handles by type, most frequent first, with the name that all of a type share, or the
 * directory of their names: `11 Event, 2 File \Device\…`. Empty if no type is known.
 */
export function objectList(
  { objectOf }: Pick<Analysis, "objectOf">,
  group: Pick<TraceGroup, "outstandingTraces" | "objectTypes">,
): string {
  const types = new Map<string, ObjectsOfType>();
  for (const trace of group.outstandingTraces) {
    const { type, name } = objectOf(trace) ?? {};
    if (type === undefined) continue;
    const objects = types.get(type);
    if (objects === undefined) types.set(type, { count: 1, common: name, isOneName: true });
    else addName(objects, name);
  }
  if (types.size === 0) return typeList(group);
  return [...types]
    .sort(([, a], [, b]) => b.count - a.count)
    .map(([type, objects]) => `${thousands(objects.count)} ${type}${nameText(objects)}`)
    .join(", ");
}

function addName(objects: ObjectsOfType, name: string | undefined): void {
  objects.count++;
  if (objects.common === name) return;
  objects.isOneName = false;
  if (objects.common === undefined || name === undefined) {
    objects.common = undefined;
    return;
  }
  let length = 0;
  while (length < objects.common.length && objects.common[length] === name[length]) length++;
  objects.common = objects.common.slice(0, length);
}

function nameText({ common, isOneName }: ObjectsOfType): string {
  if (common === undefined) return "";
  if (isOneName) return ` ${common}`;
  const folder = common.slice(0, common.lastIndexOf("\\") + 1);
  return folder.length > 1 ? ` ${folder}…` : "";
}
