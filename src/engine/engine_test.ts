import { assert, assertEquals, assertThrows } from "@std/assert";
import { busyLog, trace, traceLog } from "../trace_log_fixture.ts";
import type { HandleTrace } from "../trace.ts";
import { type StackTable, traceAt, type TraceLog } from "../trace_log.ts";
import {
  analyzeTraces,
  diffTraces,
  EngineError,
  NO_TRACE,
  outstandingByStack,
  outstandingTraces,
} from "./engine.ts";
import { EngineStackTable } from "./stack_table.ts";

/** Traces that all differ, with the thread id as a counter. Newest first, as in logs. */
function history(count: number): HandleTrace[] {
  return Array.from({ length: count }, (_, i) => trace("open", 4 * (i + 1), [0x1000n], 4 * i))
    .reverse();
}

function ringLog(stacks: StackTable, traces: readonly HandleTrace[], slots: number): TraceLog {
  return traceLog(stacks, traces, { slots });
}

Deno.test("diffTraces() counts every new trace and lists opens that were not closed since", () => {
  using stacks = new EngineStackTable();
  const before = [trace("open", 0x44)];
  const after = [
    trace("badref", 0x48),
    trace("open", 0x50),
    trace("close", 0x4b), // tag bits on the handle of the open below
    trace("close", 0x44),
    trace("open", 0x48, [0x1000n], 0x20, 0x999), // by another process
    ...before,
  ];
  const diff = diffTraces(traceLog(stacks, before), traceLog(stacks, after));
  assertEquals(diff, { newTraces: 5, historyLost: false, outstanding: Uint32Array.of(1) });
});

Deno.test("diffTraces() lists a handle value that was closed and reopened", () => {
  using stacks = new EngineStackTable();
  const after = [trace("open", 0x44), trace("close", 0x44), trace("open", 0x44)];
  const diff = diffTraces(traceLog(stacks, []), traceLog(stacks, after));
  assertEquals([...diff.outstanding], [0]);
  assertEquals(diff.newTraces, 3);
});

Deno.test("diffTraces() finds the snapshot in a ring that has wrapped", () => {
  using stacks = new EngineStackTable();
  const all = history(200);
  const snapshot = ringLog(stacks, all.slice(60, 188), 128);
  const diff = diffTraces(snapshot, ringLog(stacks, all.slice(0, 128), 128));
  assertEquals([diff.newTraces, diff.historyLost], [60, false]);
});

Deno.test("diffTraces() is not misled by a lone trace that equals the snapshot's newest", () => {
  using stacks = new EngineStackTable();
  const again = trace("close", 0x44);
  const before = [again, ...history(10)];
  const now = traceLog(stacks, [again, trace("open", 0x44), ...before]);
  assertEquals(diffTraces(traceLog(stacks, before), now).newTraces, 2);
});

Deno.test("diffTraces() says that the snapshot's newest trace has left the ring", () => {
  using stacks = new EngineStackTable();
  const all = history(400);
  const snapshot = ringLog(stacks, all.slice(-128), 128);
  const diff = diffTraces(snapshot, ringLog(stacks, all.slice(0, 128), 128));
  assertEquals([diff.newTraces, diff.historyLost], [128, true]);
});

Deno.test("diffTraces() since an empty snapshot: all is new, and a full ring may have lost some", () => {
  using stacks = new EngineStackTable();
  const empty = ringLog(stacks, [], 128);
  const roomLeft = diffTraces(empty, ringLog(stacks, history(127), 128));
  assertEquals([roomLeft.newTraces, roomLeft.historyLost], [127, false]);
  const full = diffTraces(empty, ringLog(stacks, history(128), 128));
  assertEquals([full.newTraces, full.historyLost], [128, true]);
  const nothing = diffTraces(empty, empty);
  assertEquals([nothing.newTraces, nothing.historyLost], [0, false]);
});

Deno.test("diffTraces() also compares times if both logs have them", () => {
  using stacks = new EngineStackTable();
  const at = (...times: number[]) => times.map((time) => ({ ...trace("close", 0x44), time }));
  const before = traceLog(stacks, at(2, 1));
  assertEquals(diffTraces(before, traceLog(stacks, at(4, 3, 2, 1))).newTraces, 2);
  assert(diffTraces(before, traceLog(stacks, at(6, 5))).historyLost);
  const untimed = traceLog(stacks, [trace("close", 0x44), trace("close", 0x44)]);
  assertEquals(diffTraces(before, untimed), {
    newTraces: 0,
    historyLost: false,
    outstanding: new Uint32Array(),
  });
});

Deno.test("diffTraces() distinguishes wide handles by their upper half", () => {
  using stacks = new EngineStackTable();
  const badref = (upper: bigint) => ({
    ...trace("badref", 0x44),
    wideHandle: upper << 32n | 0x44n,
  });
  const before = traceLog(stacks, [badref(1n)]);
  assertEquals(diffTraces(before, traceLog(stacks, [badref(1n)])).newTraces, 0);
  assert(diffTraces(before, traceLog(stacks, [badref(2n)])).historyLost);
});

Deno.test("diffTraces() rejects logs over different stack tables", () => {
  using stacks = new EngineStackTable();
  using others = new EngineStackTable();
  assertThrows(
    () => diffTraces(traceLog(stacks, []), traceLog(others, [])),
    EngineError,
    "Cannot compare the trace log with its snapshot: their stacks are of different tables; " +
      "read both into one stack table",
  );
});

Deno.test("the engine rejects columns that contradict each other", () => {
  using stacks = new EngineStackTable();
  const log = traceLog(stacks, [trace("open", 4), trace("open", 8)]);
  const rejects = (changed: Partial<TraceLog>, found: string) => {
    const bad = { ...log, ...changed };
    const sentence = `Cannot compare the trace log with its snapshot: ${found}`;
    assertThrows(() => diffTraces(log, bad), EngineError, sentence);
  };
  const one = Uint32Array.of(0);
  rejects({ handle: one }, "the column of handles has 1 values, expected 2");
  rejects({ stack: one }, "the column of stacks has 1 values, expected 2");
  rejects({ processId: one }, "the column of process ids has 1 values, expected 2");
  rejects({ threadId: one }, "the column of thread ids has 1 values, expected 2");
  rejects({ time: Float64Array.of(0) }, "the column of times has 1 values, expected 2");
  rejects({ stack: Uint32Array.of(0, 1) }, "there is no stack 1, the table has 1 stacks");
  rejects({ type: Uint8Array.of(1, 9) }, "the type of trace 1 is 9, expected 1 to 3");
  rejects({ wideHandles: new Map([[2, 1n << 32n]]) }, "there is no trace 2 for a wide handle");
  assertThrows(
    () => analyzeTraces(log, { stackOf: Uint32Array.of(0, 7) }),
    EngineError,
    "Cannot analyze the trace log: there is no stack 7, the table has 1 stacks",
  );
  assertThrows(
    () => outstandingByStack(log, one),
    EngineError,
    "Cannot count outstanding handles: the column of stacks has 1 values, expected 2",
  );
  assertThrows(
    () => outstandingTraces({ ...log, type: Uint8Array.of(0, 1) }),
    EngineError,
    "Cannot list outstanding handles: the type of trace 0 is 0, expected 1 to 3",
  );
});

Deno.test("analyzeTraces() pairs a close with the nearest older open of its handle value", () => {
  using stacks = new EngineStackTable();
  const { pairOf } = analyzeTraces(traceLog(stacks, [
    trace("badref", 0x44),
    trace("close", 0x44), // closed already
    trace("close", 0x44),
    trace("open", 0x44),
    trace("close", 0x44),
    trace("open", 0x44),
    trace("close", 0x48), // opened before the log begins
  ]));
  assertEquals([...pairOf], [3, NO_TRACE, 3, 2, 5, 4, NO_TRACE]);
});

Deno.test("analyzeTraces() groups by opening stack, most outstanding first", () => {
  using stacks = new EngineStackTable();
  const [leaks, tidy, closer, other] = [[0xan], [0xbn], [0xcn], [0xdn]];
  const { groups } = analyzeTraces(traceLog(stacks, [
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
  const id = (stack: bigint[]) => stacks.intern(BigUint64Array.from(stack));
  assertEquals(groups, [
    {
      stack: id(leaks),
      opened: 2,
      closed: 0,
      badReferences: 0,
      outstandingTraces: Uint32Array.of(3, 8),
      closers: [],
    },
    {
      stack: id(tidy),
      opened: 3,
      closed: 3,
      badReferences: 1,
      outstandingTraces: new Uint32Array(),
      closers: [{ stack: id(closer), count: 2 }, { stack: id(other), count: 1 }],
    },
  ]);
});

Deno.test("analyzeTraces() groups by stacks other than the log's own on request", () => {
  using stacks = new EngineStackTable();
  const kernel = 0x8000_0000n;
  const log = traceLog(stacks, [
    trace("open", 4, [kernel + 1n, 5n]),
    trace("open", 8, [kernel, kernel, 5n]),
  ]);
  assertEquals(analyzeTraces(log).groups.length, 2);
  const stackOf = stacks.withoutKernelFrames(log.stack, kernel);
  const { groups } = analyzeTraces(log, { stackOf });
  assertEquals(groups.map(({ stack, opened }) => [...stacks.addresses(stack), opened]), [[5n, 2]]);
});

Deno.test("analyzeTraces() groups only the newest traces on request", () => {
  using stacks = new EngineStackTable();
  const log = traceLog(stacks, [trace("close", 8), trace("open", 4), trace("open", 8)]);
  const { groups, pairOf } = analyzeTraces(log, { newest: 2 });
  assertEquals(pairOf.length, 3);
  assertEquals(
    groups.map(({ opened, outstandingTraces }) => [opened, outstandingTraces.length]),
    [[1, 1]],
  );
  assertEquals(groups[0]!.closers, []);
});

Deno.test("analyzeTraces() reports each misuse with the close and the open before it", () => {
  using stacks = new EngineStackTable();
  const { misuses } = analyzeTraces(traceLog(stacks, [
    trace("badref", 0x47), // 0: after the close at 3, of the open at 4
    trace("badref", 0x48), // 1: nothing is known about this handle
    trace("badref", 0x44), // 2: like 0
    trace("close", 0x46), // 3
    trace("open", 0x44), // 4
    trace("badref", 0x44), // 5: after a close whose open is older than the log
    trace("close", 0x44), // 6
    trace("badref", 0x4c), // 7: while the handle was open
    trace("open", 0x4c), // 8
  ]));
  assertEquals(misuses, [
    { badReference: 0, close: 3, open: 4 },
    { badReference: 1 },
    { badReference: 2, close: 3, open: 4 },
    { badReference: 5, close: 6 },
    { badReference: 7, open: 8 },
  ]);
});

Deno.test("analyzeTraces() reports misuses in the newest traces, whose stories may be older", () => {
  using stacks = new EngineStackTable();
  const log = traceLog(stacks, [
    trace("badref", 0x44),
    trace("close", 0x44),
    trace("badref", 0x48),
    trace("open", 0x44),
  ]);
  const { misuses } = analyzeTraces(log, { newest: 1 });
  assertEquals(misuses, [{ badReference: 0, close: 1, open: 3 }]);
});

Deno.test("analyzeTraces() does not confuse a wide handle with its lower half", () => {
  using stacks = new EngineStackTable();
  const { misuses, pairOf } = analyzeTraces(traceLog(stacks, [
    { ...trace("badref", 0x44), wideHandle: 0x1_0000_0044n },
    trace("close", 0x44),
    trace("open", 0x44),
  ]));
  assertEquals(misuses, [{ badReference: 0 }]);
  assertEquals([...pairOf], [NO_TRACE, 2, 1]);
});

Deno.test("analyzeTraces() accepts an empty log", () => {
  using stacks = new EngineStackTable();
  const { pairOf, groups, misuses } = analyzeTraces(traceLog(stacks, []));
  assertEquals([pairOf.length, groups.length, misuses.length], [0, 0, 0]);
});

Deno.test("outstandingTraces() lists opens without a later close", () => {
  using stacks = new EngineStackTable();
  const log = traceLog(stacks, [
    trace("open", 0x44),
    trace("close", 0x48),
    trace("open", 0x4c),
    trace("open", 0x48),
  ]);
  assertEquals([...outstandingTraces(log)], [0, 2]);
});

Deno.test("outstandingByStack() makes growth a subtraction, even if stacks were added in between", () => {
  using stacks = new EngineStackTable();
  const [leak, tidy, late] = [[1n], [2n], [3n]];
  const before = [trace("open", 0x44, tidy), trace("open", 0x48, leak)];
  const snapshot = traceLog(stacks, before);
  const then = outstandingByStack(snapshot);
  const now = traceLog(stacks, [
    trace("open", 0x54, late),
    trace("close", 0x44, tidy),
    trace("open", 0x50, leak),
    trace("open", 0x4c, leak),
    ...before,
  ]);
  const delta = Array.from(outstandingByStack(now), (count, stack) => count - (then[stack] ?? 0));
  assertEquals([...then], [1, 1]);
  assertEquals(delta, [-1, 2, 1]);
});

Deno.test("outstandingByStack() counts by stacks other than the log's own on request", () => {
  using stacks = new EngineStackTable();
  const log = traceLog(stacks, [trace("open", 4, [0x80n, 5n]), trace("open", 8, [5n])]);
  const stackOf = stacks.withoutKernelFrames(log.stack, 0x80n);
  assertEquals([...outstandingByStack(log, stackOf)], [0, 2]);
});

Deno.test("a full ring passes through the engine intact", () => {
  using stacks = new EngineStackTable();
  const [snapshot, now] = [busyLog(stacks, 4096), busyLog(stacks, 4096, 1000)];
  const diff = diffTraces(snapshot, now);
  assertEquals([diff.newTraces, diff.historyLost], [1000, false]);
  const { groups } = analyzeTraces(now, { newest: diff.newTraces });
  const opened = groups.reduce((sum, group) => sum + group.opened, 0);
  const outstanding = groups.flatMap(({ outstandingTraces }) => [...outstandingTraces]);
  const opens = Array.from({ length: 1000 }, (_, index) => traceAt(now, index))
    .filter(({ type }) => type === "open");
  assertEquals(opened, opens.length);
  assertEquals(Uint32Array.from(outstanding).sort(), diff.outstanding);
  assert(outstanding.length > 0 && outstanding.length < opened);
});
