import { assertEquals, assertInstanceOf, assertStringIncludes, assertThrows } from "@std/assert";
import { joinBytes } from "../../byte_pieces.ts";
import { bytesSource } from "../../byte_source.ts";
import { EngineStackTable } from "../../engine/stack_table.ts";
import { FormatError, TargetError } from "../../error.ts";
import { listOf, readLog } from "../../target_fixture.ts";
import { trace, traceLog } from "../../trace_log_fixture.ts";
import type { DumpBuilder } from "./_dump_builder.ts";
import { buildDump, structure, u32, usualContents } from "./_dump_testing.ts";
import { encodeMinidump } from "./encode.ts";
import { encodeOperations } from "./encode_operations.ts";
import { HANDLE_NOT_CLOSABLE, INVALID_HANDLE } from "./exception.ts";
import {
  EXCEPTION,
  HANDLE_DESCRIPTOR_2,
  HANDLE_LIST_HEADER,
  LIMITS,
  LIST_HEADER,
  MEMORY_DESCRIPTOR,
  MEMORY_INFO,
  MEMORY_INFO_LIST,
  MISC_INFO,
  MODULE,
  STREAM,
  THREAD,
  UNLOADED_MODULE,
} from "./format.ts";
import { MinidumpTarget } from "./minidump_target.ts";

/** A target of a dump made in code; `warnings` collects its warnings. */
function targetOf(
  build: (dump: DumpBuilder) => void,
  { architecture = 9, warnings = [] as string[] } = {},
): MinidumpTarget {
  const bytes = buildDump(build, { architecture, slots: 12 });
  return new MinidumpTarget(bytesSource("x.dmp", bytes), {
    kind: "minidump",
    fileTime: new Date("2026-11-29T12:00:00Z"),
    warn: (sentence) => warnings.push(sentence),
  });
}

function addModules(
  dump: DumpBuilder,
  modules: readonly (readonly [base: bigint, path: string])[],
): void {
  const entries = modules.map(([BaseOfImage, path]) =>
    structure(MODULE, { BaseOfImage, SizeOfImage: 0x1_0000, ModuleNameRva: dump.string(path) })
  );
  dump.stream(STREAM.moduleList, u32(modules.length), ...entries);
}

/** Handle data with events of these values. */
function addHandles(dump: DumpBuilder, handles: readonly number[], objectInfo = 0): void {
  const TypeNameRva = dump.string("Event");
  dump.stream(
    STREAM.handleData,
    structure(HANDLE_LIST_HEADER, {
      SizeOfHeader: 16,
      SizeOfEntry: 40,
      NumberOfEntries: handles.length,
    }),
    ...handles.map((handle) =>
      structure(HANDLE_DESCRIPTOR_2, {
        Handle: BigInt(handle),
        TypeNameRva,
        ObjectInfoRva: objectInfo,
      })
    ),
  );
}

/** A bad reference by thread 0x24 before one by thread 0x28, and the opens of both. */
function addOperations(dump: DumpBuilder): void {
  using stacks = new EngineStackTable();
  const { bytes } = encodeOperations(traceLog(stacks, [
    trace("badref", 0x34, [0x1_4000_1000n], 0x28),
    trace("badref", 0x30, [0x1_4000_2000n], 0x24),
    trace("open", 0x34, [0x1_4000_3000n], 0x28),
    trace("open", 0x30, [0x1_4000_3000n], 0x24),
  ]));
  dump.stream(STREAM.handleOperationList, bytes);
}

function addException(dump: DumpBuilder, code: number, threadId = 0x24): void {
  dump.stream(
    STREAM.exception,
    structure(EXCEPTION, { ThreadId: threadId, ExceptionCode: code }),
  );
}

Deno.test("MinidumpTarget reads what was written: traces, modules, handles, identity", () => {
  using stacks = new EngineStackTable();
  const contents = usualContents(stacks);
  using target = new MinidumpTarget(
    bytesSource("new.dmp", joinBytes(encodeMinidump(contents).pieces)),
    { kind: "minidump" },
  );
  assertEquals([target.name, target.kind, target.mode, target.pointerSize], [
    "new.dmp",
    "minidump",
    "user",
    8,
  ]);
  assertEquals(target.identity, {
    processId: 4242,
    imageName: "Dienst für alles.exe",
    startTime: new Date("2026-11-24T05:00:00Z"),
  });
  assertEquals(target.system, { major: 10, minor: 0, build: 19045, architecture: 9 });
  const log = readLog(target);
  assertEquals(log.readAt, contents.writtenAt);
  assertEquals(log.incomplete, undefined);
  assertEquals(listOf(log).map(({ type, handle }) => [type, handle]), [
    ["badref", 4],
    ["close", 4],
    ["open", 4],
  ]);
  assertEquals(target.modules().map(({ name, pdb }) => [name, pdb?.age]), [
    ["Dienst für alles", 3],
    ["ntdll", undefined], // its record names a PDB of the old format, which no store has
    ["", undefined],
  ]);
  assertEquals(target.handles?.().map(({ handle, type }) => [handle, type]), [
    [4, "Event"],
    [0xffff_fffc, "File"],
    [8, undefined],
  ]);
  assertEquals(target.processes(), [{
    processId: 4242,
    imageName: "Dienst für alles.exe",
    handleCount: 3,
    traced: true,
    startTime: new Date("2026-11-24T05:00:00Z"),
  }]);
});

Deno.test("a dump without traces has an empty log that says how to make one with traces", () => {
  const untraced = readLog(targetOf((dump) => addHandles(dump, [4])));
  assertEquals(untraced.count, 0);
  assertStringIncludes(untraced.incomplete!, "handle tracing was off when the dump was written; ");
  assertStringIncludes(untraced.incomplete!, ".dump /mh");
  const bare = targetOf(() => {});
  assertEquals(bare.handles, undefined);
  assertStringIncludes(readLog(bare).incomplete!, "the dump was written without handle data; ");
  assertEquals(bare.processes(), [{ processId: 0, imageName: "", traced: false }]);
});

Deno.test("a dump of a traced process without a trace yet is complete", () => {
  const log = readLog(targetOf((dump) =>
    dump.stream(
      STREAM.handleOperationList,
      structure(HANDLE_LIST_HEADER, { SizeOfHeader: 16, SizeOfEntry: 288 }),
    )
  ));
  assertEquals([log.count, log.incomplete], [0, undefined]);
});

Deno.test("a dump that does not say when it was written has the time of its file", () => {
  assertEquals(readLog(targetOf(() => {})).readAt, new Date("2026-11-29T12:00:00Z"));
});

Deno.test("an invalid-handle exception names its thread, and its handle by the thread's newest bad reference", () => {
  using stacks = new EngineStackTable();
  for (const code of [INVALID_HANDLE, HANDLE_NOT_CLOSABLE]) {
    const target = targetOf((dump) => {
      addException(dump, code);
      addOperations(dump);
      dump.stream(STREAM.miscInfo, structure(MISC_INFO, { Flags1: 1, ProcessId: 0x10 }));
    });
    const log = target.readTraces(stacks);
    const [stop] = log.stops!;
    assertEquals(
      { ...stop, stack: [...stacks.addresses(stop!.stack!)] },
      {
        code,
        exception: code,
        threadId: 0x24,
        processId: 0x10,
        handle: 0x30,
        stack: [0x1_4000_2000n],
      },
    );
  }
});

Deno.test("an invalid-handle exception without traces names only its thread; other exceptions are ignored", () => {
  const stopped = readLog(targetOf((dump) => addException(dump, INVALID_HANDLE)));
  assertEquals(stopped.stops, [{
    code: INVALID_HANDLE,
    exception: INVALID_HANDLE,
    threadId: 0x24,
  }]);
  const elsewhere = readLog(targetOf((dump) => {
    addException(dump, INVALID_HANDLE, 0x999);
    addOperations(dump);
  }));
  assertEquals(elsewhere.stops?.[0]?.handle, undefined);
  assertEquals(readLog(targetOf((dump) => addException(dump, 0xc000_0005))).stops, undefined);
});

Deno.test("the program is the first .exe among the modules, regardless of the form of its path", () => {
  const imageOf = (...paths: string[]): string | undefined =>
    targetOf((dump) => addModules(dump, paths.map((path, index) => [BigInt(index) << 20n, path])))
      .identity.imageName;
  assertEquals(imageOf("C:\\Windows\\ntdll.dll", "c:/apps/App.EXE"), "App.EXE");
  assertEquals(imageOf("\\Device\\HarddiskVolume1\\host.scr"), "host.scr");
  assertEquals(imageOf(), undefined);
});

Deno.test("user addresses of a 32-bit process end at 4 GiB if any of it is above 2 GiB", () => {
  const endOf = (build: (dump: DumpBuilder) => void, architecture = 0): bigint =>
    targetOf(build, { architecture }).userEnd;
  const region = (BaseAddress: bigint, State: number) => (dump: DumpBuilder): void =>
    dump.stream(
      STREAM.memoryInfoList,
      structure(MEMORY_INFO_LIST, { SizeOfHeader: 16, SizeOfEntry: 48, NumberOfEntries: 1n }),
      structure(MEMORY_INFO, { BaseAddress, RegionSize: 0x1000n, State }),
    );
  const thread = (Teb: bigint) => (dump: DumpBuilder): void =>
    dump.stream(STREAM.threadList, u32(1), structure(THREAD, { Teb }));
  assertEquals(endOf(() => {}), 0x8000_0000n);
  assertEquals(endOf((dump) => addModules(dump, [[0x7ff0_0000n, "a.dll"]])), 0x8000_0000n);
  assertEquals(endOf((dump) => addModules(dump, [[0x9000_0000n, "a.dll"]])), 0x1_0000_0000n);
  assertEquals(endOf(region(0xa000_0000n, 0x1000)), 0x1_0000_0000n);
  assertEquals(endOf(region(0xa000_0000n, 0x1_0000)), 0x8000_0000n);
  assertEquals(endOf(thread(0xfffd_e000n)), 0x1_0000_0000n);
  assertEquals(endOf(() => {}, 12), 0x8000_0000_0000n);
});

Deno.test("an address in an unloaded module is named after it, unless another module is there now", () => {
  const target = targetOf((dump) => {
    addModules(dump, [[0x2_0000n, "C:\\now.dll"]]);
    const unloaded = [0x1_0000n, 0x2_0000n].map((BaseOfImage) =>
      structure(UNLOADED_MODULE, {
        BaseOfImage,
        SizeOfImage: 0x1_0000,
        ModuleNameRva: dump.string("wintrust.dll"),
      })
    );
    dump.stream(
      STREAM.unloadedModuleList,
      structure(LIST_HEADER, { SizeOfHeader: 12, SizeOfEntry: 24, NumberOfEntries: 2 }),
      ...unloaded,
    );
  });
  assertEquals(target.frame(0x1_0123n), {
    address: 0x1_0123n,
    module: { name: "wintrust", path: "wintrust.dll", base: 0x1_0000n, size: 0x1_0000 },
    displacement: 0x123,
  });
  assertEquals(target.frame(0x2_0123n), undefined);
  assertEquals(target.frame(0x3_0123n), undefined);
});

Deno.test("what the module list lacks comes from the image's headers, if the dump has them", () => {
  const file = Deno.readFileSync(new URL("../../../testdata/guest/kernel32.dll", import.meta.url));
  const view = new DataView(file.buffer);
  const timestamp = view.getUint32(view.getUint32(0x3c, true) + 8, true);
  const target = targetOf((dump) => {
    addModules(dump, [[0x1_0000n, "C:\\kernel32.dll"], [0x5_0000n, "C:\\other.dll"]]);
    dump.stream(
      STREAM.memoryList,
      u32(1),
      structure(MEMORY_DESCRIPTOR, {
        StartOfMemoryRange: 0x1_0000n,
        DataSize: 0x1000,
        Rva: dump.place(file.subarray(0, 0x1000)),
      }),
    );
  });
  assertEquals(target.modules().map((module) => module.timestamp), [timestamp, undefined]);
});

Deno.test("what the writer queried about an object is described in the debugger's wording", () => {
  const target = targetOf((dump) => {
    const information = dump.place(u32(0, 6, 8, 1, 0));
    addHandles(dump, [4, 8], information);
  });
  assertEquals(target.objectFacts(8), ["Event Type Auto Reset", "Event is Waiting"]);
  assertEquals(target.objectFacts(12), []);
});

Deno.test("a cut list causes a single warning, when it is read", () => {
  const warnings: string[] = [];
  const target = targetOf((dump) => {
    dump.stream(STREAM.moduleList, u32(7), structure(MODULE, {}));
  }, { warnings });
  assertEquals(warnings, []);
  target.modules();
  target.modules();
  assertEquals(warnings, [
    '"x.dmp" is not whole: 1 of 7 modules are read: the stream is too short for the others',
  ]);
});

Deno.test("a process other than the dump's is rejected", () => {
  using stacks = new EngineStackTable();
  const target = targetOf((dump) => {
    addHandles(dump, [4]);
    dump.stream(STREAM.miscInfo, structure(MISC_INFO, { Flags1: 1, ProcessId: 4242 }));
  });
  assertEquals(target.handles?.({ processId: 4242 }).length, 1);
  for (
    const read of [
      () => target.readTraces(stacks, { processId: 8 }),
      () => target.modules({ processId: 8 }),
      () => target.handles?.({ processId: 8 }),
    ]
  ) {
    assertThrows(
      read,
      TargetError,
      "Cannot read process 8 of x.dmp: the dump is of process 4242 alone; leave the process out",
    );
  }
  assertThrows(() => target.modules({ process: 0x8140_0300n }), TargetError, "0x81400300");
});

Deno.test("a dump that is cut anywhere has what is before the cut, or ends in one error", () => {
  using stacks = new EngineStackTable();
  const whole = joinBytes(encodeMinidump(usualContents(stacks)).pieces);
  let opened = 0;
  for (let length = 0; length < whole.length; length += 13) {
    let target;
    try {
      target = new MinidumpTarget(bytesSource("cut.dmp", whole.subarray(0, length)), {
        kind: "minidump",
      });
    } catch (error) {
      assertInstanceOf(error, FormatError);
      continue;
    }
    opened++;
    const { count, incomplete } = target.readTraces(stacks);
    assertEquals(count < 3, incomplete !== undefined, `cut at ${length}`);
    assertEquals(target.modules().length <= 3, true);
  }
  assertEquals(opened > 100, true);
});

Deno.test("disposing the target closes its file", () => {
  let closed = 0;
  const source = {
    ...bytesSource("x.dmp", buildDump(() => {})),
    [Symbol.dispose]: (): void => void closed++,
  };
  new MinidumpTarget(source, { kind: "minidump" })[Symbol.dispose]();
  assertEquals(closed, 1);
});

Deno.test("handles keep their names however often they are read", () => {
  const text = "x".repeat(LIMITS.stringBytes / 2);
  const target = targetOf((dump) => {
    const ObjectNameRva = dump.string(text);
    const count = LIMITS.usedCharacters / text.length;
    const entry = structure(HANDLE_DESCRIPTOR_2, { ObjectNameRva });
    dump.stream(
      STREAM.handleData,
      structure(HANDLE_LIST_HEADER, {
        SizeOfHeader: 16,
        SizeOfEntry: 40,
        NumberOfEntries: count,
      }),
      ...Array(count).fill(entry),
    );
  });
  for (const _ of ["once", "again"]) {
    assertEquals(target.handles?.().at(-1)?.objectName, text);
  }
});
