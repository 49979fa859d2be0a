/**
 * Open handles over time: all of them, and those of the selected stack.
 *
 * @module
 */
import type { JSX } from "preact";
import { counted, thousands } from "../../plain_text.ts";
import type { Timeline as Data } from "./data/page_data.ts";
import { PAPER_WIDTH, useWidth } from "./hooks.ts";
import type { Model, Row } from "./model.ts";
import { Sentence } from "./small_parts.tsx";
import { durationText, ticks, timeTicks } from "./timeline_scale.ts";

const HEIGHT = 170;
const MARGIN = { left: 52, right: 62, top: 18, bottom: 24 } as const;
/** Labels of two lines whose ends are closer than this would overlap. */
const LABEL_HEIGHT = 14;

/** What the panel shows. */
export interface TimelineProps {
  readonly model: Model;
  /** The selected row, which has its own line. */
  readonly row: Row | undefined;
  readonly isPrinting: boolean;
}

/** The panel: a chart, or why there is none. */
export function Timeline({ model, row, isPrinting }: TimelineProps): JSX.Element {
  const { timeline, noTimeline = -1 } = model.data;
  return (
    <section class="panel timeline" aria-labelledby="timeline">
      <h2 id="timeline">Open handles over time</h2>
      {timeline === undefined
        ? (
          <p class="empty">
            <Sentence text={model.text(noTimeline)} />
          </p>
        )
        : <Chart model={model} timeline={timeline} row={row} isPrinting={isPrinting} />}
    </section>
  );
}

function Chart(
  { model, timeline, row, isPrinting }: TimelineProps & { readonly timeline: Data },
): JSX.Element {
  const [element, shownWidth] = useWidth<HTMLDivElement>();
  const width = isPrinting ? PAPER_WIDTH : shownWidth;
  const own = timeline.groups.find(([id]) => id === row?.id)?.[1];
  const isOnly = own?.every((value, point) => value === timeline.all[point]) ?? false;
  return (
    <div ref={element} class="chart">
      {width > 0 && drawn(model, timeline, own, width)}
      <p class="dim legend">
        <Key line="all" /> {timeline.of === "traces" ? "all traced stacks" : "all stacks listed"}
        {own !== undefined && (
          <>
            <Key line="own" /> {row!.name}
            {isOnly && " (the same line)"}
          </>
        )}
        {model.data.isDiff && timeline.of === "traces" &&
          " · with those from before the snapshot"}
        {own === undefined && row !== undefined && " · the selected stack has no line of its own"}
      </p>
    </div>
  );
}

function Key({ line }: { line: string }): JSX.Element {
  return (
    <svg width="26" height="8" aria-hidden="true">
      <line x1="0" y1="4" x2="26" y2="4" class={line} />
    </svg>
  );
}

function drawn(
  model: Model,
  timeline: Data,
  own: readonly number[] | undefined,
  width: number,
): JSX.Element {
  const { all, marks, names } = timeline;
  const values = ticks(Math.max(...all, ...own ?? []), 4);
  const times = timeline.times ?? all.map((_, point) => point);
  const [first, last] = [times[0]!, times.at(-1)!];
  const [right, bottom] = [width - MARGIN.right, HEIGHT - MARGIN.bottom];
  const xOf = (time: number): number =>
    MARGIN.left + (time - first) / (last - first) * (right - MARGIN.left);
  const yOf = (value: number): number => bottom - value / values.at(-1)! * (bottom - MARGIN.top);
  const points = (line: readonly number[]): [number, number][] =>
    line.map((value, point) => [xOf(times[point]!), yOf(value)]);
  const isStepped = timeline.of === "traces";
  const path = (line: readonly number[]): string =>
    points(line).map(([x, y], point) =>
      point === 0 ? `M${x},${y}` : isStepped ? `H${x}V${y}` : `L${x},${y}`
    ).join("");
  const begin = `${counted(all[0]!, "handle")} at first, ${thousands(all.at(-1)!)} at the end`;
  return (
    <svg
      width={width}
      height={HEIGHT}
      viewBox={`0 0 ${width} ${HEIGHT}`}
      role="img"
      aria-label={`Open handles: ${begin}`}
    >
      {values.map((value) => (
        <g key={value}>
          <line class="grid" x1={MARGIN.left} x2={right} y1={yOf(value)} y2={yOf(value)} />
          <text x={MARGIN.left - 8} y={yOf(value) + 4} text-anchor="end">{thousands(value)}</text>
        </g>
      ))}
      <path class="area" d={`${path(all)}V${bottom}H${MARGIN.left}Z`} />
      {marks.map(([at, name], index) => (
        <g key={index}>
          <line class="snapshot" x1={xOf(at)} x2={xOf(at)} y1={MARGIN.top - 6} y2={bottom} />
          <text class="snapshot" x={xOf(at) + 4} y={MARGIN.top}>
            {model.text(name) || "snapshot"}
          </text>
        </g>
      ))}
      <path class="all" d={path(all)} />
      {own !== undefined && <path class="own" d={path(own)} />}
      {!isStepped &&
        points(all).map(([x, y]) => <circle key={x} class="dot" cx={x} cy={y} r="3" />)}
      {axisLabels(model, times, names, timeline.times !== undefined, width).map(
        ({ x, text, anchor }) => (
          <text key={x} x={x} y={HEIGHT - 6} text-anchor={anchor}>{text}</text>
        ),
      )}
      {endLabels(all.at(-1)!, own?.at(-1), yOf).map(({ text, y, line }) => (
        <text key={line} class={`end ${line}`} x={right + 6} y={y}>{text}</text>
      ))}
    </svg>
  );
}

/** The last values, beside the ends of their lines, but not over each other. */
function endLabels(
  all: number,
  own: number | undefined,
  yOf: (value: number) => number,
): { readonly text: string; readonly y: number; readonly line: string }[] {
  const labels = [{ text: thousands(all), y: yOf(all) + 4, line: "all-end" }];
  if (own !== undefined && own !== all) {
    const y = Math.max(yOf(own) + 4, labels[0]!.y + LABEL_HEIGHT);
    labels.push({
      text: thousands(own),
      y: Math.min(y, HEIGHT - MARGIN.bottom + 4),
      line: "own-end",
    });
    labels[0]!.y = Math.min(labels[0]!.y, labels[1]!.y - LABEL_HEIGHT);
  }
  return labels;
}

interface AxisLabel {
  readonly x: number;
  readonly text: string;
  readonly anchor: "start" | "middle" | "end";
}

/** Names of snapshots, or the time since the first point; only as many as fit. */
function axisLabels(
  model: Model,
  times: readonly number[],
  names: Data["names"],
  areDated: boolean,
  width: number,
): AxisLabel[] {
  const span = times.at(-1)! - times[0]!;
  const right = width - MARGIN.right;
  const place = (share: number): Pick<AxisLabel, "x" | "anchor"> => ({
    x: MARGIN.left + share * (right - MARGIN.left),
    anchor: share === 0 ? "start" : share === 1 ? "end" : "middle",
  });
  if (names === undefined) {
    return timeTicks(span, width < 500 ? 3 : 6).map((time) => ({
      ...place(time / span),
      text: durationText(time),
    }));
  }
  const labels = names.map((name, point) => {
    const after = times[point]! - times[0]!;
    const text = model.text(name);
    return {
      ...place(after / span),
      text: areDated && point > 0 ? `${text}, ${durationText(after)} later` : text,
    };
  });
  return withoutOverlaps(labels);
}

/** Approximate width of a letter on the axis. */
const LETTER = 6;

/** The first and last label, and those in between for which there is room. */
function withoutOverlaps(labels: readonly AxisLabel[]): AxisLabel[] {
  const spanOf = ({ x, text, anchor }: AxisLabel): [number, number] => {
    const size = text.length * LETTER;
    const from = anchor === "start" ? x : anchor === "end" ? x - size : x - size / 2;
    return [from, from + size];
  };
  const last = labels.at(-1)!;
  const kept: AxisLabel[] = [];
  for (const label of labels.slice(0, -1)) {
    const [from, to] = spanOf(label);
    const before = kept.length === 0 ? -Infinity : spanOf(kept.at(-1)!)[1];
    if (from > before + 8 && to < spanOf(last)[0] - 8) kept.push(label);
  }
  return [...kept, last];
}
