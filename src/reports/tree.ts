/**
 * Open handles as a tree of callers: from the thread's start to the calls that opened them, the biggest branch first.
 *
 * System frames are folded, because every stack begins and ends with the same ones; a chain of callers with one branch
 * each is on one line.
 *
 * @module
 */
import type { Analysis, Report, TraceGroup } from "../analysis.ts";
import { linesText } from "../escape_text.ts";
import { foldedLine, foldGroups } from "../analysis/fold_groups.ts";
import type { Frame } from "../frame.ts";
import { codeOwner } from "../own_code.ts";
import { counted, fileName, frameTitle, thousands } from "../plain_text.ts";
import { objectList } from "./_object_text.ts";

/** The report. */
export const TREE: Report = {
  name: "tree",
  brief: "open handles as a tree of callers, without system frames",
  render: renderTree,
};

interface Node {
  /** Open handles of this frame and of everything it called. */
  total: number;
  /** The frame's source location; empty if unknown, without the line if there are several. */
  place: string;
  /** Stacks that end here. */
  readonly groups: TraceGroup[];
  readonly callees: Map<string, Node>;
}

/** Renders the tree of the groups' opening stacks. */
export function renderTree(analysis: Analysis): string {
  const root = newNode();
  const folded = foldGroups(analysis, ({ outstanding }) => outstanding > 0);
  for (const group of folded.shown) {
    addStack(root, analysis.stacks.get(group.stack)?.frames ?? [], group);
  }
  const lines = [`${counted(root.total, "open handle")}`, ...branches(analysis, root)];
  const notListed = foldedLine(folded);
  return linesText(notListed === undefined ? lines : [...lines, "", notListed]);
}

function newNode(place = ""): Node {
  return { total: 0, place, groups: [], callees: new Map() };
}

/** The frames that are not the system's, outermost first; all of them if there are none. */
function shownFrames(frames: readonly Frame[]): readonly Frame[] {
  const own = frames.filter(({ module }) => module === undefined || codeOwner(module) !== "system");
  return (own.length > 0 ? own : frames).toReversed();
}

function addStack(root: Node, frames: readonly Frame[], group: TraceGroup): void {
  const shown = shownFrames(frames).map((frame) => ({
    name: frameTitle(frame),
    place: placeOf(frame),
  }));
  const { outstanding } = group;
  let node = root;
  node.total += outstanding;
  for (const { name, place } of shown.length > 0 ? shown : [{ name: "(no stack)", place: "" }]) {
    let callee = node.callees.get(name);
    if (callee === undefined) node.callees.set(name, callee = newNode(place));
    if (callee.place !== place) callee.place = withoutLine(place);
    callee.total += outstanding;
    node = callee;
  }
  node.groups.push(group);
}

function placeOf({ file, line }: Frame): string {
  return file === undefined ? "" : `${fileName(file)}${line ? `:${line}` : ""}`;
}

function withoutLine(place: string): string {
  return place.replace(/:\d+$/, "");
}

/** The callees of a node, biggest first, each with its own below it. Not recursive, because stacks have any depth. */
function branches(analysis: Analysis, root: Node): string[] {
  const lines: string[] = [];
  const waiting = sorted(root).map((entry) => ({ ...entry, indent: "" }));
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { chain, end } = chainOf(next.name, next.node);
    const place = end.place === "" ? "" : ` (${end.place})`;
    lines.push(
      `${next.indent}${thousands(end.total)}  ${chain}${place}${objectsOf(analysis, end)}`,
    );
    const deeper = `${next.indent}  `;
    for (const entry of sorted(end)) waiting.push({ ...entry, indent: deeper });
  }
  return lines;
}

/** The types of the handles whose stacks end at a node. */
function objectsOf(analysis: Analysis, { groups }: Node): string {
  const objectTypes = new Map<string, number>();
  for (const [type, count] of groups.flatMap((group) => [...group.objectTypes])) {
    objectTypes.set(type, (objectTypes.get(type) ?? 0) + count);
  }
  const traces = groups.flatMap(({ outstandingTraces }) => [...outstandingTraces]);
  const list = objectList(analysis, { outstandingTraces: Uint32Array.from(traces), objectTypes });
  const merged = groups.reduce((sum, group) => sum + (group.merged ?? 0), 0);
  const parts = [list, merged === 0 ? "" : `${merged} stacks merged`].filter(Boolean);
  return parts.length === 0 ? "" : `: ${parts.join(", ")}`;
}

/** Callees with the biggest last, in the order for pushing on a stack. */
function sorted({ callees }: Node): { name: string; node: Node }[] {
  return Array.from(callees, ([name, node]) => ({ name, node }))
    .sort((a, b) => a.node.total - b.node.total || (a.name < b.name ? 1 : -1));
}

/** A caller whose only callee has all its handles shares a line with it. */
function chainOf(name: string, node: Node): { chain: string; end: Node } {
  const names = [name];
  let end = node;
  for (;;) {
    const [only] = end.callees;
    if (only === undefined || only[1].total !== end.total) return { chain: names.join(" > "), end };
    names.push(only[0]);
    end = only[1];
  }
}
