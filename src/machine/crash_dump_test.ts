/** The machine's dumps are read by the code that reads every kernel dump; the two share no tables. */
import { assertEquals } from "@std/assert";
import { bytesSource } from "../byte_source.ts";
import { openKernelDump } from "../dump/kernel/kernel_dump.ts";
import { walkHandleTable } from "../nt/handle_table.ts";
import { findKernel, type Kernel } from "../nt/kernel.ts";
import { walkKernelModules, walkProcessModules } from "../nt/loader.ts";
import { ObjectTypes } from "../nt/object_types.ts";
import { walkProcesses } from "../nt/process.ts";
import { readTraceRing } from "../nt/trace_ring.ts";
import { readGuestImages } from "../targets/emulated.ts";
import { Machine } from "./machine.ts";

const TIME = new Date("2001-10-25T12:00:00.000Z");

/** A machine on which badhandle has run, and the kernel in its dump. */
async function dumped(
  ...args: string[]
): Promise<{ machine: Machine; kernel: Kernel; time?: Date }> {
  const options = { args, traceFromMain: true, debuggerPresent: false, server2003: false };
  const machine = new Machine(await readGuestImages(), options);
  machine.run();
  const dump = openKernelDump(bytesSource("guest.dmp", machine.crashDump(TIME)));
  if (dump.kind !== "memory") throw new TypeError("the dump has memory");
  assertEquals(dump.damage, []);
  const kernel = findKernel(dump.memory, {
    name: "guest.dmp",
    architecture: "x86",
    ...dump.header,
  });
  const time = dump.header.systemTime;
  return { machine, kernel, ...(time !== undefined && { time }) };
}

Deno.test("Machine.crashDump() is a dump of Windows XP with the guest's processes and modules", async () => {
  const { kernel, time } = await dumped();
  assertEquals(time, TIME);
  assertEquals(kernel.layouts.buildNumber, 2600);
  assertEquals(kernel.incomplete, []);
  const { processes, incomplete } = walkProcesses(kernel, kernel.psActiveProcessHead);
  assertEquals(incomplete, []);
  assertEquals(processes.map(({ imageName, traced }) => `${imageName} ${traced}`), [
    "System false",
    "badhandle.exe true",
    "htrace false",
  ]);
  const badhandle = processes[1]!;
  assertEquals(badhandle.process, 0x8140_0300n);
  const modules = [
    ...walkKernelModules(kernel, kernel.psLoadedModuleList).modules,
    ...walkProcessModules(kernel.addressSpace(badhandle.directoryTableBase), {
      native: badhandle.peb,
    }).modules,
  ];
  assertEquals(modules.map(({ name, pdb }) => `${name} ${pdb?.path.split("\\").at(-1)}`), [
    "ntoskrnl ntoskrnl.pdb",
    "badhandle badhandle.pdb",
    "ntdll ntdll.pdb",
    "KERNEL32 kernel32.pdb",
  ]);
});

Deno.test("Machine.crashDump() has the traces and the handles of the documented session", async () => {
  const { kernel } = await dumped();
  const process = walkProcesses(kernel, kernel.psActiveProcessHead).processes[1]!;
  const ring = readTraceRing(kernel, process);
  assertEquals(ring.walk, { parsed: 6, dumped: 5 });
  const leaking = (await dumped("leak", "3")).kernel;
  const leaky = walkProcesses(leaking, leaking.psActiveProcessHead).processes[1]!;
  const { handles, incomplete } = walkHandleTable(
    leaking,
    leaky.objectTable,
    new ObjectTypes(leaking, {}),
  );
  assertEquals(handles.length, leaky.handleCount);
  assertEquals([...new Set(handles.map(({ type }) => type))].sort(), ["Event", "Semaphore"]);
  assertEquals(incomplete, []);
});
