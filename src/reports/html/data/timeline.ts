/**
 * Open handles over time: by the times of traces, otherwise by snapshots.
 *
 * @module
 */
import type { Analysis, TraceGroup } from "../../../analysis.ts";
import { TRACE_TYPE_CODES } from "../../../trace.ts";
import type { TraceLog } from "../../../trace_log.ts";
import type { PageTables } from "./tables.ts";
import type { RowId, Timeline } from "./page_data.ts";

/** Points of a line: more than a screen can distinguish are useless. */
const POINTS = 200;
/** Number of stacks with their own line: the first rows, which are the worst. */
const LINES = 40;

/** Open handles over time; undefined without times and without snapshots. */
export function timelineOf(analysis: Analysis, tables: PageTables): Timeline | undefined {
  return byTraces(analysis, tables) ?? bySnapshots(analysis, tables);
}

/** A line that counts up and down within a span of time. */
class Line {
  readonly #steps = new Int32Array(POINTS);
  readonly #first: number;
  readonly #span: number;

  constructor(first: number, last: number) {
    this.#first = first;
    this.#span = last - first;
  }

  /** Counts a change at a given time. */
  add(time: number, change: number): void {
    const point = Math.ceil((time - this.#first) / this.#span * (POINTS - 1));
    this.#steps[Math.min(Math.max(point, 0), POINTS - 1)]! += change;
  }

  /** The count at each point. */
  values(): number[] {
    let count = 0;
    return Array.from(this.#steps, (step) => count += step);
  }
}

function byTraces(analysis: Analysis, tables: PageTables): Timeline | undefined {
  const { log, groups, diff, leftOut, snapshots } = analysis;
  const isFiltered = leftOut.traces > 0;
  if (log.time === undefined || (isFiltered && diff !== undefined)) return undefined;
  const [first, last] = timeSpan(log.time);
  if (!(last > first)) return undefined;
  const all = new Line(first, last);
  const lines = new Map<number, Line>();
  for (const { stack } of groups.slice(0, LINES)) lines.set(stack, new Line(first, last));
  for (let open = 0; open < log.count; open++) {
    if (log.type[open] !== TRACE_TYPE_CODES.open || !counts(analysis, open)) continue;
    const line = lines.get(log.stack[open]!);
    const opened = log.time[open]!;
    if (Number.isNaN(opened)) continue;
    all.add(opened, 1);
    line?.add(opened, 1);
    const closed = log.time[analysis.pairOf[open]!] ?? NaN;
    if (Number.isNaN(closed)) continue;
    all.add(closed, -1);
    line?.add(closed, -1);
  }
  return {
    of: "traces",
    times: Array.from(
      { length: POINTS },
      (_, point) => Math.round(first + (last - first) * point / (POINTS - 1)),
    ),
    all: all.values(),
    groups: groups.slice(0, LINES).flatMap((group, row) => {
      const values = lines.get(group.stack)!.values();
      return isWhole(group, values) ? [[row, values] as const] : [];
    }),
    marks: snapshots
      .map(({ name, readAt }, point) =>
        [
          readAt?.getTime() ?? NaN,
          tables.text(snapshotName(name, point, snapshots)),
        ] as const
      )
      .filter(([at]) => at > first && at < last),
  };
}

/** An open that a filter left out belongs to no group; a diff's groups leave out what is older than the snapshot. */
function counts({ diff, log, pairOf, isOutstanding }: Analysis, open: number): boolean {
  return diff !== undefined || isOutstanding[open] === 1 || pairOf[open]! < log.count;
}

/** Groups of several stacks (`--merge`) have opens that are not listed under their first stack. */
function isWhole({ outstanding }: TraceGroup, values: readonly number[]): boolean {
  return values.at(-1)! >= outstanding;
}

function timeSpan(times: NonNullable<TraceLog["time"]>): [first: number, last: number] {
  let [first, last] = [Infinity, -Infinity];
  for (const time of times) {
    if (time < first) first = time;
    if (time > last) last = time;
  }
  return [first, last];
}

function bySnapshots(analysis: Analysis, tables: PageTables): Timeline | undefined {
  const { snapshots, groups, log } = analysis;
  const measured = groups.filter(({ series }) => series?.length === snapshots.length);
  if (snapshots.length === 0 || measured.length === 0) return undefined;
  const valuesOf = ({ series = [], delta = 0 }: TraceGroup): number[] => [
    ...series,
    (series.at(-1) ?? 0) + delta,
  ];
  const all = new Array<number>(snapshots.length + 1).fill(0);
  for (const group of measured) {
    for (const [point, value] of valuesOf(group).entries()) all[point]! += value;
  }
  const times = [...snapshots, log].map(({ readAt }) => readAt?.getTime() ?? NaN);
  const areDated = times.every((time, point) => point === 0 || time > times[point - 1]!);
  return {
    of: "snapshots",
    ...(areDated && { times }),
    names: [
      ...snapshots.map(({ name }, point) => tables.text(snapshotName(name, point, snapshots))),
      tables.text("now"),
    ],
    all,
    groups: groups.slice(0, LINES).flatMap((group, row): [RowId, number[]][] =>
      group.series === undefined ? [] : [[row, valuesOf(group)]]
    ),
    marks: [],
  };
}

/** The unnamed snapshot is the only one that most people have; dates are written along the axis. */
function snapshotName(name: string, point: number, { length }: { length: number }): string {
  if (name !== "" && Number.isNaN(Date.parse(name))) return name;
  return length === 1 ? "snapshot" : `snapshot ${point + 1}`;
}
