import { assertEquals } from "@std/assert";
import type { Analysis, TraceGroup } from "../analysis.ts";
import type { Frame } from "../frame.ts";
import { namedStack, testAnalysis, testGroup } from "../reports/_analysis_testing.ts";
import { findGrowth, type GrowthOptions } from "./growth_gate.ts";

const OWN: Frame = { address: 1n, module: { name: "orders" }, symbol: "Session::Begin" };
const SYSTEM: Frame = { address: 2n, module: { name: "ntdll" }, symbol: "NtCreateEvent" };

/** An analysis with one group per series, each with its own stack. */
function analysisOf(
  series: readonly (readonly number[])[],
  facts: Partial<Analysis> = {},
  group: Partial<TraceGroup> = {},
): Analysis {
  const names = (series[0] ?? []).map((_, at) => ({ name: `mark ${at}` }));
  return testAnalysis([], {
    stacks: new Map(series.map((_, stack) => [stack, namedStack([SYSTEM, OWN])])),
    groups: series.map((counts, stack) => testGroup({ stack, series: counts, delta: 0, ...group })),
    snapshots: names,
    hasMarks: true,
    ...facts,
  });
}

/** The counts and the rate of what grows, or the number of steps that there are and that are needed. */
function found(analysis: Analysis, options?: GrowthOptions): unknown {
  const result = findGrowth(analysis, options);
  return result.kind === "judged"
    ? result.growing.map(({ counts, rate }) => [counts, rate])
    : [result.steps, result.needed];
}

Deno.test("findGrowth() finds stacks that rise at every mark after the warm-up, the fastest first", () => {
  const analysis = analysisOf([[5, 6, 7, 8], [0, 2, 4, 9], [5, 5, 5, 5], [0, 1, 1, 2], [
    9,
    1,
    2,
    3,
  ]]);
  assertEquals(found(analysis), [[[0, 2, 4, 9], 3], [[5, 6, 7, 8], 1]]);
  assertEquals(found(analysis, { warmup: 2 }), [[[2, 4, 9], 3.5], [[6, 7, 8], 1], [[1, 2, 3], 1]]);
});

Deno.test("without a warm-up, a program's steps begin with its start, when nothing was open", () => {
  assertEquals(found(analysisOf([[1, 2], [0, 1], [3, 3]]), { warmup: 0 }), [[[0, 1, 2], 1]]);
});

Deno.test("findGrowth() allows as much as the limit says, on average", () => {
  const analysis = analysisOf([[0, 1, 2], [0, 1, 4]]);
  assertEquals(found(analysis, { limit: 1 }), [[[0, 1, 4], 2]]);
  assertEquals(found(analysis, { limit: 2 }), []);
});

Deno.test("findGrowth() skips the system and known leaks", () => {
  assertEquals(found(analysisOf([[0, 1, 2]], {}, { isKnown: true })), []);
  assertEquals(
    found(analysisOf([[0, 1, 2]], { stacks: new Map([[0, namedStack([SYSTEM])]]) })),
    [],
  );
});

Deno.test("a stack whose handles the program's end closed has still grown", () => {
  const freed = { opened: 3, closed: 3, outstanding: 0, delta: -3 };
  assertEquals(found(analysisOf([[1, 2, 3]], {}, freed)), [[[1, 2, 3], 1]]);
});

Deno.test("of several readings, the last is a step, and the first is the earliest to compare with", () => {
  const readings = { hasMarks: false };
  assertEquals(found(analysisOf([[1, 2]], readings, { delta: 3 })), [[[1, 2, 5], 2]]);
  assertEquals(found(analysisOf([[1, 2]], readings, { delta: 3 }), { warmup: 0 }), [[
    [1, 2, 5],
    2,
  ]]);
});

Deno.test("too few steps, or none that could be measured, give no judgement", () => {
  assertEquals(found(analysisOf([[1, 2]])), [2, 3]);
  assertEquals(found(analysisOf([[1, 2, 3]]), { warmup: 3 }), [3, 5]);
  assertEquals(found(analysisOf([])), [0, 3]);
  const lost = analysisOf([[1, 2, 3]]);
  const groups = lost.groups.map(({ series: _, delta: _delta, ...group }) => group);
  assertEquals(found({ ...lost, groups }), [0, 3]);
});
