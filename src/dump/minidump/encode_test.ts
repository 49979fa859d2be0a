import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { joinBytes } from "../../byte_pieces.ts";
import { bytesSource } from "../../byte_source.ts";
import { EngineStackTable } from "../../engine/stack_table.ts";
import type { EntryColumns } from "../../trace_log.ts";
import { trace, traceLog } from "../../trace_log_fixture.ts";
import { usualContents, usualDump } from "./_dump_testing.ts";
import { findStream, type Minidump, openMinidump } from "./dump.ts";
import { encodeMinidump, type MinidumpContents } from "./encode.ts";
import { STREAM } from "./format.ts";
import { readHandles } from "./handles.ts";
import { DumpMemory } from "./memory.ts";
import { readModules } from "./modules.ts";
import { readHandleOperations } from "./operations.ts";
import { readComments, readMiscInfo } from "./process.ts";
import { readThreads } from "./threads.ts";

const TYPES = ["open", "close", "badref"] as const;

function open(contents: MinidumpContents): Minidump {
  return openMinidump(bytesSource("new.dmp", joinBytes(encodeMinidump(contents).pieces)));
}

/** Only the columns of the traces; in one table, equal stacks have equal ids. */
function columnsOf({ operations }: MinidumpContents): EntryColumns {
  const { count, type, handle, processId, threadId, stack, wideHandles } = operations!;
  return { count, type, handle, processId, threadId, stack, ...(wideHandles && { wideHandles }) };
}

Deno.test("what is written is read back equal", () => {
  using stacks = new EngineStackTable();
  const contents = usualContents(stacks);
  const dump = open(contents);
  assertEquals(dump.timestamp * 1000, contents.writtenAt.getTime());
  assertEquals(dump.system, { ...contents.system, pointerSize: 8 });
  assertEquals(readMiscInfo(dump)?.processId, contents.processId);
  assertEquals(readMiscInfo(dump)?.createTime, contents.startTime!.getTime() / 1000);
  assertEquals(readModules(dump), { entries: contents.modules });
  assertEquals(readThreads(dump).entries.map(({ threadId }) => threadId), contents.threadIds);
  assertEquals(readHandles(dump), {
    entries: contents.handles!.map((handle) => ({ ...handle, objectInformation: 0 })),
  });
  assertEquals(readHandleOperations(dump, stacks), { ...columnsOf(contents), stated: 3 });
  const { start, bytes } = contents.memory![0]!;
  assertEquals(new DumpMemory(dump).read(start, 100), bytes);
  assertEquals(readComments(dump), [contents.comment]);
});

Deno.test("random contents are read back equal", () => {
  using stacks = new EngineStackTable();
  let state = 1;
  const random = (below: number): number => {
    state = Math.imul(state, 1_664_525) + 1_013_904_223 >>> 0;
    return Math.floor(state / 2 ** 32 * below);
  };
  const text = (): string =>
    String.fromCharCode(...Array.from({ length: random(20) }, () => 1 + random(0xfffe)));
  for (let round = 0; round < 50; round++) {
    const traces = Array.from({ length: random(40) }, () =>
      trace(
        TYPES[random(3)]!,
        random(2 ** 32),
        Array.from({ length: random(33) }, () => BigInt(1 + random(2 ** 32))),
        random(2 ** 32),
        random(2 ** 32),
      ));
    const handles = Array.from({ length: random(20) }, () => {
      const [type, objectName] = [text(), text()];
      return {
        handle: random(2 ** 32),
        ...(type && { type }),
        ...(objectName && { objectName }),
        attributes: random(2 ** 32),
        grantedAccess: random(2 ** 32),
        handleCount: random(2 ** 32),
        pointerCount: random(2 ** 32),
      };
    });
    const contents: MinidumpContents = {
      ...usualContents(stacks),
      handles,
      operations: traceLog(stacks, traces),
    };
    const dump = open(contents);
    assertEquals(readHandles(dump).entries, handles.map((h) => ({ ...h, objectInformation: 0 })));
    assertEquals(readHandleOperations(dump, stacks), {
      ...columnsOf(contents),
      stated: traces.length,
    });
  }
});

Deno.test("a process with two hundred thousand handles is written whole", () => {
  using stacks = new EngineStackTable();
  const handles = Array.from({ length: 200_000 }, (_, index) => ({
    handle: 4 + index * 4,
    type: "Event",
    attributes: 0,
    grantedAccess: 0,
    handleCount: 1,
    pointerCount: 1,
  }));
  const { entries } = readHandles(open({ ...usualContents(stacks), handles }));
  assertEquals([entries.length, entries.at(-1)?.handle], [200_000, 800_000]);
});

Deno.test("a dump of only a system has every list that debuggers require, and a thread", () => {
  using stacks = new EngineStackTable();
  const { system } = usualContents(stacks);
  const dump = open({ writtenAt: new Date(0), system, modules: [], threadIds: [] });
  assertEquals(dump.flags, 0n);
  assertEquals(readMiscInfo(dump), { size: 24, flags: 0 });
  assertEquals(readModules(dump), { entries: [] });
  assertEquals(readThreads(dump).entries.length, 1);
  assertEquals(readHandles(dump), { entries: [] });
  assertEquals(readHandleOperations(dump, stacks), undefined);
  assertEquals(findStream(dump, STREAM.memoryList)?.size, 4);
});

Deno.test("each architecture has its own size of CONTEXT, with its flags in place", () => {
  using stacks = new EngineStackTable();
  const wanted: readonly (readonly [architecture: number, size: number, flagsAt: number])[] = [
    [0, 716, 0],
    [9, 1232, 0x30],
    [12, 912, 0],
  ];
  for (const [architecture, size, flagsAt] of wanted) {
    const contents = usualContents(stacks);
    const dump = open({ ...contents, system: { ...contents.system, architecture } });
    const thread = readThreads(dump).entries[0]!;
    assertEquals(thread.contextSize, size);
    const context = dump.file.bytes(thread.contextOffset, size, "context");
    assert(new DataView(context.buffer, context.byteOffset).getUint32(flagsAt, true) & 3);
  }
});

Deno.test("streams are aligned to eight bytes, so that readers can map them", () => {
  const dump = openMinidump(bytesSource("new.dmp", usualDump()));
  for (const { offset } of dump.streams) assertEquals(offset % 8, 0);
});

Deno.test("a dump is returned in pieces, without a copy of the whole", () => {
  using stacks = new EngineStackTable();
  const bytes = new Uint8Array(0x10_0000);
  const { pieces } = encodeMinidump({
    ...usualContents(stacks),
    memory: [{ start: 0x1_0000n, bytes }],
  });
  assertStrictEquals(pieces.find(({ length }) => length === bytes.length), bytes);
});
