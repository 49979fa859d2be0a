import { assert, assertEquals, assertThrows } from "@std/assert";
import { readExact } from "../memory.ts";
import { isInModule } from "../module.ts";
import { DebugEngine } from "./dbgeng.ts";
import { DebugEngineError, engineCandidates } from "./dbgeng_library.ts";
import { systemLibrary } from "./system_library.ts";
import { HandleHolder, tracingWindowsTest, windowsTest, wineTest } from "./windows_fixture.ts";

windowsTest("DebugEngine attaches to a process and reads its modules and memory", async () => {
  await using holder = await HandleHolder.start();
  using engine = new DebugEngine({ kind: "process", processId: holder.processId });
  assertEquals([engine.isKernel, engine.pointerSize], [false, 8]);
  const modules = engine.modules();
  const names = modules.map(({ name }) => name.toLowerCase());
  assert(names.includes("handle_holder64") && names.includes("ntdll"), names.join());
  const memory = engine.memory();
  for (const { base, size, name } of modules) {
    assert(size >= 0x1000, name);
    assertEquals(new TextDecoder().decode(readExact(memory, base, 2, name)), "MZ");
  }
  assertEquals(memory.read(0x10n, 8).length, 0);
});

windowsTest("DebugEngine releases a process, which runs on", async () => {
  await using holder = await HandleHolder.start();
  for (let round = 0; round < 3; round++) {
    using engine = new DebugEngine({ kind: "process", processId: holder.processId });
    assert(engine.modules().length > 0);
  }
  await holder.act(); // it would not respond if it were suspended
});

windowsTest("DebugEngine says what could not be opened", () => {
  assertThrows(
    () => new DebugEngine({ kind: "process", processId: 0x7fff_fffc }),
    DebugEngineError,
    "Cannot attach the debugger engine to process 2147483644: ",
  );
  assertThrows(
    () => new DebugEngine({ kind: "dump", path: "C:\\missing.dmp" }),
    DebugEngineError,
    'Cannot open "C:\\missing.dmp" with the debugger engine: OpenDumpFileWide returned 0x',
  );
});

windowsTest(
  "DebugEngine prefers the Debugging Tools, and says which library it loaded",
  async () => {
    await using holder = await HandleHolder.start();
    const target = { kind: "process", processId: holder.processId } as const;
    const missing = "C:\\Debuggers\\dbgeng.dll";
    using engine = new DebugEngine(target, [missing, systemLibrary("dbgeng.dll")]);
    assertEquals(engine.library, systemLibrary("dbgeng.dll"));
    assertThrows(
      () => new DebugEngine(target, [missing]),
      DebugEngineError,
      "Cannot load the debugger engine: there is no C:\\Debuggers\\dbgeng.dll; install the " +
        "Debugging Tools for Windows",
    );
    const candidates = engineCandidates();
    assertEquals(candidates.at(-1), systemLibrary("dbgeng.dll"));
    assert(candidates[0]?.includes("\\Windows Kits\\10\\Debuggers\\"), candidates[0]);
  },
);

windowsTest(
  "DebugEngine answers the symbol files that it found, and nothing for the others",
  async () => {
    await using holder = await HandleHolder.start();
    using engine = new DebugEngine({ kind: "process", processId: holder.processId });
    for (const module of engine.modules()) {
      const path = engine.symbolFile(module);
      assert(path === undefined || path.includes("."), `${module.name}: ${path}`);
    }
  },
);

windowsTest("DebugEngine finds no address for a symbol that does not exist", async () => {
  await using holder = await HandleHolder.start();
  using engine = new DebugEngine({ kind: "process", processId: holder.processId });
  assertEquals(engine.symbolAddress("no_such_module!symbol"), undefined);
});

tracingWindowsTest("DebugEngine finds the address of a symbol in its module", async () => {
  await using holder = await HandleHolder.start();
  using engine = new DebugEngine({ kind: "process", processId: holder.processId });
  const address = engine.symbolAddress("ntdll!NtClose") ?? 0n;
  const module = engine.modules().find((candidate) => isInModule(candidate, address));
  assertEquals(module?.name.toLowerCase(), "ntdll");
});

wineTest("DebugEngine says that Wine's engine runs no commands", async () => {
  await using holder = await HandleHolder.start();
  using engine = new DebugEngine({ kind: "process", processId: holder.processId });
  assertThrows(
    () => engine.execute("!htrace"),
    DebugEngineError,
    `Cannot run "!htrace" in ${
      systemLibrary("dbgeng.dll")
    }: SetOutputCallbacks returned 0x80004001`,
  );
});
