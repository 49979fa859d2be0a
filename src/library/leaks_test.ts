import { assertEquals } from "@std/assert";
import type { Analysis, TraceGroup } from "../analysis.ts";
import type { Frame } from "../frame.ts";
import { namedStack, testAnalysis, testGroup } from "../reports/_analysis_testing.ts";
import { findLeaks, leaksOf, markKnown } from "./leaks.ts";

const MAIN: Frame = { address: 1n, module: { name: "app" }, symbol: "main" };
const NTDLL: Frame = { address: 2n, module: { name: "ntdll" }, symbol: "LdrLoadDll" };

/** An analysis with one group of an own stack (1) and one of a stack with only system frames (2). */
function analysisOf(groups: readonly TraceGroup[]): Analysis {
  return testAnalysis([], {
    stacks: new Map([[1, namedStack([NTDLL, MAIN])], [2, namedStack([NTDLL])]]),
    groups,
  });
}

function group(stack: number, outstanding: number): TraceGroup {
  return testGroup({ stack, opened: 5, closed: 5 - outstanding });
}

Deno.test("leaksOf() returns open handles that code other than the system's opened", () => {
  const leaking = group(1, 2);
  const leaks = leaksOf(analysisOf([leaking, group(1, 0), group(2, 3)]));
  assertEquals(leaks, [{ group: leaking, key: "app!main" }]);
});

Deno.test("findLeaks() compares the handles of all stacks of a key with the baseline's number", () => {
  const analysis = analysisOf([group(1, 2), group(1, 1)]);
  const counts = (limit: number): [number, number] => {
    const { leaks, known } = findLeaks(analysis, new Map([["app!main", limit]]));
    return [leaks.length, known.length];
  };
  assertEquals(counts(3), [0, 2]);
  assertEquals(counts(4), [0, 2]);
  assertEquals(counts(2), [2, 0]);
});

Deno.test("findLeaks() says which known leaks did not occur", () => {
  const baseline = new Map([["app!main", 1], ["app!gone", 2]]);
  assertEquals(findLeaks(analysisOf([group(1, 1)]), baseline).gone, ["app!gone"]);
});

Deno.test("markKnown() marks only the groups of known leaks", () => {
  const analysis = analysisOf([group(1, 1), group(2, 1)]);
  const { known } = findLeaks(analysis, new Map([["app!main", 1]]));
  assertEquals(markKnown(analysis, known).groups.map(({ isKnown }) => isKnown), [true, false]);
});
