/** Lists of every stream with padding, larger entries, cut streams and wild counts. */
import { assertEquals } from "@std/assert";
import type { DumpBuilder } from "./_dump_builder.ts";
import { dumpWith, structure, u32 } from "./_dump_testing.ts";
import type { Minidump } from "./dump.ts";
import {
  HANDLE_DESCRIPTOR,
  HANDLE_DESCRIPTOR_2,
  HANDLE_LIST_HEADER,
  LIMITS,
  LIST_HEADER,
  MEMORY_INFO,
  MEMORY_INFO_LIST,
  MODULE,
  STREAM,
  THREAD,
  THREAD_INFO,
  THREAD_NAME,
  UNLOADED_MODULE,
} from "./format.ts";
import { countHandles, readHandleEntries, readHandles } from "./handles.ts";
import { readMemoryRegions, regionAt } from "./memory_regions.ts";
import { readModules, readUnloadedModules } from "./modules.ts";
import { readThreads } from "./threads.ts";

function sizedHeader(header: number, entry: number, count: number): Uint8Array {
  return structure(HANDLE_LIST_HEADER, {
    SizeOfHeader: header,
    SizeOfEntry: entry,
    NumberOfEntries: count,
  });
}

/** A dump whose thread list consists of these parts, so that padding can follow its count. */
function threadsOf(...parts: readonly Uint8Array[]): Minidump {
  return dumpWith((dump) => dump.stream(STREAM.threadList, ...parts));
}

const TWO_THREADS = [
  structure(THREAD, { ThreadId: 5, Teb: 0x1234_5678_9abcn }),
  structure(THREAD, { ThreadId: 6 }),
];

Deno.test("a list can have four bytes of padding after its count", () => {
  for (const count of [u32(2), u32(2, 0)]) {
    const threads = readThreads(threadsOf(count, ...TWO_THREADS));
    assertEquals(threads.entries.map(({ threadId }) => threadId), [5, 6]);
    assertEquals(threads.entries[0]?.teb, 0x1234_5678_9abcn);
    assertEquals(threads.incomplete, undefined);
  }
});

Deno.test("a list whose stream is too short has the complete entries and says so", () => {
  const cut = TWO_THREADS[1]!.subarray(0, 47);
  assertEquals(readThreads(threadsOf(u32(2), TWO_THREADS[0]!, cut)), {
    ...readThreads(threadsOf(u32(1), TWO_THREADS[0]!)),
    incomplete: "1 of 2 threads are read: the stream is too short for the others",
  });
  assertEquals(
    readThreads(threadsOf(u32(0xffff_ffff))).incomplete,
    "0 of 4294967295 threads are read: the stream is too short for the others",
  );
  assertEquals(
    readThreads(threadsOf(new Uint8Array(3))).incomplete,
    "the list of threads is cut off before its count",
  );
});

Deno.test("a list cut off by the end of the file has the remaining entries and says so", () => {
  const dump = dumpWith((builder) => {
    const offset = builder.place(u32(2), TWO_THREADS[0]!);
    builder.entry(STREAM.threadList, offset, 4 + 2 * THREAD.size);
  });
  const threads = readThreads(dump);
  assertEquals(threads.entries.length, 1);
  assertEquals(
    threads.incomplete,
    "1 of 2 threads are read: the file ends before the others",
  );
});

Deno.test("a stream beyond the end of the file is empty and says so", () => {
  const dump = dumpWith((builder) => builder.entry(STREAM.moduleList, 0xffff_0000, 0xffff));
  assertEquals(readModules(dump), {
    entries: [],
    incomplete: "the list of modules is cut off before its count",
  });
});

Deno.test("at most as many entries are read as a process can have", () => {
  const count = 0x2_0001;
  const dump = threadsOf(u32(count), new Uint8Array(count * THREAD.size));
  const threads = readThreads(dump);
  assertEquals(threads.entries.length, 0x2_0000);
  assertEquals(threads.incomplete, "131072 of 131073 threads are read: htrace reads no more");
});

Deno.test("handles that are too many to read are counted", () => {
  const count = LIMITS.handles + 1;
  const dump = dumpWith((builder) =>
    builder.stream(
      STREAM.handleData,
      sizedHeader(16, 32, count),
      new Uint8Array(count * 32),
    )
  );
  assertEquals(countHandles(dump), count);
  const { entries, incomplete } = readHandleEntries(dump);
  assertEquals(entries.length, LIMITS.handles);
  assertEquals(
    incomplete,
    `${LIMITS.handles} of ${count} handles are read: htrace reads no more`,
  );
});

Deno.test("longer headers and entries of later versions are read as far as known", () => {
  const handle = structure(HANDLE_DESCRIPTOR_2, { Handle: 4n, ObjectInfoRva: 0 }, 48);
  const dump = dumpWith((builder) => {
    builder.stream(STREAM.handleData, sizedHeader(24, 48, 2), new Uint8Array(8), handle, handle);
  });
  assertEquals(readHandles(dump).entries.map((entry) => entry.handle), [4, 4]);
  assertEquals(readHandles(dump).incomplete, undefined);
});

Deno.test("handle descriptors of the short form have no object information", () => {
  const dump = dumpWith((builder) => {
    const TypeNameRva = builder.string("Event");
    builder.stream(
      STREAM.handleData,
      sizedHeader(16, 32, 1),
      structure(HANDLE_DESCRIPTOR, {
        Handle: 0x10n,
        TypeNameRva,
        Attributes: 2,
        GrantedAccess: 0x1f_0003,
        HandleCount: 0x7fff,
        PointerCount: 0xffff_ffff,
      }),
    );
  });
  assertEquals(readHandles(dump).entries, [{
    handle: 0x10,
    type: "Event",
    attributes: 2,
    grantedAccess: 0x1f_0003,
    handleCount: 0x7fff,
    pointerCount: 0xffff_ffff,
    objectInformation: 0,
  }]);
});

Deno.test("sizes in a header that make no sense leave the list unread and are reported", () => {
  const wrong: readonly (readonly [header: number, entry: number, said: string])[] = [
    [16, 31, "its header claims to have 0x10 bytes, its entries 0x1f"],
    [8, 40, "its header claims to have 0x8 bytes, its entries 0x28"],
    [16, 0, "its header claims to have 0x10 bytes, its entries 0x0"],
    [16, 0x7fff_ffff, "its header claims to have 0x10 bytes, its entries 0x7fffffff"],
  ];
  for (const [header, entry, said] of wrong) {
    const dump = dumpWith((builder) => {
      builder.stream(STREAM.handleData, sizedHeader(header, entry, 3), new Uint8Array(400));
    });
    assertEquals(readHandles(dump), {
      entries: [],
      incomplete: `the list of handles is damaged: ${said}`,
    });
  }
});

Deno.test("a header longer than its stream leaves no entries", () => {
  const dump = dumpWith((builder) => {
    builder.stream(STREAM.handleData, sizedHeader(0xffff_ffff, 40, 3), new Uint8Array(400));
  });
  assertEquals(
    readHandles(dump).incomplete,
    "0 of 3 handles are read: the stream is too short for the others",
  );
});

Deno.test("an empty list is complete regardless of the entry size in its header", () => {
  const dump = dumpWith((builder) => builder.stream(STREAM.handleData, sizedHeader(0, 0, 0)));
  assertEquals(readHandles(dump), { entries: [] });
});

Deno.test("unloaded modules are read", () => {
  const dump = dumpWith((builder) => {
    const ModuleNameRva = builder.string("wintrust.dll");
    builder.stream(
      STREAM.unloadedModuleList,
      structure(LIST_HEADER, { SizeOfHeader: 12, SizeOfEntry: 24, NumberOfEntries: 1 }),
      structure(UNLOADED_MODULE, {
        BaseOfImage: 0x7ffa_0000_0000n,
        SizeOfImage: 0x8000,
        CheckSum: 1,
        TimeDateStamp: 2,
        ModuleNameRva,
      }),
    );
  });
  assertEquals(readUnloadedModules(dump).entries, [{
    base: 0x7ffa_0000_0000n,
    size: 0x8000,
    checksum: 1,
    timestamp: 2,
    path: "wintrust.dll",
  }]);
});

Deno.test("threads have the names and times from the other two streams, in any order of the streams", () => {
  const addNames = (builder: DumpBuilder): void => {
    const RvaOfThreadName = BigInt(builder.string("Arbeiter 1"));
    builder.stream(
      STREAM.threadNames,
      u32(2),
      structure(THREAD_NAME, { ThreadId: 6, RvaOfThreadName }),
      structure(THREAD_NAME, { ThreadId: 5, RvaOfThreadName: 2n ** 63n }),
    );
  };
  const addInformation = (builder: DumpBuilder): void =>
    builder.stream(
      STREAM.threadInfoList,
      structure(LIST_HEADER, { SizeOfHeader: 12, SizeOfEntry: 64, NumberOfEntries: 1 }),
      structure(THREAD_INFO, { ThreadId: 5, StartAddress: 0x1_4000_1000n, CreateTime: 9n }),
    );
  const addThreads = (builder: DumpBuilder): void =>
    builder.stream(STREAM.threadList, u32(2), ...TWO_THREADS);
  for (
    const order of [[addNames, addInformation, addThreads], [addThreads, addInformation, addNames]]
  ) {
    const { entries } = readThreads(dumpWith((builder) => order.forEach((add) => add(builder))));
    assertEquals(
      entries.map(({ name, startAddress, createTime }) => [name, startAddress, createTime]),
      [
        [undefined, 0x1_4000_1000n, 9n],
        ["Arbeiter 1", undefined, undefined],
      ],
    );
  }
});

Deno.test("memory regions describe what is at an address", () => {
  const region = (BaseAddress: bigint, State: number, Type = 0): Uint8Array =>
    structure(MEMORY_INFO, { BaseAddress, RegionSize: 0x1000n, State, Type, Protect: 4 });
  const dump = dumpWith((builder) => {
    builder.stream(
      STREAM.memoryInfoList,
      structure(MEMORY_INFO_LIST, { SizeOfHeader: 16, SizeOfEntry: 48, NumberOfEntries: 4n }),
      region(0x3000n, 0x1_0000),
      region(0x1000n, 0x1000, 0x100_0000),
      region(0x2000n, 0x2000, 0x2_0000),
      region(2n ** 64n - 0x1000n, 0x77),
    );
  });
  const { entries } = readMemoryRegions(dump);
  const stateAt = (address: bigint): string | undefined => regionAt(entries, address)?.state;
  assertEquals(stateAt(0x1fffn), "committed");
  assertEquals(regionAt(entries, 0x1000n)?.type, "image");
  assertEquals(stateAt(0x2000n), "reserved");
  assertEquals(stateAt(0x3000n), "free");
  assertEquals(regionAt(entries, 0x4000n), undefined);
  assertEquals(regionAt(entries, 2n ** 64n - 1n)?.state, undefined);
});

Deno.test("modules without a name, and with CodeView records of other kinds, stay in the list", () => {
  const dump = dumpWith((builder) => {
    const record = builder.place(new TextEncoder().encode("BpELxxxxxxxxxxxxxxxxxxxx"));
    builder.stream(
      STREAM.moduleList,
      u32(3),
      structure(MODULE, { BaseOfImage: 1n, CvRecordRva: record, CvRecordSize: 24 }),
      structure(MODULE, { BaseOfImage: 2n, CvRecordRva: 0xffff_fff0, CvRecordSize: 0xffff_ffff }),
      structure(MODULE, { BaseOfImage: 3n, ModuleNameRva: 0xffff_ffff }),
    );
  });
  assertEquals(
    readModules(dump).entries.map(({ base, path, codeView }) => [base, path, codeView]),
    [[1n, "", undefined], [2n, "", undefined], [3n, "", undefined]],
  );
});
