import { assertEquals, assertThrows } from "@std/assert";
import { readLog } from "../target_fixture.ts";
import { TargetError } from "../error.ts";
import type { Memory } from "../memory.ts";

import {} from "../trace_log.ts";
import { KernelTarget, type KernelTargetOptions } from "./kernel_target.ts";
import { findLayouts } from "./layouts.ts";
import { ProcessError } from "./process.ts";
import { kernelRecord, SparseMemory } from "./_memory_testing.ts";

const BADHANDLE = 0x8140_0300n;
const OTHER = 0x8150_0020n;
const TABLE = 0xe10c_cf60n;
const DATABASE = 0x8160_0000n;
const HEAD = 0x8054_4560n;
const MODULES = 0x8054_1230n;

/** The system half that every process sees (Windows XP), and badhandle's own user half. */
function systemMemory(): SparseMemory {
  const memory = new SparseMemory(4);
  for (const [process, id, base] of [[OTHER, 4, 0x1000], [BADHANDLE, 0x7c4, 0x2000]] as const) {
    memory.zeros(process, 0x260).pointer(process + 0x18n, base).pointer(process + 0x84n, id);
  }
  return memory.list(HEAD, [OTHER + 0x88n, BADHANDLE + 0x88n])
    .pointer(BADHANDLE + 0xc4n, TABLE).pointer(BADHANDLE + 0x1b0n, 0x7ffd_f000n)
    .zeros(TABLE, 0x44).pointer(TABLE + 0x28n, DATABASE)
    .zeros(DATABASE, 0x200).u32(DATABASE, 1)
    .write(DATABASE + 4n + 0x50n, kernelRecord({ type: 1, handle: 0x7dc }, 4))
    .list(MODULES, []);
}

function userMemory(): SparseMemory {
  const loaderData = 0x25_1ea0n;
  const entry = 0x25_1ec0n + 0x100n;
  return new SparseMemory(4)
    .zeros(0x7ffd_f000n, 0x210).pointer(0x7ffd_f00cn, loaderData)
    .zeros(entry, 0x50).pointer(entry + 0x18n, 0x0100_0000n).u32(entry + 0x20n, 0x3000)
    .unicode(entry + 0x24n, 0x25_3000n, "C:\\badhandle.exe")
    .unicode(entry + 0x2cn, 0x25_4000n, "badhandle.exe")
    .list(loaderData + 0xcn, [entry]);
}

/** The address spaces are the system half and, for badhandle's tables, its user half. */
function optionsOf(system: SparseMemory): KernelTargetOptions {
  const user = userMemory();
  const addressSpace = (base: bigint): Memory => ({
    pointerSize: 4,
    read: (address, length) =>
      (address < 0x8000_0000n && base === 0x2000n ? user : system).read(address, length),
  });
  return {
    name: "test kernel",
    kind: "test",
    layouts: findLayouts(2600, "x86"),
    addressSpace,
    directoryTableBase: 0x1000n,
    psLoadedModuleList: MODULES,
    psActiveProcessHead: HEAD,
  };
}

function target(system = systemMemory()): KernelTarget {
  return new KernelTarget({ ...optionsOf(system), initialProcess: BADHANDLE });
}

Deno.test("KernelTarget reads the traces of the default process and of a given one", () => {
  const kernel = target();
  assertEquals(readLog(kernel).count, 1);
  assertEquals(readLog(kernel, { process: 0n, processId: 0x7c4 }).parsed, 2);
  assertEquals(readLog(kernel, { process: BADHANDLE }).process, BADHANDLE);
  assertThrows(() => readLog(kernel, { process: OTHER }), TargetError, "it has exited");
  assertThrows(() => readLog(kernel, { processId: 99 }), TargetError, "no process has that id");
});

Deno.test("KernelTarget reads user modules through the process's own page tables", () => {
  const kernel = target();
  assertEquals(kernel.modules().map(({ name }) => name), ["badhandle"]);
  assertEquals(kernel.modules({ process: OTHER }), []);
  assertEquals(kernel.memory({ process: BADHANDLE }).read(0x7ffd_f000n, 4).length, 4);
  assertEquals(kernel.memory({ process: OTHER }).read(0x7ffd_f000n, 4).length, 0);
});

Deno.test("KernelTarget distinguishes a process from an address without one", () => {
  assertEquals(target().process({ process: OTHER }).process, OTHER);
  assertThrows(() => target().process({ process: 0x8177_0000n }), ProcessError, "its memory is");
});

Deno.test("KernelTarget begins with the first process if none is given", () => {
  assertEquals(new KernelTarget(optionsOf(systemMemory())).defaultProcess, { process: OTHER });
  const empty = new KernelTarget(optionsOf(new SparseMemory(4)));
  assertThrows(() => empty.process(), TargetError, "Cannot find a process in test kernel");
});

Deno.test("KernelTarget says in one message that nothing can be found", () => {
  const empty = target(new SparseMemory(4));
  assertEquals(empty.processes(), []);
  assertThrows(() => readLog(empty), ProcessError, "its memory is missing");
});

Deno.test("KernelTarget turns missing kernel memory into a message about traces", () => {
  const kernel = target(systemMemory().drop(TABLE));
  assertThrows(
    () => readLog(kernel),
    TargetError,
    "Cannot read HANDLE_TABLE.DebugInfo at 0xe10ccf88: the memory is not there",
  );
});

Deno.test("KernelTarget lists no handles of a process that has exited", async () => {
  assertEquals(await target().handles({ process: OTHER }), []);
});

Deno.test("KernelTarget disposes of what it was given", () => {
  let disposed = 0;
  {
    using _kernel = new KernelTarget({ ...optionsOf(systemMemory()), dispose: () => disposed++ });
  }
  assertEquals(disposed, 1);
});
