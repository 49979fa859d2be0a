import { assertEquals, assertThrows } from "@std/assert";
import {
  busyRing,
  DUMP_OPERATION,
  ENTRY_LAYOUTS,
  entryBytes,
  KERNEL_ENTRY_64,
  QUERY_ENTRY_32,
  QUERY_ENTRY_64,
  READ_AT,
  trace,
  traceLog,
} from "../trace_log_fixture.ts";
import { traceAt } from "../trace_log.ts";
import { EngineError } from "./engine_error.ts";
import { EngineStackTable } from "./stack_table.ts";

Deno.test("a stack table gives each distinct stack one id, in order of appearance", () => {
  using stacks = new EngineStackTable();
  const deep = BigUint64Array.from({ length: 192 }, (_, frame) => BigInt(frame) << 40n);
  assertEquals(stacks.intern(BigUint64Array.of(1n, 2n)), 0);
  assertEquals(stacks.intern(deep), 1);
  assertEquals(stacks.intern(new BigUint64Array()), 2);
  assertEquals(stacks.intern(BigUint64Array.of(1n, 2n)), 0);
  assertEquals(stacks.count, 3);
  assertEquals(stacks.addresses(1), deep);
  assertEquals(stacks.addresses(2), new BigUint64Array());
});

Deno.test("internAll() interns many stacks in one call", () => {
  using stacks = new EngineStackTable();
  const ids = stacks.internAll(BigUint64Array.of(1n, 2n, 3n, 1n, 2n), Uint32Array.of(2, 3, 3, 5));
  assertEquals([...ids], [0, 1, 2, 0]);
  assertThrows(
    () => stacks.internAll(BigUint64Array.of(1n), Uint32Array.of(2)),
    EngineError,
    "Cannot intern stacks: the ends of the stacks do not fit their addresses",
  );
});

Deno.test("addresses() throws a RangeError outside the table", () => {
  using stacks = new EngineStackTable();
  for (const id of [0, -1, 0.5, NaN, 0xffff_ffff, 2 ** 32]) {
    assertThrows(
      () => stacks.addresses(id),
      RangeError,
      `Cannot read stack ${id}: the table has 0 stacks`,
    );
  }
});

Deno.test("tables are independent, and disposed ones say so", () => {
  using one = new EngineStackTable();
  const other = new EngineStackTable();
  one.intern(BigUint64Array.of(1n));
  assertEquals(other.count, 0);
  other[Symbol.dispose]();
  assertThrows(
    () => other.intern(new BigUint64Array()),
    EngineError,
    "Cannot intern stacks: the stack table is closed",
  );
  assertEquals(one.count, 1);
});

Deno.test("readEntries() reads every layout into the columns of its traces", () => {
  const traces = [
    trace("badref", 0x47, [0xffff_f800n, 2n], 0x24, 0x999),
    trace("close", 0x45, []),
    trace("open", 0x44, Array.from({ length: 16 }, (_, frame) => BigInt(frame + 1))),
  ];
  for (const layout of ENTRY_LAYOUTS) {
    using stacks = new EngineStackTable();
    const read = stacks.readEntries(entryBytes(layout, traces), layout);
    const { type, handle, processId, threadId, stack, count } = traceLog(stacks, traces);
    assertEquals(read, { count, type, handle, processId, threadId, stack, empty: 0, damaged: 0 });
    const log = { ...read, stacks, readAt: READ_AT, parsed: count };
    assertEquals(traces.map((_, index) => traceAt(log, index)), traces);
    const reversed = entryBytes(layout, traces.toReversed());
    assertEquals(stacks.readEntries(reversed, layout, { oldestFirst: true }), read);
  }
});

Deno.test("readEntries() reads 32 frames of a dump's operation, and ends a stack at its first zero", () => {
  using stacks = new EngineStackTable();
  const full = Array.from({ length: 32 }, (_, frame) => BigInt(frame + 1));
  const traces = [trace("open", 4, full), trace("open", 8, [1n, 0n, 9n])];
  const { stack } = stacks.readEntries(entryBytes(DUMP_OPERATION, traces), DUMP_OPERATION);
  assertEquals([...stacks.addresses(stack[0]!)], full);
  assertEquals([...stacks.addresses(stack[1]!)], [1n]);
});

Deno.test("readEntries() keeps handle values of more than 32 bits beside the column", () => {
  using stacks = new EngineStackTable();
  const wideHandle = 0xffff_ffff_0000_0047n;
  const traces = [trace("open", 0x44), { ...trace("badref", 0x47), wideHandle }];
  const read = stacks.readEntries(entryBytes(KERNEL_ENTRY_64, traces), KERNEL_ENTRY_64);
  assertEquals([...read.handle], [0x44, 0x47]);
  assertEquals(read.wideHandles, new Map([[1, wideHandle]]));
});

Deno.test("readEntries() leaves out empty and damaged entries, and counts them", () => {
  using stacks = new EngineStackTable();
  const bytes = entryBytes(QUERY_ENTRY_32, [4, 8, 12, 16].map((handle) => trace("open", handle)));
  bytes[QUERY_ENTRY_32.size + 0xc] = 0;
  bytes[2 * QUERY_ENTRY_32.size + 0xc] = 4;
  const read = stacks.readEntries(bytes, QUERY_ENTRY_32);
  assertEquals([...read.handle], [4, 16]);
  assertEquals([read.empty, read.firstEmpty, read.damaged, read.firstDamaged], [1, 1, 1, 2]);
});

Deno.test("readEntries() ends at the first gap in a ring on request", () => {
  using stacks = new EngineStackTable();
  const ring = entryBytes(QUERY_ENTRY_32, [4, 8, 12, 16].map((handle) => trace("open", handle)));
  ring[QUERY_ENTRY_32.size + 0xc] = 0;
  const read = stacks.readEntries(ring, QUERY_ENTRY_32, { oldestFirst: true, stopAtGap: true });
  assertEquals([...read.handle], [16, 12]);
  // The slots that a walk looks at: the traces and the one that ends it.
  assertEquals([read.empty, read.firstEmpty], [1, 2]);
});

Deno.test("readEntries() reads a ring whose stacks are known without new ids", () => {
  using stacks = new EngineStackTable();
  const first = stacks.readEntries(busyRing(1000), QUERY_ENTRY_64);
  const { count } = stacks;
  const second = stacks.readEntries(busyRing(1000, 100), QUERY_ENTRY_64);
  assertEquals(second.stack.subarray(100), first.stack.subarray(0, 900));
  assertEquals(second.stack.subarray(100).every((id) => id < count), true);
});

Deno.test("readEntries() rejects bytes that end inside an entry, and fields outside their entry", () => {
  using stacks = new EngineStackTable();
  assertThrows(
    () => stacks.readEntries(new Uint8Array(161), QUERY_ENTRY_64),
    EngineError,
    "Cannot read traces from PROCESS_HANDLE_TRACING_ENTRY entries: " +
      "161 bytes are not a whole number of entries of 160 bytes",
  );
  assertThrows(
    () => stacks.readEntries(new Uint8Array(), { ...QUERY_ENTRY_64, size: 0x98 }),
    EngineError,
    "the layout's stack is not 4 or 8 bytes inside the entry",
  );
});

Deno.test("withoutKernelFrames() removes leading kernel frames from a column of stacks", () => {
  using stacks = new EngineStackTable();
  const kernel = 0xffff_8000_0000_0000n;
  const log = traceLog(stacks, [
    trace("open", 4, [kernel + 1n, 5n]),
    trace("open", 8, [kernel, kernel, 5n]),
    trace("open", 12, [5n, kernel]),
  ]);
  const stackOf = stacks.withoutKernelFrames(log.stack, kernel);
  assertEquals([...log.stack], [0, 1, 2]);
  assertEquals([...stackOf], [3, 3, 2]);
  assertEquals([...stacks.addresses(3)], [5n]);
  assertThrows(
    () => stacks.withoutKernelFrames(Uint32Array.of(4), kernel),
    EngineError,
    "there is no stack 4, the table has 4 stacks",
  );
});
