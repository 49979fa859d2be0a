import { assertEquals } from "@std/assert";
import type { Frame } from "../frame.ts";
import { namedStack, testGroup } from "../reports/_analysis_testing.ts";
import { mergeGroups } from "./merge_groups.ts";

function frame(module: string, symbol: string, displacement: number): Frame {
  return { address: BigInt(displacement), module: { name: module }, symbol, displacement };
}

const STACKS = new Map([
  [
    1,
    namedStack([frame("ntdll", "NtOpenKey", 1), frame("app", "read", 8), frame("app", "main", 1)]),
  ],
  [
    2,
    namedStack([
      frame("ntdll", "NtOpenFile", 1),
      frame("app", "read", 99),
      frame("app", "main", 1),
    ]),
  ],
  [
    3,
    namedStack([frame("ntdll", "NtOpenKey", 1), frame("app", "write", 8), frame("app", "main", 1)]),
  ],
  [4, namedStack([])],
  [5, namedStack([])],
]);
const GROUPS = [
  testGroup({
    stack: 1,
    opened: 5,
    closed: 0,
    delta: 4,
    series: [1, 1],
    outstandingTraces: Uint32Array.of(1, 7),
    closers: [{ stack: 9, count: 1 }],
    objectTypes: new Map([["Key", 5]]),
  }),
  testGroup({
    stack: 2,
    opened: 2,
    closed: 1,
    delta: 1,
    series: [0, 0],
    outstandingTraces: Uint32Array.of(3),
    closers: [{ stack: 8, count: 2 }, { stack: 9, count: 4 }],
    objectTypes: new Map([["File", 1]]),
  }),
  testGroup({ stack: 3, opened: 1, closed: 0 }),
  testGroup({ stack: 4 }),
  testGroup({ stack: 5 }),
];

Deno.test("mergeGroups() merges stacks with the same own functions, regardless of system frames", () => {
  const groups = mergeGroups(GROUPS, STACKS, "function");
  assertEquals(groups.map(({ stack }) => stack), [1, 3, 4, 5]);
  const [read] = groups;
  assertEquals([read?.opened, read?.closed, read?.outstanding, read?.delta], [7, 1, 6, 5]);
  assertEquals(read?.series, [1, 1]);
  assertEquals(groups.map(({ merged }) => merged), [2, undefined, undefined, undefined]);
  assertEquals([...read!.outstandingTraces], [1, 3, 7]);
  assertEquals(read?.closers, [{ stack: 9, count: 5 }, { stack: 8, count: 2 }]);
  assertEquals([...read!.objectTypes], [["Key", 5], ["File", 1]]);
});

Deno.test("mergeGroups() merges stacks with the same own modules", () => {
  const groups = mergeGroups(GROUPS, STACKS, "module");
  assertEquals(groups.map(({ stack, opened }) => [stack, opened]), [[1, 8], [4, 2], [5, 2]]);
});
