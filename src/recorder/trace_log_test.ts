/** From a recorder log to traces. */
import { assert, assertEquals } from "@std/assert";
import { bytesSource } from "../byte_source.ts";
import { analyzeTraces, outstandingTraces } from "../engine/engine.ts";
import { EngineStackTable } from "../engine/stack_table.ts";
import { operationAt, traceAt, type TraceLog } from "../trace_log.ts";
import { TestLog } from "./_log_testing.ts";
import { FLAG, HEADER, LIMITS } from "./layout.ts";
import { RecorderLog } from "./log.ts";
import { addressSpaceOf, tracesAtMarks, tracesOf } from "./trace_log.ts";

function read(
  log: TestLog,
): { log: TraceLog; marks: Map<string, TraceLog>; [Symbol.dispose](): void } {
  const recorded = new RecorderLog(bytesSource("x.hrec", log.bytes));
  const stacks = new EngineStackTable();
  const traces = tracesOf(recorded, addressSpaceOf(recorded), stacks);
  return {
    log: traces.log,
    marks: tracesAtMarks(recorded, traces),
    [Symbol.dispose]: () => stacks[Symbol.dispose](),
  };
}

/** Traces, oldest first: `open 44 Event`. */
function lines(log: TraceLog): string[] {
  return Array.from({ length: log.count }, (_, place) => {
    const { type, handle, object } = operationAt(log, log.count - 1 - place);
    return [type, handle.toString(16), object?.type ?? "", object?.name ?? ""].join(" ").trim();
  });
}

Deno.test("opens, closes and bad references are traces, with their times and objects", () => {
  const log = new TestLog();
  const stack = log.stack([0x1000n, 0x2000n]);
  log.event({ kind: "open", stack, type: "File", name: log.name("\\??\\C:\\a.txt"), threadId: 9 });
  log.event({ kind: "close", stack });
  log.event({ kind: "badReference", stack, call: "NtSetEvent" });
  using traces = read(log);
  assertEquals(lines(traces.log), ["open 44 File C:\\a.txt", "close 44", "badref 44"]);
  const open = traceAt(traces.log, 2);
  assertEquals(open.stack, BigUint64Array.of(0x1000n, 0x2000n));
  assertEquals([open.processId, open.threadId], [4242, 9]);
  assertEquals(open.time, Date.parse("2026-01-01T00:00:01Z"));
  assertEquals(traces.log.incomplete, undefined);
});

Deno.test("a close that had not returned counts if the handle table lacks its handle", () => {
  const log = new TestLog();
  for (const handle of [0x10, 0x20]) {
    log.openHandle(handle, log.event({ kind: "open", handle }));
    log.event({ kind: "closing", handle });
  }
  using traces = read(log.listing("end", [[0x20, "Event"]]).end());
  assertEquals(lines(traces.log), ["open 10 Event", "close 10", "open 20 Event"]);
});

Deno.test("a log has the time of its last event if that came while its process was ending", () => {
  const log = new TestLog().end();
  const readAt = (): Date | undefined => {
    using traces = read(log);
    return traces.log.readAt;
  };
  assertEquals(readAt(), new Date("2026-01-01T00:00:01Z"));
  for (let second = 1; second <= 5; second++) log.event({ kind: "open", handle: 4 * second });
  assertEquals(readAt(), new Date("2026-01-01T00:00:05Z"));
});

Deno.test("failed and unfinished closes, and handles given away, are not traces", () => {
  const log = new TestLog();
  for (const kind of ["closeFailed", "closing", "given"] as const) log.event({ kind });
  using traces = read(log);
  assertEquals(traces.log.count, 0);
  assertEquals(traces.log.incomplete, undefined);
});

Deno.test("a handle that is gone without a close gets a close without a stack", () => {
  const log = new TestLog();
  const stack = log.stack([0x1000n]);
  log.event({ kind: "open", stack });
  log.event({ kind: "open", stack, flags: FLAG.replaces });
  log.event({ kind: "badReference", stack }); // its close found it invalid
  log.event({ kind: "badReference", stack, flags: FLAG.unseen });
  using traces = read(log);
  assertEquals(lines(traces.log), [
    "open 44 Event",
    "close 44",
    "open 44 Event",
    "close 44",
    "badref 44",
    "badref 44",
  ]);
  assertEquals(traceAt(traces.log, 4).stack.length, 0);
  assertEquals(outstandingTraces(traces.log).length, 0);
});

Deno.test("a close of a handle that was open before recording has that handle's object", () => {
  const log = new TestLog().listing("start", [[0x44, "Key"]]);
  log.event({ kind: "close", flags: FLAG.existing });
  using traces = read(log);
  assertEquals(lines(traces.log), ["close 44 Key"]);
});

Deno.test("a bad reference keeps a value of more than 32 bits", () => {
  const log = new TestLog();
  log.event({ kind: "badReference", flags: FLAG.wide, detail: 0xabcd });
  using traces = read(log);
  assertEquals(traceAt(traces.log, 0).wideHandle, 0xabcd_0000_0044n);
});

Deno.test("open handles whose events the ring has lost are still opens", () => {
  const log = new TestLog({ slots: 128 });
  const [kept, lost] = [log.stack([0x1000n]), log.stack([0x2000n], { opened: 51, closed: 50 })];
  log.openHandle(0x100, log.event({ kind: "open", handle: 0x100, stack: lost }), { stack: lost });
  for (let count = 0; count < 100; count++) {
    log.event({ kind: "open", stack: kept });
    log.event({ kind: "close", stack: kept });
  }
  using traces = read(log);
  const oldest = traceAt(traces.log, traces.log.count - 1);
  assertEquals([oldest.type, oldest.handle, oldest.stack[0]], ["open", 0x100, 0x2000n]);
  assertEquals(outstandingTraces(traces.log).length, 1);
  assertEquals(
    traces.log.incomplete,
    "the latest 128 of 201 operations are kept, and all handles that are open; record with more " +
      "--slots",
  );
  const { groups } = analyzeTraces(traces.log);
  const totals = groups.map(({ stack }) => traces.log.totals?.get(stack));
  assert(totals.some((total) => total?.opened === 51 && total.closed === 50));
});

Deno.test("a close whose open the ring has lost shows who opened the handle, and marks count it", () => {
  const log = new TestLog({ slots: 128 });
  const [first, second] = [log.stack([0x1000n]), log.stack([0x2000n])];
  const open = (handle: number, stack: number): unknown =>
    log.event({ kind: "open", handle, stack });
  open(0x100, first);
  log.mark("old");
  for (let count = 0; count < 100; count++) open(0x1000 + 4 * count, second);
  for (let count = 0; count < 100; count++) {
    if (count === 80) log.mark("known");
    log.event({ kind: "close", handle: 0x1000 + 4 * count, stack: first, detail: second });
  }
  log.event({ kind: "close", handle: 0x100, stack: second, detail: first });
  using traces = read(log);
  assertEquals(outstandingTraces(traces.log).length, 0);
  // At a mark that is older than the ring, handles closed since are not counted.
  assertEquals(outstandingTraces(traces.marks.get("old")!).length, 0);
  const open80 = traces.marks.get("known")!;
  const stacks = Array.from(outstandingTraces(open80), (trace) => traceAt(open80, trace).stack[0]);
  assertEquals(stacks.filter((stack) => stack === 0x1000n).length, 1);
  assertEquals(stacks.filter((stack) => stack === 0x2000n).length, 20);
  const oldest = traceAt(traces.log, traces.log.count - 1);
  assertEquals([oldest.type, oldest.time], ["open", undefined]);
});

Deno.test("an image that comes back after another one is the same module as before", () => {
  const log = new TestLog({ slots: 1024 });
  for (let generation = 0; generation < 600; generation++) {
    const path = generation % 2 === 0 ? "even.dll" : "odd.dll";
    log.module({ path, base: 0x5000n, generation });
    const stack = log.stack([0x5010n], { tag: 2 * generation });
    log.event({ kind: "open", handle: 0x10 + 4 * generation, stack });
  }
  const { modules } = addressSpaceOf(new RecorderLog(bytesSource("x.hrec", log.bytes)));
  assertEquals(modules.map(({ name }) => name), ["even", "odd"]);
  using traces = read(log);
  assertEquals(analyzeTraces(traces.log).groups.map(({ opened }) => opened), [300, 300]);
});

Deno.test("a log of many marks and many stacks shows the first marks", () => {
  const log = new TestLog({ slots: 0x8000 });
  for (let count = 0; count < 0x4000; count++) {
    log.event({ kind: "open", handle: 4 * count + 4, stack: log.stack([BigInt(count + 1)]) });
  }
  for (let count = 0; count < 0x1000; count++) log.mark("again");
  using traces = read(log);
  assertEquals(traces.marks.size, 0x400);
});

Deno.test("an open handle keeps its order even if its event was lost because its slot was in use", () => {
  const log = new TestLog();
  log.event({ kind: "open", handle: 0x10 });
  log.openHandle(0x20, log.event({ kind: "writing", handle: 0x20 }));
  log.event({ kind: "open", handle: 0x30 });
  using traces = read(log);
  assertEquals(lines(traces.log), ["open 10 Event", "open 20 Event", "open 30 Event"]);
});

Deno.test("a log has the traces at each mark; a mark set again gets a number", () => {
  const log = new TestLog();
  log.event({ kind: "open", handle: 0x10 });
  log.mark("round");
  log.event({ kind: "open", handle: 0x20 });
  log.event({ kind: "close", handle: 0x10 });
  log.mark("round");
  log.event({ kind: "open", handle: 0x30 });
  using traces = read(log);
  assertEquals([...traces.marks].map(([name, at]) => [name, ...lines(at)]), [
    ["round", "open 10 Event"],
    ["round #2", "open 10 Event", "open 20 Event", "close 10"],
  ]);
  assertEquals(traces.marks.get("round")?.readAt, new Date("2026-01-01T00:00:02Z"));
});

Deno.test("stacks of an unloaded module are kept apart from those of the image in its place", () => {
  const log = new TestLog();
  const [old, now] = [log.stack([0x5010n]), log.stack([0x5010n], { tag: 2 })];
  log.module({ path: "old.dll", base: 0x5000n, unloaded: 2 });
  log.module({ path: "new.dll", base: 0x5000n, loaded: 2, generation: 1 });
  log.event({ kind: "open", handle: 0x10, stack: old });
  log.event({ kind: "open", handle: 0x20, stack: now });
  const { modules } = addressSpaceOf(new RecorderLog(bytesSource("x.hrec", log.bytes)));
  using traces = read(log);
  const moduleOf = (trace: number): string | undefined => {
    const [address = 0n] = traceAt(traces.log, trace).stack;
    return modules.find(({ base }) => base <= address && address < base + 0x1000n)?.name;
  };
  assertEquals([moduleOf(1), moduleOf(0)], ["old", "new"]);
});

Deno.test("handles that the system keeps for itself are recognized by the call", () => {
  const log = new TestLog();
  log.module({ path: "C:\\windows\\system32\\ntdll.dll", base: 0x1000n });
  log.module({ path: "C:\\windows\\system32\\kernelbase.dll", base: 0x2000n });
  log.module({ path: "C:\\app\\app.exe", base: 0x3000n });
  const [byPool, byApi, byProgram] = [0x1800n, 0x2800n, 0x3800n]
    .map((caller) => log.stack([0x1010n, caller, 0x3010n]));
  log.event({ kind: "open", handle: 0x10, stack: byPool!, type: "WaitCompletionPacket" });
  log.event({ kind: "open", handle: 0x20, stack: byApi!, type: "Event" });
  log.event({ kind: "open", handle: 0x30, stack: byProgram!, type: "Event" });
  using traces = read(log);
  const systemOpens = [...traces.log.stack.keys()]
    .filter((trace) => traces.log.systemStacks?.has(traces.log.stack[trace]!))
    .map((trace) => traces.log.handle[trace]);
  assertEquals(systemOpens, [0x10]);
});

Deno.test("a log that was never written to says that the program could not load the recorder", () => {
  using traces = read(new TestLog().set(HEADER.state, 0));
  assertEquals(
    traces.log.incomplete,
    "the recorder has not started: the program could not load it",
  );
});

Deno.test("a recorder that could not start says why", () => {
  using traces = read(new TestLog().set(HEADER.state, 3).set(HEADER.failure, 4));
  assertEquals(
    traces.log.incomplete,
    "the recorder could not start: no system call could be hooked: the program's code may not be " +
      "changed, or another program has changed it",
  );
});

Deno.test("of stacks that are all different the newest are kept, and the others counted", () => {
  const count = LIMITS.stacks + 2;
  const log = new TestLog({ slots: 2 * LIMITS.stacks });
  for (let index = 0; index < count; index++) {
    log.event({ kind: "open", handle: 4 + 4 * index, stack: log.stack([BigInt(index + 1)]) });
  }
  using traces = read(log);
  const framesOf = (trace: number): number[] =>
    Array.from(traceAt(traces.log, trace).stack, (address) => Number(address));
  assertEquals([0, count - 3, count - 2, count - 1].map(framesOf), [[count], [3], [], []]);
  assertEquals(traces.log.notes, [
    "2 stacks are left out after the 65536 newest: their operations have no frames",
  ]);
});
