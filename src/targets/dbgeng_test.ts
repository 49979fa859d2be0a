/** The engine's target over an engine made from the emulated machine: its memory is real, and its kernel has run. */
import { fileURLToPath } from "node:url";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { readLog } from "../target_fixture.ts";
import { TargetError } from "../error.ts";
import { Machine } from "../machine/machine.ts";
import type { Memory } from "../memory.ts";
import { readDebuggerData } from "../nt/debugger_data.ts";
import { translatedMemory } from "../nt/paging.ts";

import { traceAt } from "../trace_log.ts";
import { DebugEngineError } from "../win32/dbgeng_library.ts";
import { DBGENG, debuggerEngine, type Engine, engineTargetOf, openOnEngine } from "./dbgeng.ts";
import { readGuestImages } from "./emulated.ts";

/** Where badhandle's EPROCESS is in the emulated machine. */
const BADHANDLE = 0x8140_0300n;

type CountedEngine = Engine & { disposed: number };

/** An engine with an empty 32-bit process open, except for the given members. */
function engineOf(given: Partial<Engine>): CountedEngine {
  const nothing = { pointerSize: 4, read: () => new Uint8Array() } as const;
  const engine: CountedEngine = {
    library: "dbgeng.dll",
    isKernel: false,
    pointerSize: 4,
    buildNumber: 0,
    currentProcess: 0n,
    modules: () => [],
    symbolFile: () => undefined,
    symbolAddress: () => undefined,
    memory: () => nothing,
    physicalMemory: () => nothing,
    debuggerData: () => 0n,
    execute: (command) => `text of ${command}\n`,
    disposed: 0,
    [Symbol.dispose]: () => {
      engine.disposed++;
    },
    ...given,
  };
  return engine;
}

/** An engine that has the emulated kernel open, stopped where badhandle has run. */
async function kernelEngine(): Promise<CountedEngine> {
  const machine = new Machine(await readGuestImages(), {
    args: [],
    traceFromMain: true,
    debuggerPresent: false,
    server2003: false,
  });
  machine.run();
  const physical = {
    read: (address: bigint, length: number): Uint8Array =>
      machine.readPhysical(Number(address), length),
  };
  const memory: Memory = translatedMemory(physical, {
    mode: "x86",
    directoryTableBase: BigInt(machine.systemDirectoryTableBase),
  });
  const block = BigInt(machine.kernelAddress("KdDebuggerDataBlock"));
  const data = readDebuggerData(memory, block);
  const values = new Map([
    [72, data.psLoadedModuleList],
    [80, data.psActiveProcessHead],
    [100_000, 0n], // no PAE
  ]);
  return engineOf({
    isKernel: true,
    buildNumber: 2600,
    currentProcess: BADHANDLE,
    memory: () => memory,
    physicalMemory: () => physical,
    debuggerData: (index) => values.get(index)!,
  });
}

Deno.test("engineTargetOf() distinguishes processes, dumps and kernels", () => {
  assertEquals(engineTargetOf("dbgeng:1234"), { kind: "process", processId: 1234 });
  assertEquals(engineTargetOf("dbgeng:0x4d2"), { kind: "process", processId: 1234 });
  assertEquals(engineTargetOf("dbgeng:C:\\a.dmp"), { kind: "dump", path: "C:\\a.dmp" });
  assertEquals(engineTargetOf("dbgeng:4294968530"), { kind: "dump", path: "4294968530" });
  assertEquals(engineTargetOf("dbgeng:kernel"), { kind: "local kernel" });
  assertEquals(engineTargetOf("dbgeng:kernel:net:port=5,key=1.2.3.4"), {
    kind: "kernel",
    connection: "net:port=5,key=1.2.3.4",
  });
});

Deno.test({
  name: "DBGENG says that the engine is part of Windows [elsewhere]",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    assert(DBGENG.accepts({ text: "dbgeng:a.dmp" }));
    await assertRejects(
      () => DBGENG.open("dbgeng:a.dmp", { args: [] }),
      DebugEngineError,
      'Cannot open "dbgeng:a.dmp": the debugger engine is part of Windows; name the dump itself',
    );
  },
});

Deno.test("a kernel behind the engine is walked like any other kernel", async () => {
  const engine = await kernelEngine();
  {
    using target = openOnEngine(engine, "dbgeng:kernel");
    assertEquals([target.mode, target.pointerSize], ["kernel", 4]);
    assertEquals(target.defaultProcess, { process: BADHANDLE });
    const log = readLog(target);
    assertEquals([log.count, traceAt(log, 0).type], [5, "close"]);
    const names = (await target.modules()).map(({ name }) => name.toLowerCase());
    assert(names.includes("ntoskrnl") && names.includes("badhandle"), names.join());
    assertEquals(debuggerEngine(target)?.execute("!htrace"), "text of !htrace\n");
  }
  assertEquals(engine.disposed, 1);
});

Deno.test("the engine is asked where a kernel's object types are only when handles are listed", async () => {
  const asked: string[] = [];
  const symbolAddress = (name: string): undefined => void asked.push(name);
  using target = openOnEngine({ ...await kernelEngine(), symbolAddress }, "dbgeng:kernel");
  readLog(target);
  assertEquals(asked, []);
  assert((await target.handles!()).length > 0);
  assertEquals(asked, ["nt!ObTypeIndexTable", "nt!ObHeaderCookie"]);
});

Deno.test("a process behind the engine says that only the engine's own command reads traces", () => {
  const module = { name: "a", path: "C:\\a.exe", base: 0x40_0000n, size: 0x1000 };
  const engine = engineOf({ modules: () => [module] });
  {
    using target = openOnEngine(engine, "dbgeng:1234");
    assertThrows(
      () => readLog(target),
      TargetError,
      "Cannot read traces of dbgeng:1234 (dbgeng.dll): in user mode the engine shows them only",
    );
    assertEquals(debuggerEngine(target)?.execute("lm"), "text of lm\n");
    assertEquals(target.modules(), [module]);
  }
  assertEquals(engine.disposed, 1);
});

Deno.test("an engine is released if its kernel is of no known build", () => {
  const engine = engineOf({ isKernel: true, buildNumber: 1 });
  assertThrows(() => openOnEngine(engine, "dbgeng:kernel"), TargetError, "Windows build 1 x86");
  assertEquals(engine.disposed, 1);
});

Deno.test("the PDB that the engine found serves the module, and is closed with the target", async () => {
  const module = { name: "badhandle", path: "C:\\badhandle.exe", base: 0x40_0000n, size: 0x1000 };
  const path = fileURLToPath(new URL("../../testdata/guest/badhandle.pdb", import.meta.url));
  const found: (string | undefined)[] = [path, "C:\\gone.pdb", "C:\\badhandle.exe", undefined];
  const target = openOnEngine(engineOf({ symbolFile: () => found.shift() }), "dbgeng:1234");
  const pdb = (await target.symbolFiles!(module))?.pdb;
  assertEquals(pdb?.name, path);
  assertEquals(pdb?.read(0, 9), new TextEncoder().encode("Microsoft"));
  for (let i = 0; i < 3; i++) assertEquals(await target.symbolFiles!(module), undefined);
  target[Symbol.dispose]();
  assertThrows(() => pdb?.read(0, 9), Error);
});

Deno.test("the engine's process is held as long as its target is open", () => {
  let held = 1;
  const identity = { processId: 42, imageName: "a.exe", startTime: new Date(0) };
  const engine = engineOf({});
  const process = { identity, [Symbol.dispose]: () => void held-- };
  {
    using target = openOnEngine(engine, "dbgeng:42", process);
    assertEquals([target.identity, held], [identity, 1]);
  }
  assertEquals([engine.disposed, held], [1, 0]);
});
