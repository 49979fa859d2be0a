/**
 * The layout of a flame graph: the root on top, each frame as wide as its share.
 *
 * @module
 */
import type { FlameTree } from "./flame_tree.ts";

/** A frame's rectangle. */
export interface Box {
  readonly node: number;
  /** Pixels from the left. */
  readonly x: number;
  /** Pixels. */
  readonly width: number;
  /** Rows from the top. */
  readonly level: number;
}

/** The boxes of a graph. */
export interface FlameLayout {
  /** All that are drawn, parents first. */
  readonly boxes: readonly Box[];
  /** Rows in all. */
  readonly levels: number;
  /** Number of frames that are too narrow to be seen, not counting those below them. */
  readonly narrow: number;
}

/** Frames narrower than this are not drawn. */
const MIN_WIDTH = 0.6;

/** Lays out the frames from `zoomed` on over the whole width; frames above it stay, at full width. */
export function layoutFlame(tree: FlameTree, zoomed: number, width: number): FlameLayout {
  const above = tree.path(zoomed).slice(0, -1);
  const boxes: Box[] = above.map((node, level) => ({ node, x: 0, width, level }));
  const scale = width / Math.max(tree.width[zoomed]!, 1);
  const stack: Box[] = [{ node: zoomed, x: 0, width, level: above.length }];
  let narrow = 0;
  let levels = 0;
  for (let box = stack.pop(); box !== undefined; box = stack.pop()) {
    boxes.push(box);
    levels = Math.max(levels, box.level + 1);
    let { x } = box;
    for (const child of tree.children(box.node)) {
      const childWidth = tree.width[child]! * scale;
      if (childWidth >= MIN_WIDTH) {
        stack.push({ node: child, x, width: childWidth, level: box.level + 1 });
      } else narrow++;
      x += childWidth;
    }
  }
  return { boxes, levels, narrow };
}

/** The box at a point; undefined outside all of them. */
export function boxAt({ boxes }: FlameLayout, x: number, level: number): Box | undefined {
  return boxes.find((box) => box.level === level && x >= box.x && x < box.x + box.width);
}
