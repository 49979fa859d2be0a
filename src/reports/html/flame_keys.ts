/**
 * The keys of the flame graph: where a key moves from a frame.
 *
 * @module
 */
import type { FlameTree } from "./flame_tree.ts";

/** The keyboard's position. */
export interface FlamePlace {
  /** The frame that is as wide as the graph. */
  readonly zoomed: number;
  /** The focused frame; -1 before the first key. */
  readonly focused: number;
}

/** The position after a key; undefined for keys without a meaning here. */
export function flameKey(tree: FlameTree, place: FlamePlace, key: string): FlamePlace | undefined {
  const { zoomed } = place;
  const focused = Math.max(place.focused, 0);
  switch (key) {
    case "ArrowDown":
      return { zoomed, focused: tree.children(focused)[0] ?? focused };
    case "ArrowUp":
      return { zoomed, focused: Math.max(tree.parent[focused]!, 0) };
    case "ArrowLeft":
      return { zoomed, focused: sibling(tree, focused, -1) };
    case "ArrowRight":
      return { zoomed, focused: sibling(tree, focused, 1) };
    case "Enter":
      return { zoomed: focused, focused };
    case "Backspace": {
      const parent = Math.max(tree.parent[zoomed]!, 0);
      return { zoomed: parent, focused: parent };
    }
    case "Escape":
      return { zoomed: 0, focused: 0 };
  }
  return undefined;
}

function sibling(tree: FlameTree, node: number, step: number): number {
  const siblings = tree.children(tree.parent[node]!);
  return siblings[siblings.indexOf(node) + step] ?? node;
}
