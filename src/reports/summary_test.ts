import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Analysis } from "../analysis.ts";
import { NO_TRACE } from "../engine/engine.ts";
import type { Frame } from "../frame.ts";
import { namedStack, testAnalysis, testGroup, type TestTrace } from "./_analysis_testing.ts";
import { renderSummary } from "./summary.ts";

function frame(symbol: string, line: number): Frame {
  return {
    address: BigInt(line),
    module: { name: "orders" },
    symbol,
    file: "C:\\src\\session.cpp",
    line,
  };
}

const LONG = frame("orders::sessions::PooledSessionFactory::BeginWithRetry", 88);
const LONG_MODULE = { name: "orders", path: "C:\\orders.exe", base: 1n, size: 4096 };
const CLOSE = frame("Session::End", 120);
const CLEANUP = frame("Cache::Trim", 30);

function leak(facts: Partial<Analysis> = {}): Analysis {
  const traces: readonly TestTrace[] = [{ type: "open", handle: 4, frames: [LONG] }];
  return testAnalysis(traces, {
    groups: [testGroup({
      opened: 1840,
      closed: 12,
      outstandingTraces: Uint32Array.of(0),
      judgement: "outstanding",
      objectTypes: new Map([["Event", 1300], ["File", 500], ["Semaphore", 20], ["Thread", 8]]),
    })],
    ...facts,
  });
}

Deno.test("the summary fits the width of the terminal, and keeps where a suspect is", () => {
  for (const width of [80, 100, 140]) {
    const lines = renderSummary(leak(), { width }).split("\n");
    for (const line of lines.filter((line) => !line.startsWith("Next: "))) {
      assert(line.length <= width, `${width}: ${line}`);
    }
    const row = lines[lines.findIndex((line) => line.startsWith("Suspect")) + 1]!;
    assertStringIncludes(row, "session.cpp:88");
  }
});

Deno.test("the next command names the target as the user did", () => {
  const text = renderSummary(leak(), { target: "monday.htrace" });
  assertStringIncludes(text, "Next: htrace report monday.htrace --format groups --focus");
});

Deno.test("the next command examines the same again, with the same process, answer and symbols", () => {
  const options = { target: "all.dmp", targetOptions: ["--process", "orders.exe"] };
  const { stacks } = leak();
  const text = renderSummary(leak({ withoutSymbols: [LONG_MODULE], stacks }), options);
  assertStringIncludes(text, "Next: htrace report all.dmp --process orders.exe --format groups ");
  assertStringIncludes(
    text.replaceAll(/\s+/g, " "),
    "htrace symbols all.dmp --process orders.exe says why.",
  );
});

Deno.test("stacks without symbols are distinguished by their offsets in modules", () => {
  const frames = [0x1f2a0, 0x300].map((displacement): Frame => ({
    address: 1n,
    module: { name: "orders" },
    displacement,
  }));
  const text = renderSummary(testAnalysis([], {
    log: { ...leak().log },
    stacks: new Map(frames.map((frame, stack) => [stack, namedStack([frame])])),
    groups: frames.map((_, stack) => testGroup({ stack, opened: 2 - stack, closed: 0 })),
  }));
  assertStringIncludes(text, "orders+0x1f2a0 leaks: 2 handles");
  assertStringIncludes(text, "\norders+0x300 ");
});

Deno.test("the summary says what is uncertain: gaps, a full ring, modules without symbols, a filter", () => {
  const analysis = leak({ gaps: ["modules are missing: the dump has none"] });
  const text = renderSummary({
    ...analysis,
    log: { ...analysis.log, slots: 1 },
    withoutSymbols: [LONG_MODULE],
    leftOut: { traces: 3, groups: 2 },
  }, { width: 200 });
  for (
    const note of [
      "Note: incomplete: modules are missing: the dump has none.",
      "Note: the ring is full (1 trace): older traces are gone.",
      "Note: no PDB was found for orders: frames there have no names",
      "Note: left out: 3 traces and 2 stacks.",
    ]
  ) assertStringIncludes(text, note);
});

Deno.test("a suspicious closer is reported with the degree of certainty, and why", () => {
  const closerOf = (last: TestTrace): string => {
    const traces: readonly TestTrace[] = [
      last,
      { type: "close", handle: 4, frames: [CLEANUP] },
      { type: "open", handle: 4, frames: [LONG] },
      { type: "close", handle: 8, frames: [CLOSE] },
    ];
    const analysis = testAnalysis(traces);
    const [, rare = 0, opener = 0, usual = 0] = analysis.log.stack;
    const pairOf = new Uint32Array(traces.length).fill(NO_TRACE);
    pairOf[1] = 2;
    const closers = [{ stack: usual, count: 9 }, { stack: rare, count: 1 }];
    const groups = [testGroup({ stack: opener, opened: 11, closed: 10, closers })];
    const text = renderSummary({ ...analysis, pairOf, groups }, { width: 300 });
    return text.split("\n").find((line) => line.includes("wrong close")) ?? "";
  };
  assertEquals(
    closerOf({ type: "badref", handle: 4, frames: [LONG] }),
    "Probably a wrong close: orders!Cache::Trim (session.cpp:30) closed 1 handle of " +
      "orders!orders::sessions::PooledSessionFactory::BeginWithRetry (session.cpp:88), which others " +
      "close; 1 bad reference followed.",
  );
  assertStringIncludes(
    closerOf({ type: "open", handle: 4, frames: [CLOSE] }),
    "Possibly a wrong close: orders!Cache::Trim (session.cpp:30)",
  );
});
