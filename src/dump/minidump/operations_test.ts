import { assert, assertEquals } from "@std/assert";
import { EngineStackTable } from "../../engine/stack_table.ts";
import { traceAt } from "../../trace_log.ts";
import { DUMP_OPERATION, entryBytes, READ_AT, trace, traceLog } from "../../trace_log_fixture.ts";
import { dumpWith, structure, u32 } from "./_dump_testing.ts";
import type { Minidump } from "./dump.ts";
import { encodeOperations } from "./encode_operations.ts";
import { HANDLE_LIST_HEADER, HANDLE_OPERATION, LIMITS, STREAM } from "./format.ts";
import { readHandleOperations } from "./operations.ts";

/** An entry of any size, with its stack and its depth. */
function operation(
  stack: readonly bigint[],
  { size = 288, depth = stack.length, handle = 4n } = {},
): Uint8Array {
  const bytes = structure(HANDLE_OPERATION, {
    Handle: handle,
    ProcessId: 8,
    ThreadId: 12,
    OperationType: 1,
    Depth: depth,
  }, size);
  stack.forEach((address, frame) =>
    new DataView(bytes.buffer).setBigUint64(0x20 + frame * 8, address, true)
  );
  return bytes;
}

function dumpOf(entries: readonly Uint8Array[], { size = 288, architecture = 9 } = {}): Minidump {
  return dumpWith((builder) =>
    builder.stream(
      STREAM.handleOperationList,
      structure(HANDLE_LIST_HEADER, {
        SizeOfHeader: 16,
        SizeOfEntry: size,
        NumberOfEntries: entries.length,
      }),
      ...entries,
    ), architecture);
}

/** Handle and stack of each trace. */
function readAll(dump: Minidump): { handle: bigint; stack: bigint[] }[] {
  using stacks = new EngineStackTable();
  const read = readHandleOperations(dump, stacks)!;
  const log = { ...read, stacks, readAt: READ_AT, parsed: read.count };
  return Array.from({ length: read.count }, (_, index) => {
    const { handle, wideHandle, stack } = traceAt(log, index);
    return { handle: wideHandle ?? BigInt(handle), stack: [...stack] };
  });
}

Deno.test("a dump without the stream has no log of operations; an empty stream has an empty one", () => {
  using stacks = new EngineStackTable();
  assertEquals(readHandleOperations(dumpWith(() => {}), stacks), undefined);
  const empty = readHandleOperations(dumpOf([]), stacks)!;
  assertEquals([empty.count, empty.stated, empty.incomplete], [0, 0, undefined]);
});

Deno.test("empty entries are left out, damaged ones are reported", () => {
  using stacks = new EngineStackTable();
  const type = (code: number): Uint8Array => {
    const entry = operation([1n]);
    new DataView(entry.buffer).setUint32(0x10, code, true);
    return entry;
  };
  const read = readHandleOperations(dumpOf([type(0), type(3), type(4), type(1)]), stacks)!;
  assertEquals([...read.type], [3, 1]);
  assertEquals(read.incomplete, "1 of the handle operations are damaged");
});

Deno.test("a stack ends at its depth, although more addresses follow", () => {
  const stack = [0x1_4000_0001n, 0x1_4000_0002n, 0x1_4000_0003n];
  assertEquals(readAll(dumpOf([operation(stack, { depth: 2 })])), [{
    handle: 4n,
    stack: stack.slice(0, 2),
  }]);
  assertEquals(readAll(dumpOf([operation(stack, { depth: 0 })]))[0]?.stack, []);
});

Deno.test("a depth of more than 32 frames means 32", () => {
  const stack = Array.from({ length: 32 }, (_, frame) => BigInt(frame + 1));
  assertEquals(readAll(dumpOf([operation(stack, { depth: 0xffff_ffff })]))[0]?.stack, stack);
});

Deno.test("sign-extended addresses and handles of a 32-bit process have 32 bits", () => {
  const extended = operation([0xffff_ffff_8000_1000n, 0x7bc0_1234n], {
    handle: 0xffff_ffff_ffff_fffen,
  });
  assertEquals(readAll(dumpOf([extended], { architecture: 0 })), [{
    handle: 0xffff_fffen,
    stack: [0x8000_1000n, 0x7bc0_1234n],
  }]);
  assertEquals(readAll(dumpOf([extended], { architecture: 12 })), [{
    handle: 0xffff_ffff_ffff_fffen,
    stack: [0xffff_ffff_8000_1000n, 0x7bc0_1234n],
  }]);
});

Deno.test("entries can have other sizes: room for fewer frames, or more data after the last", () => {
  const stack = Array.from({ length: 32 }, (_, frame) => BigInt(frame + 1));
  const long = operation(stack, { size: 296 });
  long.fill(0xee, 288);
  assertEquals(readAll(dumpOf([long, long], { size: 296 })).map((entry) => entry.stack), [
    stack,
    stack,
  ]);
  const short = operation(stack.slice(0, 16), { size: 160, depth: 32 });
  assertEquals(readAll(dumpOf([short, short], { size: 160 })).map((entry) => entry.stack), [
    stack.slice(0, 16),
    stack.slice(0, 16),
  ]);
});

Deno.test("more operations than fit into a chunk are read in order, in the documented layout", () => {
  using stacks = new EngineStackTable();
  const traces = Array.from(
    { length: 1000 },
    (_, index) => ({
      ...trace("open", index * 4, [BigInt(index + 1), 2n]),
      ...(index % 100 === 0 && { wideHandle: 2n ** 40n + BigInt(index * 4) }),
    }),
  );
  const { bytes } = encodeOperations(traceLog(stacks, traces));
  // Depth and Index are not part of that layout.
  const entries = entryBytes(DUMP_OPERATION, traces);
  for (let start = 0; start < entries.length; start += 288) entries[start + 0x18] = 2;
  assertEquals(bytes.subarray(16), entries);
  const dump = dumpWith((builder) => builder.stream(STREAM.handleOperationList, bytes));
  assertEquals(
    readAll(dump),
    traces.map(({ handle, wideHandle, stack }) => ({
      handle: wideHandle ?? BigInt(handle),
      stack: [...stack],
    })),
  );
});

Deno.test("operations missing from a stream that is too short are reported", () => {
  const dump = dumpWith((builder) =>
    builder.stream(
      STREAM.handleOperationList,
      structure(HANDLE_LIST_HEADER, {
        SizeOfHeader: 16,
        SizeOfEntry: 288,
        NumberOfEntries: 3,
      }),
      operation([1n]),
      u32(1),
    )
  );
  using stacks = new EngineStackTable();
  const operations = readHandleOperations(dump, stacks)!;
  assertEquals([operations.count, operations.stated], [1, 3]);
  assertEquals(
    operations.incomplete,
    "1 of 3 handle operations are read: the stream is too short for the others",
  );
});

Deno.test("encodeOperations() truncates stacks to 32 frames and counts them", () => {
  using stacks = new EngineStackTable();
  const stack = Array.from({ length: 40 }, (_, frame) => BigInt(frame + 1));
  const { bytes, cutStacks } = encodeOperations(
    traceLog(stacks, [trace("open", 4, stack), trace("close", 8, stack.slice(0, 32))]),
  );
  assertEquals(cutStacks, 1);
  const dump = dumpWith((builder) => builder.stream(STREAM.handleOperationList, bytes));
  assertEquals(readAll(dump).map((entry) => entry.stack), [stack.slice(0, 32), stack.slice(0, 32)]);
});

Deno.test("operations end where their stacks reach the limit of addresses, however often they are read", () => {
  const whole = LIMITS.stackAddresses / 32;
  const count = whole + 1000;
  const dump = dumpOf(Array.from(
    { length: count },
    (_, index) =>
      operation(Array.from({ length: 32 }, (_, frame) => BigInt(index * 32 + frame + 1))),
  ));
  using stacks = new EngineStackTable();
  for (const _ of ["once", "again"]) {
    const read = readHandleOperations(dump, stacks)!;
    assert(read.count >= whole && read.count < count, `${read.count} of ${count}`);
    assertEquals(
      read.incomplete,
      `${read.count} of ${count} handle operations are read: htrace keeps no more stacks`,
    );
  }
});

Deno.test("operations end where they have more different stacks than are kept", () => {
  const count = LIMITS.stacks + 1000;
  const dump = dumpOf(Array.from({ length: count }, (_, index) => operation([BigInt(index + 1)])));
  using stacks = new EngineStackTable();
  const read = readHandleOperations(dump, stacks)!;
  assert(read.count >= LIMITS.stacks && read.count < count, `${read.count} of ${count}`);
  assertEquals(
    read.incomplete,
    `${read.count} of ${count} handle operations are read: htrace keeps no more stacks`,
  );
});
