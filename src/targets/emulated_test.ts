import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { readLog } from "../target_fixture.ts";
import { TargetError } from "../error.ts";

import { traceAt, type TraceLog } from "../trace_log.ts";
import { launchProgram, openTarget } from "./mod.ts";

/** The operations of a log, oldest first, as `open 7dc`. */
function operations(log: TraceLog): string[] {
  return Array.from({ length: log.count }, (_, index) => traceAt(log, index))
    .map(({ type, handle }) => `${type} ${handle.toString(16)}`)
    .reverse();
}

// What badhandle does by itself: Microsoft's documented !htrace session.
const DOCUMENTED = ["open 7dc", "close 7dc", "badref 7dc", "open 7cc", "close 7cc"];

Deno.test("emulated:kernel is stopped just before the end of badhandle, whose process is current", async () => {
  using target = await openTarget("emulated:kernel");
  assertEquals(target.mode, "kernel");
  const log = readLog(target);
  assertEquals(operations(log), DOCUMENTED);
  assertEquals(log.parsed, 6); // the blank slot 0 ends the walk
  assertEquals(target.defaultProcess, { process: 0x8140_0300n });
  assertEquals((await target.modules()).map(({ name }) => name), [
    "ntoskrnl",
    "badhandle",
    "ntdll",
    "KERNEL32",
  ]);
  assertEquals(
    (await target.processes?.())?.map(({ imageName }) => imageName),
    ["System", "badhandle.exe", "htrace"],
  );
});

Deno.test("emulated:kernel lets badhandle end, and then its object table is gone", async () => {
  using target = await openTarget("emulated:kernel");
  assertEquals(target.execution?.go(), { kind: "exited", exitStatus: 0 });
  assertThrows(() => readLog(target), TargetError, "its object table is gone");
});

Deno.test("emulated begins before badhandle's step, which a single go runs", async () => {
  using target = await openTarget("emulated");
  target.control?.enable();
  assertEquals(operations(readLog(target)), []);
  const stop = target.execution?.go();
  assertEquals(stop?.kind, "breakpoint");
  assertEquals(operations(readLog(target)), DOCUMENTED);
  assertEquals(target.execution?.go(), { kind: "exited", exitStatus: 0 });
  assertEquals(target.execution?.go(), { kind: "exited", exitStatus: 0 });
  assertThrows(() => readLog(target), TargetError, "the process has ended");
});

Deno.test("emulated passes its arguments to badhandle", async () => {
  using target = await openTarget("emulated", { args: ["leak", "2"] });
  target.control?.enable();
  target.execution?.go();
  const opened = operations(readLog(target))
    .filter((operation) => operation.startsWith("open"));
  const closed = operations(readLog(target))
    .filter((operation) => operation.startsWith("close"));
  assertEquals(opened.length - closed.length, 2);
});

Deno.test("emulated disables tracing as Windows XP does: not at all", async () => {
  using target = await openTarget("emulated");
  target.control?.enable();
  assertThrows(
    () => target.control?.disable(),
    TargetError,
    "only ending the process disables tracing",
  );
  assertThrows(() => target.control?.enable(200), TargetError, "leave the number out");
});

Deno.test("emulated:2003 accepts a number of slots and can disable tracing", async () => {
  using target = await openTarget("emulated:2003", { args: ["churn", "200"] });
  target.control?.enable(200);
  target.execution?.go();
  assertEquals(readLog(target).parsed, 256);
  target.control?.disable();
  assertThrows(() => readLog(target), TargetError, "tracing is not enabled");
});

Deno.test("emulated provides the image and the PDB of each of its modules", async () => {
  using target = await openTarget("emulated:kernel");
  for (const module of await target.modules()) {
    const files = await target.symbolFiles?.(module);
    assertEquals(files?.pdb?.name, `${module.name.toLowerCase()}.pdb`);
    assertEquals(new TextDecoder().decode(files?.image?.read(0, 2)), "MZ");
  }
  const stranger = { name: "other", path: "C:\\other.dll", base: 0n, size: 0 };
  assertEquals(await target.symbolFiles?.(stranger), undefined);
});

Deno.test("Both modes list the open handles with types and names", async () => {
  for (const form of ["emulated", "emulated:kernel"]) {
    using target = await openTarget(form);
    const handles = await target.handles?.() ?? [];
    assertEquals(handles.length, 11, form);
    const semaphores = handles.filter(({ type }) => type === "Semaphore");
    assertEquals(
      semaphores.map(({ objectName }) => objectName),
      ["\\BaseNamedObjects\\shell.{startup}"],
      form,
    );
  }
});

Deno.test("openTarget() names a target that it does not know", async () => {
  await assertRejects(
    () => openTarget("no such target"),
    TargetError,
    'Cannot open "no such target": there is no such file, nor another target of a known kind',
  );
});

Deno.test("launchProgram() traces badhandle from its first instruction to just before its end", async () => {
  using program = await launchProgram(["leak", "2"], "emulated");
  using target = program.target;
  assertEquals(operations(readLog(target)), []);
  assertEquals(await program.runToExit(), 0);
  const stepAlone = 2 * ["open", "open", "close"].length;
  assert(operations(readLog(target)).length > stepAlone, "its startup opens handles, too");
  assertEquals((await target.modules())[0]?.name, "badhandle");
});

Deno.test("launchProgram() gives the ring as many slots as requested, if the guest supports it", async () => {
  using program = await launchProgram([], "emulated:2003", { slots: 300 });
  assertEquals(readLog(program.target).slots, 512);
  await assertRejects(
    () => launchProgram([], "emulated", { slots: 300 }),
    TargetError,
    "this Windows always uses 0x1000",
  );
});

Deno.test("launchProgram() rejects targets that cannot start programs", async () => {
  await assertRejects(
    () => launchProgram([], "emulated:kernel"),
    TargetError,
    'Cannot start a program on "emulated:kernel": its program has run already',
  );
  await assertRejects(
    () => launchProgram([], "x.htrace"),
    TargetError,
    'Cannot start a program on "x.htrace": a recording starts none',
  );
});
