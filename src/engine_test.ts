import { assert, assertEquals, assertThrows } from "@std/assert";
import { analyzeTraces, diffTraces, EngineError, NO_TRACE } from "./engine.ts";
import type { HandleTrace } from "./trace.ts";
import { traceAt, traceCount, type TraceLog } from "./trace_log.ts";
import {
  busyLog,
  ENTRY_LAYOUTS,
  KERNEL_ENTRY_64,
  QUERY_ENTRY_32,
  QUERY_ENTRY_64,
  trace,
  traceLog,
} from "./trace_log_fixture.ts";

/** Traces that all differ: the thread id counts. Newest first, as logs are. */
function history(count: number): HandleTrace[] {
  return Array.from({ length: count }, (_, i) => trace("open", 4 * (i + 1), [0x1000n], 4 * i))
    .reverse();
}

function log(traces: readonly HandleTrace[], slots?: number): TraceLog {
  return traceLog(QUERY_ENTRY_64, traces, slots);
}

Deno.test("diffTraces() counts every new trace and lists opens that were not closed since", () => {
  const before = [trace("open", 0x44)];
  const after = [
    trace("badref", 0x48),
    trace("open", 0x50),
    trace("close", 0x4b), // tag bits on the handle of the open below
    trace("close", 0x44),
    trace("open", 0x48, [0x1000n], 0x20, 0x999), // by another process
    ...before,
  ];
  for (const layout of ENTRY_LAYOUTS) {
    const diff = diffTraces(traceLog(layout, before), traceLog(layout, after));
    assertEquals(diff, {
      newTraces: 5,
      historyLost: false,
      newFraction: 5 / 6,
      outstanding: Uint32Array.of(1),
    });
  }
});

Deno.test("diffTraces() lists a handle value that was closed and opened again", () => {
  const after = [trace("open", 0x44), trace("close", 0x44), trace("open", 0x44)];
  const diff = diffTraces(log([]), log(after));
  assertEquals([...diff.outstanding], [0]);
  assertEquals(diff.newTraces, 3);
});

Deno.test("diffTraces() finds the snapshot in a ring that has wrapped", () => {
  const all = history(200);
  const diff = diffTraces(log(all.slice(60, 188), 128), log(all.slice(0, 128), 128));
  assertEquals([diff.newTraces, diff.historyLost], [60, false]);
});

Deno.test("diffTraces() is not misled by a lone trace that equals the snapshot's newest", () => {
  const again = trace("close", 0x44);
  const before = [again, ...history(10)];
  const diff = diffTraces(log(before), log([again, trace("open", 0x44), ...before]));
  assertEquals(diff.newTraces, 2);
});

Deno.test("diffTraces() says when the snapshot's newest trace has left the ring", () => {
  const all = history(400);
  const diff = diffTraces(log(all.slice(-128), 128), log(all.slice(0, 128), 128));
  assertEquals([diff.newTraces, diff.historyLost, diff.newFraction], [128, true, 1]);
});

Deno.test("diffTraces() since an empty snapshot: all is new, and a full ring may have lost some", () => {
  const roomLeft = diffTraces(log([], 128), log(history(127), 128));
  assertEquals([roomLeft.newTraces, roomLeft.historyLost], [127, false]);
  const full = diffTraces(log([], 128), log(history(128), 128));
  assertEquals([full.newTraces, full.historyLost], [128, true]);
  const nothing = diffTraces(log([], 128), log([], 128));
  assertEquals([nothing.newTraces, nothing.historyLost, nothing.newFraction], [0, false, 0]);
});

Deno.test("diffTraces() refuses logs of different layouts, and bytes that end inside an entry", () => {
  assertThrows(
    () => diffTraces(traceLog(KERNEL_ENTRY_64, []), traceLog(QUERY_ENTRY_32, [])),
    EngineError,
    "Cannot compare a log of PROCESS_HANDLE_TRACING_ENTRY with a snapshot of HANDLE_TRACE_DB_ENTRY: " +
      "their entries have different layouts",
  );
  const cut = { ...log([]), bytes: new Uint8Array(161) };
  assertThrows(
    () => diffTraces(log([]), cut),
    EngineError,
    "Cannot compare the trace log with its snapshot: 161 bytes are no whole number of entries of 160 bytes",
  );
});

Deno.test("analyzeTraces() interns stacks, up to their first zero", () => {
  const stacks = [[1n, 2n], [1n, 2n, 0n, 9n], [], [1n]];
  const tables = analyzeTraces(log(stacks.map((stack) => trace("open", 4, stack))));
  assertEquals([...tables.stackOf], [0, 0, 1, 2]);
  assertEquals(tables.stackCount, 3);
  assertEquals([...tables.stackAddresses(0)], [1n, 2n]);
  assertEquals([...tables.stackAddresses(1)], []);
  assertThrows(() => tables.stackAddresses(3), RangeError, "Cannot read stack 3: the log has 3");
});

Deno.test("analyzeTraces() leaves kernel frames out on request", () => {
  const kernel = 0xffff_8000_0000_0000n;
  const traces = [trace("open", 4, [kernel + 1n, 5n]), trace("open", 8, [kernel, kernel, 5n])];
  assertEquals(analyzeTraces(log(traces)).stackCount, 2);
  const tables = analyzeTraces(log(traces), traces.length, kernel);
  assertEquals(tables.stackCount, 1);
  assertEquals([...tables.stackAddresses(0)], [5n]);
});

Deno.test("analyzeTraces() pairs a close with the nearest older open of its handle value", () => {
  const tables = analyzeTraces(log([
    trace("badref", 0x44),
    trace("close", 0x44), // closed already
    trace("close", 0x44),
    trace("open", 0x44),
    trace("close", 0x44),
    trace("open", 0x44),
    trace("close", 0x48), // opened before the log begins
  ]));
  assertEquals([...tables.pairOf], [3, NO_TRACE, 3, 2, 5, 4, NO_TRACE]);
});

Deno.test("analyzeTraces() groups by opening stack, most outstanding first", () => {
  const [leaks, tidy, closer, other] = [[0xan], [0xbn], [0xcn], [0xdn]];
  const tables = analyzeTraces(log([
    trace("badref", 0x10, other),
    trace("close", 0x10, closer),
    trace("open", 0x10, tidy),
    trace("open", 0x0c, leaks),
    trace("close", 0x04, other),
    trace("close", 0x08, closer),
    trace("open", 0x08, tidy),
    trace("open", 0x04, tidy),
    trace("open", 0x14, leaks),
  ]));
  const id = (address: bigint) =>
    [0, 1, 2, 3].find((stack) => tables.stackAddresses(stack)[0] === address)!;
  assertEquals(tables.groups, [
    {
      stack: id(0xan),
      opened: 2,
      closed: 0,
      outstanding: 2,
      badReferences: 0,
      outstandingTraces: Uint32Array.of(3, 8),
      closers: [],
    },
    {
      stack: id(0xbn),
      opened: 3,
      closed: 3,
      outstanding: 0,
      badReferences: 1,
      outstandingTraces: new Uint32Array(),
      closers: [{ stack: id(0xcn), count: 2 }, { stack: id(0xdn), count: 1 }],
    },
  ]);
});

Deno.test("analyzeTraces() groups the newest traces alone when a diff says so", () => {
  const traces = [trace("close", 8), trace("open", 4), trace("open", 8)];
  const { groups, stackOf } = analyzeTraces(log(traces), 2);
  assertEquals(stackOf.length, 3);
  assertEquals(groups.map(({ opened, outstanding }) => [opened, outstanding]), [[1, 1]]);
  assertEquals(groups[0]!.closers, []);
});

Deno.test("analyzeTraces() takes an empty log", () => {
  const tables = analyzeTraces(log([]));
  assertEquals([tables.stackCount, tables.stackOf.length, tables.groups.length], [0, 0, 0]);
});

Deno.test("a full table goes through whole", () => {
  const [snapshot, now] = [busyLog(4096), busyLog(4096, 1000)];
  const diff = diffTraces(snapshot, now);
  assertEquals([diff.newTraces, diff.historyLost], [1000, false]);
  const tables = analyzeTraces(now, diff.newTraces);
  const opened = tables.groups.reduce((sum, group) => sum + group.opened, 0);
  const outstanding = tables.groups.reduce((sum, group) => sum + group.outstanding, 0);
  const opens = Array.from({ length: 1000 }, (_, index) => traceAt(now, index))
    .filter(({ type }) => type === "open");
  assertEquals(opened, opens.length);
  assertEquals(outstanding, diff.outstanding.length);
  assert(outstanding > 0 && outstanding < opened);
  for (let index = 0; index < traceCount(now); index += 97) {
    assertEquals(tables.stackAddresses(tables.stackOf[index]!), traceAt(now, index).stack);
  }
});
