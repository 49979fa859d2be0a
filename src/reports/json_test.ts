import { assertEquals } from "@std/assert";
import type { Frame } from "../frame.ts";
import { VERSION } from "../version.ts";
import { namedStack, testAnalysis, testGroup } from "./_analysis_testing.ts";
import { renderJson } from "./json.ts";

const FRAME: Frame = {
  address: 0xffff_f800_0000_1234n,
  module: { name: "app" },
  symbol: "open",
  displacement: 0x10,
  inlined: [{ symbol: "inner", file: "a.c", line: 3 }],
};

const FRAME_JSON = {
  address: "0xfffff80000001234",
  module: "app",
  symbol: "open",
  displacement: 0x10,
  inlined: [{ module: "app", symbol: "inner", file: "a.c", line: 3 }],
};

Deno.test("renderJson() writes addresses as text, stacks once, and leaves out what is unknown", () => {
  const analysis = testAnalysis(
    [{ type: "open", handle: 0x44, processId: 8, threadId: 12, frames: [FRAME] }],
    {
      diff: { newTraces: 1, historyLost: false },
      objectOf: () => ({ type: "Event" }),
      isOutstanding: Uint8Array.of(1),
      groups: [
        testGroup({
          opened: 1,
          closed: 0,
          closers: [{ stack: 0, count: 2 }],
          objectTypes: new Map([["Event", 1]]),
          judgement: "never closed",
        }),
      ],
      modules: [{ name: "app", path: "C:\\app.exe", base: 0x1000n, size: 0x2000 }],
    },
  );
  assertEquals(JSON.parse(renderJson(analysis)), {
    htrace: VERSION,
    target: { name: "test", kind: "fake", mode: "user", pointerSize: 4 },
    readAt: analysis.log.readAt?.toISOString(),
    log: { parsed: 1 },
    counts: {
      traces: 1,
      opens: 1,
      closes: 0,
      badReferences: 0,
      outstanding: 1,
      stacks: 1,
      openStacks: 1,
    },
    diff: { newTraces: 1, historyLost: false },
    traces: [
      { type: "open", handle: 0x44, processId: 8, threadId: 12, stack: 0, objectType: "Event" },
    ],
    groups: [{
      key: namedStack([FRAME]).key.hash,
      stack: 0,
      opened: 1,
      closed: 0,
      outstanding: 1,
      badReferences: 0,
      judgement: "never closed",
      known: false,
      objectTypes: { Event: 1 },
      suspect: FRAME_JSON,
      suspectIs: "own",
      closers: [{ stack: 0, count: 2 }],
      handles: [0x44],
    }],
    misuses: [],
    stacks: { "0": [FRAME_JSON] },
    modules: [{ name: "app", path: "C:\\app.exe", base: "0x1000", size: 0x2000 }],
  });
});

Deno.test("renderJson() writes the traces of a story along with the listed ones, and refers to them", () => {
  const frames = [FRAME];
  const analysis = testAnalysis(
    [
      { type: "open", handle: 0x48, frames },
      { type: "badref", handle: 0x44, frames },
      { type: "close", handle: 0x40, frames },
      { type: "close", handle: 0x44, frames },
      { type: "open", handle: 0x44, frames },
    ],
    {
      listed: Uint32Array.of(0),
      misuses: [{
        handle: 0x44,
        badReference: 1,
        close: 3,
        open: 4,
        by: FRAME,
        verdict: "use after close",
      }],
    },
  );
  const { traces, misuses, counts } = JSON.parse(renderJson(analysis));
  assertEquals(traces.map(({ handle }: { handle: number }) => handle), [0x48, 0x44, 0x44, 0x44]);
  assertEquals(misuses, [{
    handle: 0x44,
    badReference: 1,
    close: 2,
    open: 3,
    by: FRAME_JSON,
    verdict: "use after close",
  }]);
  assertEquals([counts.traces, counts.badReferences], [4, 1]);
});

Deno.test("renderJson() is one line that begins with the version, in pieces that fit together", () => {
  const frames = [FRAME];
  const traces = Array.from({ length: 10_000 }, (_, index) => ({
    type: "open" as const,
    handle: 4 * index,
    frames,
  }));
  const text = renderJson(testAnalysis(traces));
  assertEquals(text.split("\n").length, 2);
  assertEquals(text.startsWith('{"htrace"'), true);
  assertEquals(JSON.parse(text).traces.length, 10_000);
});
