/**
 * The flame graph: its controls, its canvas, the frame under the pointer or with the keyboard focus.
 *
 * @module
 */
import type { JSX } from "preact";
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { counted, signed, thousands } from "../../plain_text.ts";
import { wordsOf } from "./filter.ts";
import { drawFlame, LEVEL_HEIGHT } from "./flame_draw.ts";
import { flameKey } from "./flame_keys.ts";
import { boxAt, layoutFlame } from "./flame_layout.ts";
import { FlameTree, type Measure } from "./flame_tree.ts";
import { PAPER_WIDTH, type Theme, useWidth } from "./hooks.ts";
import { IDS } from "./keyboard.ts";
import type { Model, Row } from "./model.ts";
import { readPalette } from "./palette.ts";

/** What the graph shows, and its callbacks. */
export interface FlameGraphProps {
  readonly model: Model;
  /** The rows that pass the filter. */
  readonly rows: readonly Row[];
  readonly filterText: string;
  readonly selected: Row | undefined;
  readonly theme: Theme;
  readonly isPrinting: boolean;
  readonly onSelect: (row: Row) => void;
}

const MEASURES: Readonly<Record<Measure, string>> = {
  outstanding: "Open",
  growth: "Grown",
  opened: "Opened",
};

/** What to say if a measure is zero everywhere. */
const EMPTY: Readonly<Record<Measure, string>> = {
  outstanding:
    "Nothing is open: every handle of these stacks was closed. Choose “Opened” to see who opened them.",
  growth: "Nothing grew: these stacks had no open handles at the snapshot, and have none now.",
  opened: "No handle was opened by these stacks.",
};

/** The panel. */
export function FlameGraph(props: FlameGraphProps): JSX.Element {
  const { model, rows } = props;
  const [measure, setMeasure] = useState<Measure>(
    model.data.totals.outstanding > 0 ? "outstanding" : "opened",
  );
  const [isInverted, setInverted] = useState(false);
  const [foldsSystem, setFoldsSystem] = useState(true);
  const tree = useMemo(
    () => new FlameTree(model, rows, { measure, isInverted, foldsSystem }),
    [model, rows, measure, isInverted, foldsSystem],
  );
  const measures = (Object.keys(MEASURES) as Measure[])
    .filter((name) => name !== "growth" || model.hasGrowth);
  return (
    <section class="panel flame" aria-labelledby="flame-title">
      <div class="controls">
        <h2 id="flame-title">Flame graph</h2>
        <Choice
          label="Width of a frame"
          options={measures.map((name) => [name, MEASURES[name]])}
          chosen={measure}
          onChoose={setMeasure}
        />
        <Choice
          label="Direction"
          options={[[false, "From thread start"], [true, "From open call"]]}
          chosen={isInverted}
          onChoose={setInverted}
        />
        <label>
          <input
            type="checkbox"
            checked={foldsSystem}
            onChange={({ currentTarget }) => setFoldsSystem(currentTarget.checked)}
          />
          fold system frames
        </label>
      </div>
      {measure === "growth" && tree.width[0]! > 0 && <Legend />}
      {tree.width[0] === 0
        ? (
          <p class="empty">
            {rows.length === 0 ? "No stack passes the filter." : EMPTY[measure]}
          </p>
        )
        : <Graph {...props} tree={tree} measure={measure} />}
    </section>
  );
}

function Choice<T extends string | boolean>({ label, options, chosen, onChoose }: {
  readonly label: string;
  readonly options: readonly (readonly [T, string])[];
  readonly chosen: T;
  readonly onChoose: (value: T) => void;
}): JSX.Element {
  return (
    <div class="choice" role="group" aria-label={label}>
      {options.map(([value, title]) => (
        <button
          type="button"
          key={title}
          aria-pressed={value === chosen}
          onClick={() => onChoose(value)}
        >
          {title}
        </button>
      ))}
    </div>
  );
}

function Legend(): JSX.Element {
  return (
    <p class="dim legend">
      <i class="more" /> + more than at the snapshot <i class="same" /> ±0 the same{" "}
      <i class="fewer" /> − fewer; as wide as the greater of the two numbers
    </p>
  );
}

function Graph(
  props: FlameGraphProps & { readonly tree: FlameTree; readonly measure: Measure },
): JSX.Element {
  const { model, tree, measure, selected, filterText, theme, isPrinting, onSelect } = props;
  const [frame, shownWidth] = useWidth<HTMLDivElement>();
  const width = isPrinting ? PAPER_WIDTH : shownWidth;
  const canvas = useRef<HTMLCanvasElement>(null);
  const [zoomed, setZoomed] = useState(0);
  const [focused, setFocused] = useState(-1);
  const [hovered, setHovered] = useState<{ node: number; x: number; y: number }>();
  // At once, not after the next frame: later it would remove a focus that a key has set meanwhile.
  useLayoutEffect(() => {
    setZoomed(0);
    setFocused(-1);
    setHovered(undefined);
  }, [tree]);
  // A tree that has just changed does not have these nodes yet.
  const zoom = zoomed < tree.count ? zoomed : 0;
  const layout = useMemo(() => layoutFlame(tree, zoom, width), [tree, zoom, width]);
  const path = useMemo(
    () => new Set(tree.path(selected === undefined ? -1 : tree.leafOfRow.get(selected.id) ?? -1)),
    [tree, selected],
  );
  useLayoutEffect(() => {
    if (canvas.current === null || width === 0) return;
    drawFlame(canvas.current, {
      tree,
      layout,
      width,
      isGrowth: measure === "growth",
      words: wordsOf(filterText),
      focused,
      selected: path,
      zoomed: zoom,
      palette: readPalette(),
    });
  }, [tree, layout, width, measure, filterText, focused, path, zoom, theme]);

  const select = (node: number): void => {
    const row = model.rows[tree.row[node]!];
    if (row !== undefined) onSelect(row);
  };
  const placeOf = (event: MouseEvent): { x: number; y: number; node: number } => {
    const { left, top } = canvas.current!.getBoundingClientRect();
    const [x, y] = [event.clientX - left, event.clientY - top];
    return { x, y, node: boxAt(layout, x, Math.floor(y / LEVEL_HEIGHT))?.node ?? -1 };
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = flameKey(tree, { zoomed: zoom, focused }, event.key);
    if (next === undefined) return;
    event.preventDefault();
    setZoomed(next.zoomed);
    setFocused(next.focused);
    if (event.key === "Enter") select(next.focused);
  };
  const textOf = (node: number): string => describe(tree, node, measure);
  return (
    <div class="graph" ref={frame}>
      <canvas
        id={IDS.flame}
        ref={canvas}
        tabIndex={0}
        role="application"
        aria-label="Flame graph: arrows walk, Enter zooms in, Backspace out, Escape resets. The table has the same stacks."
        onKeyDown={onKeyDown}
        onFocus={() => setFocused(focused < 0 ? zoom : focused)}
        onBlur={() => setFocused(-1)}
        onClick={(event) => {
          const { node } = placeOf(event);
          if (node < 0) return;
          setZoomed(node);
          setFocused(node);
          select(node);
        }}
        onMouseMove={(event) => setHovered(placeOf(event))}
        onMouseLeave={() => setHovered(undefined)}
      />
      <p class="dim" aria-live="polite">{focused < 0 ? "" : textOf(focused)}</p>
      {layout.narrow > 0 && (
        <p class="dim">
          {counted(layout.narrow, "frame")} too narrow to draw: zoom in, or filter.
        </p>
      )}
      {hovered !== undefined && hovered.node >= 0 && (
        <Tip text={textOf(hovered.node)} x={hovered.x} y={hovered.y} width={width} />
      )}
    </div>
  );
}

function Tip(
  { text, x, y, width }: { text: string; x: number; y: number; width: number },
): JSX.Element {
  const left = Math.max(0, Math.min(x + 12, width - 340));
  return <div class="tip" style={{ left: `${left}px`, top: `${y + 18}px` }}>{text}</div>;
}

/** A frame in words: name, handles, share of all. */
function describe(tree: FlameTree, node: number, measure: Measure): string {
  const width = tree.width[node]!;
  const percent = Math.round(100 * width / Math.max(tree.width[0]!, 1));
  const delta = signed(tree.delta[node]!).replace("-", "−");
  const count = measure === "growth"
    ? `${delta} since the snapshot`
    : `${counted(width, "handle")} ${
      measure === "opened" ? "opened" : "open"
    }, ${percent} % of all`;
  return `${tree.name(node)}: ${count}`;
}

/** Says how many stacks are shown. */
export function shownText(shown: number, all: number): string {
  return shown === all ? counted(all, "stack") : `${thousands(shown)} of ${counted(all, "stack")}`;
}
