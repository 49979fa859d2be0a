import { assertEquals, assertThrows } from "@std/assert";
import { EngineStackTable } from "./engine/stack_table.ts";
import { objectAt, traceAt } from "./trace_log.ts";
import { TraceLogBuilder } from "./trace_log_builder.ts";

const READ_AT = new Date(0);

Deno.test("a builder makes a log from traces that are added newest first", () => {
  using stacks = new EngineStackTable();
  const builder = new TraceLogBuilder(stacks);
  const stack = BigUint64Array.of(1n, 2n);
  builder.add({ type: "close", handle: 0x47, processId: 8, threadId: 12, stack });
  builder.add({ type: "open", handle: 0x44, processId: 8, threadId: 16, stack: 0 });
  const log = builder.build({ readAt: READ_AT, slots: 4096 });
  assertEquals([log.count, log.parsed, log.slots], [2, 2, 4096]);
  assertEquals([...log.stack], [0, 0]);
  assertEquals(traceAt(log, 0), {
    type: "close",
    handle: 0x47,
    processId: 8,
    threadId: 12,
    stack,
  });
  assertEquals([log.time, log.object, log.objects, log.wideHandles], Array(4).fill(undefined));
});

Deno.test("a builder reverses traces that were added oldest first", () => {
  using stacks = new EngineStackTable();
  const builder = new TraceLogBuilder(stacks);
  const stack = stacks.intern(new BigUint64Array());
  builder.add({ type: "open", handle: 4, stack, time: 1000, object: { type: "Event" } });
  builder.add({ type: "badref", handle: 0x1_0000_0004n, stack });
  const log = builder.build({ readAt: READ_AT, oldestFirst: true });
  assertEquals([...log.handle], [4, 4]);
  assertEquals([...log.time!], [NaN, 1000]);
  assertEquals(traceAt(log, 0).wideHandle, 0x1_0000_0004n);
  assertEquals(traceAt(log, 0).time, undefined);
  assertEquals(traceAt(log, 1).object, { type: "Event" });
});

Deno.test("a builder keeps each distinct object once", () => {
  using stacks = new EngineStackTable();
  const builder = new TraceLogBuilder(stacks);
  const stack = new BigUint64Array();
  const event = { type: "Event", name: "\\Ready", address: 0x8123_4560n };
  for (const object of [event, undefined, { ...event }, { type: "Event" }]) {
    builder.add({ type: "open", handle: 4, stack, ...(object && { object }) });
  }
  const log = builder.build({ readAt: READ_AT });
  assertEquals([...log.object!], [1, 0, 1, 2]);
  assertEquals(log.objects, [event, { type: "Event" }]);
  assertEquals(objectAt(log, 1), undefined);
  assertEquals(objectAt(log, 3), { type: "Event" });
});

Deno.test("a builder grows, and continues after a log was built", () => {
  using stacks = new EngineStackTable();
  const builder = new TraceLogBuilder(stacks);
  for (let handle = 4; handle <= 4000; handle += 4) {
    builder.add({ type: "open", handle, stack: BigUint64Array.of(BigInt(handle % 16)) });
  }
  const first = builder.build({ readAt: READ_AT });
  builder.add({ type: "close", handle: 4, stack: 0 });
  const second = builder.build({ readAt: READ_AT });
  assertEquals([first.count, second.count, stacks.count], [1000, 1001, 4]);
  assertEquals([first.handle[999], second.handle[999], second.type[1000]], [4000, 4000, 2]);
});

Deno.test("traceAt() rejects indices outside the log, and types that no trace has", () => {
  using stacks = new EngineStackTable();
  const log = new TraceLogBuilder(stacks).build({ readAt: READ_AT });
  assertThrows(() => traceAt(log, 0), RangeError, "Cannot read trace 0: the log has 0 traces");
  const one = { ...log, count: 1, type: Uint8Array.of(4) };
  assertThrows(() => traceAt(one, 0), RangeError, "its type is 4, expected 1 to 3");
});
