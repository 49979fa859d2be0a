/**
 * Scales of the timeline: round numbers along its axes.
 *
 * @module
 */

/** Round values from 0 to at least `max`, in at most `steps` steps, and at least one. */
export function ticks(max: number, steps: number): number[] {
  const raw = Math.max(max, 1) / steps;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = Math.max([1, 2, 5, 10].find((factor) => factor * power >= raw)! * power, 1);
  return Array.from({ length: Math.max(Math.ceil(max / step), 1) + 1 }, (_, tick) => tick * step);
}

const UNITS = [
  [86_400_000, "d"],
  [3_600_000, "h"],
  [60_000, "min"],
  [1000, "s"],
  [1, "ms"],
] as const;

/** Steps in which people count time, in milliseconds. */
const TIME_STEPS = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * 1000),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * 60_000),
  ...[1, 2, 3, 6, 12].map((hours) => hours * 3_600_000),
  ...[1, 2, 7, 14, 30, 90, 365].map((days) => days * 86_400_000),
];

/** Round times from 0 to at most `span` milliseconds, with a maximum number of steps. */
export function timeTicks(span: number, steps: number): number[] {
  const step = TIME_STEPS.find((size) => span / size <= steps) ?? span;
  return Array.from({ length: Math.floor(span / step) + 1 }, (_, tick) => tick * step);
}

/** A duration as people say it, in its two largest units: `1 h 2 min`, `12 s`, `0`. */
export function durationText(milliseconds: number): string {
  const first = UNITS.findIndex(([size]) => Math.round(milliseconds) >= size);
  if (first < 0) return "0";
  const [size, unit] = UNITS[first]!;
  const next = UNITS[first + 1];
  if (next === undefined || size <= 1000) {
    return `${Number((milliseconds / size).toPrecision(3))} ${unit}`;
  }
  const whole = Math.floor(milliseconds / size);
  const rest = Math.round((milliseconds - whole * size) / next[0]);
  return rest === 0 ? `${whole} ${unit}` : `${whole} ${unit} ${rest} ${next[1]}`;
}
