import { assertEquals } from "@std/assert";
import type { TraceGroup } from "../analysis.ts";
import type { Frame } from "../frame.ts";
import { testAnalysis, type TestTrace } from "./_analysis_testing.ts";
import { renderGroups } from "./groups.ts";

const MAIN: Frame = { address: 0x1001200n, module: "app", symbol: "main", displacement: 0x20 };
const CLOSER: Frame = { address: 0x1001300n, module: "app", symbol: "finish", displacement: 0x8 };

const TRACES: readonly TestTrace[] = [
  { type: "open", handle: 0x7cc, frames: [MAIN] },
  { type: "close", handle: 0x7d4, frames: [CLOSER] },
  { type: "open", handle: 0x7d4, frames: [MAIN] },
];

const GROUP: TraceGroup = {
  stack: 0,
  opened: 2,
  closed: 1,
  outstanding: 1,
  badReferences: 0,
  outstandingTraces: Uint32Array.of(0),
  closers: [{ stack: 1, count: 1 }],
  judgement: "outstanding",
  suspect: MAIN,
};

Deno.test("renderGroups() writes counts, judgement, suspect, handles, stack and closers", () => {
  const handles = new Map([[0x7cc, { type: "Event", objectName: "\\done" }]]);
  const text = renderGroups(testAnalysis(TRACES, { groups: [GROUP], handles }));
  assertEquals(
    text,
    `--------------------------------------
Opened = 0x2, Closed = 0x1, Outstanding = 0x1, Bad references = 0x0 - outstanding
Suspect = 0x01001200: app!main+0x00000020
Handles = 0x000007cc Event \\done

0x01001200: app!main+0x00000020

Closed 0x1 times by
0x01001300: app!finish+0x00000008
--------------------------------------
Displayed 0x1 stacks that opened handles, 0x1 handles outstanding.
`,
  );
});

Deno.test("renderGroups() names 16 handles and counts the rest", () => {
  const traces = Array.from({ length: 20 }, (_, index): TestTrace => ({
    type: "open",
    handle: 4 * (index + 1),
    frames: [MAIN],
  }));
  const outstandingTraces = Uint32Array.from(traces, (_, index) => index);
  const group = { ...GROUP, outstanding: 20, outstandingTraces, closers: [] };
  const line = renderGroups(testAnalysis(traces, { groups: [group] })).split("\n")[3];
  assertEquals(line?.split(", ").length, 17);
  assertEquals(line?.endsWith("0x00000040, and 0x4 more"), true);
});

Deno.test("renderGroups() opens a diff as the debugger does", () => {
  const diff = { newTraces: 3, historyLost: false };
  const text = renderGroups(testAnalysis(TRACES, { groups: [GROUP], diff }));
  assertEquals(text.split("\n").slice(0, 3), [
    "Handle tracing information snapshot successfully taken.",
    "0x3 new stack traces since the previous snapshot.",
    "-".repeat(38),
  ]);
});

Deno.test("renderGroups() shows no groups when history was lost", () => {
  const diff = { newTraces: 3, historyLost: true };
  const text = renderGroups(testAnalysis(TRACES, { groups: [GROUP], diff }));
  assertEquals(text.includes("too large"), true);
  assertEquals(text.includes("Opened"), false);
});
