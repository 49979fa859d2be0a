/**
 * A profile for speedscope (https://www.speedscope.app/file-format-schema.json): sampled profiles of handles.
 *
 * @module
 */
import type { Analysis, Report, TraceGroup } from "../analysis.ts";
import { VERSION } from "../version.ts";
import { flatFrames } from "./_flat_frames.ts";

/** The report. */
export const SPEEDSCOPE: Report = {
  name: "speedscope",
  brief: "a profile for speedscope: outstanding, opened, closed, grown, shrunk",
  extension: ".speedscope.json",
  render: renderSpeedscope,
};

/** What each profile measures. A weight is never negative, so growth and shrinkage are two profiles. */
const MEASURES: Readonly<Record<string, (group: TraceGroup) => number>> = {
  outstanding: ({ outstanding }) => outstanding,
  opened: ({ opened }) => opened,
  closed: ({ closed }) => closed,
  grown: ({ delta = 0 }) => Math.max(delta, 0),
  shrunk: ({ delta = 0 }) => Math.max(-delta, 0),
};

interface SharedFrame {
  readonly name: string;
  readonly file?: string;
  readonly line?: number;
}

/** The frame for handles without a stack, for which the viewer would otherwise show a gap. */
const NO_STACK: SharedFrame = { name: "(no stack)" };

/** Renders a profile for each measure that is not zero everywhere, and always one for outstanding handles. */
export function renderSpeedscope(analysis: Analysis): string {
  const frames = new Map<string, number>();
  const shared: SharedFrame[] = [];
  const numberOf = ({ name, file, line }: SharedFrame): number => {
    const key = JSON.stringify([name, file, line]);
    let number = frames.get(key);
    if (number === undefined) {
      number = shared.push({ name, ...(file !== undefined && { file }), ...(line && { line }) }) -
        1;
      frames.set(key, number);
    }
    return number;
  };
  const stacks = analysis.groups.map(({ stack }) => {
    const named = flatFrames(analysis.stacks.get(stack)?.frames ?? []);
    return named.length === 0 ? [numberOf(NO_STACK)] : named.map(numberOf).reverse();
  });
  const profiles = Object.entries(MEASURES)
    .map(([name, measure]) => profileOf(name, analysis.groups.map(measure), stacks))
    .filter(({ name, endValue }) => endValue > 0 || name === "outstanding");
  return JSON.stringify({
    $schema: "https://www.speedscope.app/file-format-schema.json",
    exporter: `htrace ${VERSION}`,
    name: analysis.target.name,
    activeProfileIndex: 0,
    shared: { frames: shared },
    profiles,
  }) + "\n";
}

interface Profile {
  readonly type: "sampled";
  readonly name: string;
  readonly unit: "none";
  readonly startValue: 0;
  readonly endValue: number;
  readonly samples: readonly (readonly number[])[];
  readonly weights: readonly number[];
}

function profileOf(
  name: string,
  weights: readonly number[],
  stacks: readonly (readonly number[])[],
): Profile {
  const isShown = (index: number): boolean => weights[index]! > 0;
  return {
    type: "sampled",
    name,
    unit: "none",
    startValue: 0,
    endValue: weights.reduce((sum, weight) => sum + weight, 0),
    samples: stacks.filter((_, index) => isShown(index)),
    weights: weights.filter((_, index) => isShown(index)),
  };
}
