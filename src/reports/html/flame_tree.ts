/**
 * The tree of a flame graph: stacks merged where they have the same frames.
 *
 * It is in columns, because a large trace has a hundred thousand nodes. Node 0 is the root; a node comes after its parent.
 *
 * @module
 */
import type { FrameId, RowId, TextId } from "./data/page_data.ts";
import type { Model, PageFrame, Row } from "./model.ts";

/** What the width of a frame means. */
export type Measure = "outstanding" | "growth" | "opened";

/** How to build a tree. */
export interface FlameOptions {
  /** What widths mean. */
  readonly measure: Measure;
  /** From the open call outwards, not from the thread's start inwards. */
  readonly isInverted: boolean;
  /** Leaves out the system's frames. */
  readonly foldsSystem: boolean;
}

/** Names of nodes that are not frames: negative text ids. */
const OTHER_NAMES: ReadonlyMap<TextId, string> = new Map([[-1, "all stacks"], [-2, "(no stack)"]]);
const ROOT_NAME = -1;
const NO_STACK = -2;

/** A row's frames from the root on: their names, and a frame of each. */
interface Path {
  readonly row: Row;
  readonly names: readonly TextId[];
  readonly frames: readonly FrameId[];
}

/** A tree in columns. */
export class FlameTree {
  /** Text id of each node's name. */
  readonly nameId: TextId[] = [ROOT_NAME];
  /** A frame with that name; -1 for none. */
  readonly frame: FrameId[] = [-1];
  /** The parent of each node; -1 for the root. */
  readonly parent: number[] = [-1];
  /** Distance from the root. */
  readonly depth: number[] = [0];
  /** Width: handles, or for growth, the greater of the numbers before and after. */
  readonly width: number[] = [0];
  /** Growth. */
  readonly delta: number[] = [0];
  /** The worst row below; -1 for none. */
  readonly row: RowId[] = [-1];
  /** The outermost or innermost node of each row. */
  readonly leafOfRow = new Map<RowId, number>();
  readonly #children: (number[] | undefined)[] = [];
  readonly #sorted = new Set<number>();
  readonly #model: Model;
  #maxDelta: number | undefined;

  /**
   * Merges the rows' stacks: in order of their names, so that each continues where it diverges from the previous one.
   */
  constructor(model: Model, rows: readonly Row[], options: FlameOptions) {
    this.#model = model;
    const paths = rows
      .filter((row) => weightOf(row, options.measure).width > 0)
      .map((row) => this.#pathOf(row, options))
      .sort((a, b) => compare(a.names, b.names));
    let before: readonly TextId[] = [];
    const open = [0];
    for (const { row, names, frames } of paths) {
      open.length = 1 + commonLength(before, names);
      for (let level = open.length - 1; level < names.length; level++) {
        open.push(this.#add(open[level]!, names[level]!, frames[level]!));
      }
      const { width, delta } = weightOf(row, options.measure);
      for (const node of open) this.#weigh(node, row.id, width, delta);
      this.leafOfRow.set(row.id, open.at(-1)!);
      before = names;
    }
  }

  /** Number of nodes, including the root. */
  get count(): number {
    return this.nameId.length;
  }

  /** The name of a node. */
  name(node: number): string {
    const id = this.nameId[node]!;
    return OTHER_NAMES.get(id) ?? this.#model.text(id);
  }

  /** Whose code a node is; undefined for nodes that are not frames. */
  owner(node: number): PageFrame["owner"] | undefined {
    return this.#model.frames[this.frame[node]!]?.owner;
  }

  /** The children of a node, the widest first. */
  children(node: number): readonly number[] {
    const children = this.#children[node] ?? [];
    if (!this.#sorted.has(node)) {
      this.#sorted.add(node);
      children.sort((a, b) => this.width[b]! - this.width[a]!);
    }
    return children;
  }

  /** A node and all nodes above it, from the root on. */
  path(node: number): number[] {
    const path = [];
    for (let at = node; at >= 0; at = this.parent[at]!) path.push(at);
    return path.reverse();
  }

  /** The largest growth of a frame below the root, for shades. */
  get maxDelta(): number {
    this.#maxDelta ??= this.delta.reduce(
      (max, delta, node) => node === 0 ? max : Math.max(max, Math.abs(delta)),
      1,
    );
    return this.#maxDelta;
  }

  #pathOf(row: Row, { isInverted, foldsSystem }: FlameOptions): Path {
    const { frames } = this.#model;
    const all = this.#model.stack(row.stack);
    if (all.length === 0) return { row, names: [NO_STACK], frames: [-1] };
    const own = foldsSystem ? all.filter((frame) => !frames[frame]!.isSystem) : all;
    const kept = own.length === 0 ? all.slice(0, 1) : own;
    const ordered = isInverted ? kept : kept.toReversed();
    return { row, names: ordered.map((frame) => frames[frame]!.nameId), frames: ordered };
  }

  #add(parent: number, nameId: TextId, frame: FrameId): number {
    const node = this.count;
    this.nameId.push(nameId);
    this.frame.push(frame);
    this.parent.push(parent);
    this.depth.push(this.depth[parent]! + 1);
    this.width.push(0);
    this.delta.push(0);
    this.row.push(-1);
    (this.#children[parent] ??= []).push(node);
    return node;
  }

  #weigh(node: number, row: RowId, width: number, delta: number): void {
    this.width[node]! += width;
    this.delta[node]! += delta;
    const worst = this.row[node]!;
    if (worst < 0 || row < worst) this.row[node] = row;
  }
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = commonLength(a, b);
  return (a[at] ?? -Infinity) - (b[at] ?? -Infinity) || 0;
}

/** The length of the common prefix of two lists. */
function commonLength(a: readonly number[], b: readonly number[]): number {
  const most = Math.min(a.length, b.length);
  let length = 0;
  while (length < most && a[length] === b[length]) length++;
  return length;
}

function weightOf(row: Row, measure: Measure): { readonly width: number; readonly delta: number } {
  const { outstanding, opened, delta = 0, series = [] } = row;
  switch (measure) {
    case "outstanding":
      return { width: outstanding, delta };
    case "opened":
      return { width: opened, delta };
    case "growth": {
      const before = series.at(-1) ?? 0;
      return { width: Math.max(before, before + delta, 0), delta };
    }
  }
}
