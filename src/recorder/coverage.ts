/**
 * Describes what a recorder log does not show; every report includes it.
 *
 * The handle table that the system listed is the reference: it shows handles that were never seen opened, and lacks
 * handles that were seen opened and are gone without a close.
 *
 * @module
 */
import { finishedCloses, type HandleTable } from "./handle_table.ts";
import { shownMarks } from "./history.ts";
import { EVENT_KIND, FLAG } from "./layout.ts";
import type { RecorderLog } from "./log.ts";

/** Notes on what the traces of a log do not show, each without a full stop. */
export function coverageOf(log: RecorderLog, table: HandleTable | undefined): string[] {
  return [
    hooks(log),
    existing(log),
    ...(table ? differences(log, table) : ["the handle table was not listed at the end"]),
    ...unusual(log, table),
    ...losses(log),
  ];
}

/** Most unhooked calls to name; the rest are counted. */
const NAMED_CALLS = 5;

function hooks({ calls }: RecorderLog): string {
  const hooked = calls.filter(({ state }) => state === "hooked").length;
  const missing = calls.filter(({ state }) => state === "protected" || state === "other code");
  const absent = calls.length - hooked - missing.length;
  const parts = [
    ...(absent === 0
      ? []
      : [`${absent} ${absent === 1 ? "is" : "are"} not in this system or not loaded`]),
    ...(missing.length === 0 ? [] : [`of ${namesOf(missing)} the code could not be changed`]),
  ];
  const rest = parts.length === 0 ? "" : `: ${parts.join("; ")}`;
  return "recorded inside the process, its own calls only: " +
    `${hooked} of ${calls.length} calls are hooked${rest}`;
}

function namesOf(calls: readonly { readonly name: string }[]): string {
  const names = calls.slice(0, NAMED_CALLS).map(({ name }) => name).join(", ");
  const more = calls.length - NAMED_CALLS;
  return more > 0 ? `${names} and ${more} more` : names;
}

function existing({ listings, types }: RecorderLog): string {
  const start = listings.find(({ kind }) => kind === "start");
  if (start === undefined) return "the handles that were open before are not known";
  const { count, type } = start.handles;
  return `${counted(count, "handle was", "handles were")} open before` +
    byType(Array.from(type, (number) => types[number]));
}

/** Where the table and the log disagree. */
function differences(log: RecorderLog, { handles, before }: HandleTable): string[] {
  const { openHandles, events } = log;
  const touched = new Set<number>();
  for (let event = events.count - 1; event >= 0 && events.number[event]! >= before; event--) {
    touched.add(events.handle[event]! & ~3);
  }
  for (const event of finishedCloses(log, { handles, before })) {
    touched.add(events.handle[event]! & ~3);
  }
  const known = new Set(openHandles.handle);
  const listed = new Set(handles.map(({ handle }) => handle));
  const unseen = handles.filter(({ handle }) => !known.has(handle) && !touched.has(handle));
  const gone = Array.from(openHandles.handle.keys()).filter((place) => {
    const handle = openHandles.handle[place]!;
    return !listed.has(handle) && !touched.has(handle) && openHandles.number[place]! < before;
  });
  return [
    ...(unseen.length === 0 ? [] : [
      `${counted(unseen.length, "handle is", "handles are")} in the handle table that ` +
      `${unseen.length === 1 ? "was" : "were"} not seen opened` +
      byType(unseen.map(({ type }) => type)) +
      ": opened by the kernel or by other processes",
    ]),
    ...(gone.length === 0 ? [] : [
      `${counted(gone.length, "handle", "handles")} seen opened ` +
      `${gone.length === 1 ? "is" : "are"} gone from the handle table without a close` +
      byType(gone.map((place) => log.types[openHandles.type[place]!])),
    ]),
  ];
}

/** Events that are not traces, and handles that were missed. */
function unusual(log: RecorderLog, table: HandleTable | undefined): string[] {
  const { events, header: { counts } } = log;
  const kinds = { closeFailed: 0, closing: 0, given: 0, existingCloses: 0 };
  for (let event = 0; event < events.count; event++) {
    const kind = events.kind[event]!;
    if (kind === EVENT_KIND.closeFailed) kinds.closeFailed++;
    else if (kind === EVENT_KIND.closing) kinds.closing++;
    else if (kind === EVENT_KIND.given) kinds.given++;
    else if (kind === EVENT_KIND.close && (events.flags[event]! & FLAG.existing) !== 0) {
      kinds.existingCloses++;
    }
  }
  return limitations([
    [kinds.existingCloses, "close was", "closes were", "of handles that were open before"],
    [counts.unseenCloses, "close was", "closes were", "of handles opened before, or by others"],
    [counts.gone, "handle was", "handles were", "found invalid though nothing had closed it"],
    [
      counts.replaced,
      "handle had",
      "handles had",
      "gone without a close when its value came again",
    ],
    [kinds.closeFailed, "close", "closes", "failed: the handle stayed open"],
    [kinds.closing - finishedCloses(log, table).size, "close", "closes", "had not returned"],
    [kinds.given, "handle was", "handles were", "made in other processes"],
    [counts.unplaced, "bad reference was", "bad references were", "by one of several handles"],
    [counts.children, "process was", "processes were", "started, and not recorded"],
  ]);
}

function losses(log: RecorderLog): string[] {
  const { header: { counts, maxFrames }, marks } = log;
  const { old, tooMany } = shownMarks(log);
  return limitations([
    [counts.cutStacks, "operation has", "operations have", `more than ${maxFrames} frames`],
    [counts.lostEvents, "operation was", "operations were", "not kept: its place was in use"],
    [counts.lostStacks, "stack was", "stacks were", "not kept: the log is full"],
    [counts.lostNames, "name was", "names were", "not kept: the log is full"],
    [counts.lostHandles, "open handle was", "open handles were", "not kept: the log is full"],
    [counts.lostModules, "module or listing was", "modules or listings were", "not kept"],
    [counts.setMarks - marks.length, "mark was", "marks were", "not kept after the first ones"],
    [
      old,
      "mark is",
      "marks are",
      "older than the ring: what was closed since is not counted there",
    ],
    [tooMany, "mark is", "marks are", "left out after the first ones: there are too many stacks"],
    [counts.givenUp, "call was", "calls were", "not recorded whole: an exception came between"],
    [counts.reentered, "call was", "calls were", "made while another one was recorded"],
  ]);
}

function limitations(
  rows: readonly (readonly [count: number, one: string, many: string, rest: string])[],
): string[] {
  return rows.filter(([count]) => count > 0)
    .map(([count, one, many, rest]) => `${counted(count, one, many)} ${rest}`);
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** ` (6 Key, 1 File)`, most frequent first. */
function byType(types: readonly (string | undefined)[]): string {
  if (types.length === 0) return "";
  const counts = new Map<string, number>();
  for (const type of types) {
    const name = type || "of unknown type";
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const sorted = [...counts].sort((one, other) => other[1] - one[1]);
  return ` (${sorted.map(([type, count]) => `${count} ${type}`).join(", ")})`;
}
