import { assertEquals } from "@std/assert";
import type { Frame } from "../frame.ts";
import { testAnalysis } from "./_analysis_testing.ts";
import { renderJson } from "./json.ts";

const FRAME: Frame = {
  address: 0xffff_f800_0000_1234n,
  module: "app",
  symbol: "open",
  displacement: 0x10,
  inlined: [{ symbol: "inner", file: "a.c", line: 3 }],
};

Deno.test("renderJson() writes addresses as text, stacks once, and leaves out what is not known", () => {
  const analysis = testAnalysis(
    [{ type: "open", handle: 0x44, processId: 8, threadId: 12, frames: [FRAME] }],
    {
      diff: { newTraces: 1, historyLost: false },
      handles: new Map([[0x44, { type: "Event" }]]),
      groups: [{
        stack: 0,
        opened: 1,
        closed: 0,
        outstanding: 1,
        badReferences: 0,
        outstandingTraces: Uint32Array.of(0),
        closers: [{ stack: 0, count: 2 }],
        judgement: "never closed",
        suspect: FRAME,
      }],
    },
  );
  const frame = { ...FRAME, address: "0xfffff80000001234" };
  assertEquals(JSON.parse(renderJson(analysis)), {
    target: "test",
    mode: "user",
    pointerSize: 4,
    parsed: analysis.log.parsed,
    diff: { newTraces: 1, historyLost: false },
    traces: [
      { type: "open", handle: 0x44, processId: 8, threadId: 12, stack: 0, handleType: "Event" },
    ],
    groups: [{
      stack: 0,
      opened: 1,
      closed: 0,
      outstanding: 1,
      badReferences: 0,
      judgement: "never closed",
      handles: [0x44],
      closers: [{ stack: 0, count: 2 }],
      suspect: frame,
    }],
    stacks: { "0": [frame] },
  });
});

Deno.test("renderJson() is one line", () => {
  assertEquals(renderJson(testAnalysis([])).split("\n").length, 2);
});
