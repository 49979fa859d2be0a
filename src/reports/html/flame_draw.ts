/**
 * Draws a flame graph on a canvas.
 *
 * @module
 */
import { signed } from "../../plain_text.ts";
import type { Box, FlameLayout } from "./flame_layout.ts";
import type { FlameTree } from "./flame_tree.ts";
import { moduleColour, type Palette } from "./palette.ts";

/** Height of a row of frames, in pixels. */
export const LEVEL_HEIGHT = 20;
const FONT = "12px ui-monospace, 'Cascadia Mono', Consolas, 'DejaVu Sans Mono', monospace";
/** Narrower frames have no text. */
const MIN_TEXT_WIDTH = 24;

/** What is drawn. */
export interface FlameDrawing {
  readonly tree: FlameTree;
  readonly layout: FlameLayout;
  /** Pixels. */
  readonly width: number;
  readonly isGrowth: boolean;
  /** Words whose frames are marked. */
  readonly words: readonly string[];
  /** The frame with the keyboard focus; -1 for none. */
  readonly focused: number;
  /** Nodes of the selected stack. */
  readonly selected: ReadonlySet<number>;
  readonly zoomed: number;
  readonly palette: Palette;
}

/** Draws; the canvas gets the size that the graph needs. */
export function drawFlame(canvas: HTMLCanvasElement, drawing: FlameDrawing): void {
  const { layout, width } = drawing;
  const scale = globalThis.devicePixelRatio || 1;
  const height = layout.levels * LEVEL_HEIGHT;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  canvas.style.height = `${height}px`;
  const context = canvas.getContext("2d");
  if (context === null) return;
  context.scale(scale, scale);
  context.font = FONT;
  context.textBaseline = "middle";
  const letter = context.measureText("m").width;
  const maxDelta = drawing.tree.maxDelta;
  for (const box of layout.boxes) drawBox(context, box, drawing, letter, maxDelta);
}

function drawBox(
  context: CanvasRenderingContext2D,
  box: Box,
  drawing: FlameDrawing,
  letter: number,
  maxDelta: number,
): void {
  const { tree, palette, isGrowth, words, focused, selected } = drawing;
  const { node, x } = box;
  const y = box.level * LEVEL_HEIGHT;
  const width = Math.max(box.width - 1, 0.6);
  const height = LEVEL_HEIGHT - 1;
  context.globalAlpha = box.level < tree.depth[drawing.zoomed]! ? 0.6 : 1;
  context.fillStyle = palette["frame-flat"];
  context.fillRect(x, y, width, height);
  const { colour, share } = colourOf(node, drawing, maxDelta);
  context.globalAlpha *= share;
  context.fillStyle = colour;
  context.fillRect(x, y, width, height);
  context.globalAlpha = 1;
  if (isGrowth && isFound(tree.name(node), words)) {
    // A stripe: the colour shows how the frame grew.
    context.fillStyle = palette.mark;
    context.fillRect(x, y, width, 3);
  }
  if (selected.has(node) && node !== 0) {
    context.fillStyle = palette.ink;
    context.fillRect(x, y + height - 2, width, 3);
  }
  if (box.width >= MIN_TEXT_WIDTH) {
    const delta = isGrowth ? ` ${signed(tree.delta[node]!)}` : "";
    const text = fitted(tree.name(node), delta, Math.floor((box.width - 8) / letter));
    context.fillStyle = palette["frame-ink"];
    context.fillText(text, x + 4, y + height / 2);
  }
  if (node === focused) {
    context.strokeStyle = palette.focus;
    context.lineWidth = 2;
    context.strokeRect(x + 1, y + 1, Math.max(width - 2, 1), height - 2);
  }
}

/** Whether a name contains one of the filter's words. */
function isFound(name: string, words: readonly string[]): boolean {
  if (words.length === 0) return false;
  const lower = name.toLowerCase();
  return words.some((word) => lower.includes(word));
}

/** A frame's colour and how strongly it covers the flat one. */
function colourOf(
  node: number,
  { tree, palette, isGrowth, words }: FlameDrawing,
  maxDelta: number,
): { readonly colour: string; readonly share: number } {
  const name = tree.name(node);
  if (!isGrowth && isFound(name, words)) return { colour: palette.mark, share: 1 };
  if (isGrowth) {
    const delta = tree.delta[node]!;
    if (delta === 0) return { colour: palette["frame-flat"], share: 1 };
    const colour = delta > 0 ? palette.grow : palette.shrink;
    return { colour, share: 0.25 + 0.6 * Math.min(Math.abs(delta) / maxDelta, 1) };
  }
  const isOwn = ["own", "framework"].includes(tree.owner(node) ?? "");
  return { colour: isOwn ? moduleColour(name, palette) : palette["frame-system"], share: 1 };
}

/**
 * A name and a suffix that must stay, within a number of letters: first the module is dropped, then the end of the
 * name.
 */
function fitted(name: string, tail: string, letters: number): string {
  if (name.length + tail.length <= letters) return name + tail;
  const bare = name.slice(name.indexOf("!") + 1);
  if (bare.length + tail.length <= letters) return bare + tail;
  const room = letters - tail.length;
  if (room >= 4) return `${bare.slice(0, room - 1)}…${tail}`;
  return letters >= 3 ? `${bare.slice(0, letters - 1)}…` : "";
}
