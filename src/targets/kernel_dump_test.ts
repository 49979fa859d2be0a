/** Kernel dumps as targets; cli_kernel_dumps_test.ts tests more of them, by another writer. */
import { assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { runCli } from "../cli_fixture.ts";
import { sampleKernelDump, type SampleOptions } from "../dump/kernel/kernel_dump_fixture.ts";
import { EngineStackTable } from "../engine/stack_table.ts";
import { FormatError, TargetError } from "../error.ts";
import { withFolder } from "../folder_fixture.ts";
import { findLayouts } from "../nt/layouts.ts";
import type { Target } from "../target.ts";
import { listOf, readLog } from "../target_fixture.ts";
import { openTarget } from "./mod.ts";

const WIN11 = { layouts: findLayouts(22621, "x64"), mode: "x64", type: 6 } as const;

/** Opens the dump of a sample, and closes it afterwards. */
async function withDump(
  options: SampleOptions,
  test: (target: Target, path: string) => Promise<void> | void,
): Promise<void> {
  await withFolder(async (folder) => {
    const path = `${folder}/memory.dmp`;
    Deno.writeFileSync(path, sampleKernelDump(options));
    using target = await openTarget(path);
    await test(target, path);
  });
}

Deno.test("a kernel dump has its processes, and the traces, handles and modules of the traced one", () =>
  withDump(WIN11, async (target, path) => {
    assertEquals([target.kind, target.mode, target.name], ["kernel dump", "kernel", path]);
    const processes = await target.processes?.() ?? [];
    assertEquals(processes.map(({ imageName, traced }) => [imageName, traced]), [
      ["System", false],
      ["leaky.exe", true],
    ]);
    assertEquals(target.defaultProcess, { process: processes[1]!.process! });
    const log = readLog(target);
    assertEquals([log.count, log.slots, log.incomplete], [128, 128, undefined]);
    assertEquals(log.readAt, new Date("2024-09-06T01:56:33.756Z"));
    const handles = await target.handles?.() ?? [];
    assertEquals(handles.map(({ type, objectPath }) => [type, objectPath]), [
      ["Event", "\\BaseNamedObjects\\Ready"],
      ["Event", undefined],
    ]);
    assertEquals((await target.modules()).map(({ name }) => name), ["ntoskrnl", "leaky"]);
    assertEquals(await target.gaps?.(), []);
  }));

Deno.test("a process of a kernel dump that was not traced has no traces, and the log says why", () =>
  withDump(WIN11, async (target) => {
    using stacks = new EngineStackTable();
    const log = await target.readTraces(stacks, { processId: 4 });
    assertEquals(log.count, 0);
    assertMatch(
      log.incomplete ?? "",
      /^Cannot read the traces of process .* \(System\): it has exited/,
    );
  }));

Deno.test("a kernel dump in which no process was traced asks for one", () =>
  withDump({
    ...WIN11,
    // HANDLE_TABLE.DebugInfo
    change: ({ memory, objectTable }) => void memory.pointer(objectTable + 0x60n, 0),
  }, async (target) => {
    assertEquals(target.defaultProcess, undefined);
    assertThrows(() => readLog(target), TargetError, "handles of no process were traced; name one");
    // The kernel's modules and memory are available without one.
    assertEquals((await target.modules()).map(({ name }) => name), ["ntoskrnl"]);
    assertEquals(target.memory?.().read(0xffff_f800_02a0_0000n, 2), new Uint8Array([0x4d, 0x5a]));
    assertEquals((await target.handles?.({ processId: 1960 }))?.length, 2);
  }));

Deno.test("a kernel dump says what is missing from a process, and from the file", () =>
  withDump({
    ...WIN11,
    change: ({ memory, leaf, peb, root }) => void memory.drop(leaf).drop(peb, root),
  }, async (target) => {
    const gaps = await target.gaps?.({ processId: 1960 }) ?? [];
    assertEquals(gaps.map((gap) => gap.replace(/ at 0x\w+/, "")), [
      "its modules are missing: Cannot read PEB.Ldr: the memory is not there " +
      "(unavailable page: the page is not in the dump)",
      "its handles 0x0 to 0x3fc are missing (unavailable page: the page is not in the dump)",
    ]);
    assertEquals(await target.gaps?.({ processId: 4 }), []);
  }));

Deno.test("a dump without a kernel in it is rejected with the reason", () =>
  withFolder(async (folder) => {
    const path = `${folder}/cut.dmp`;
    const whole = sampleKernelDump(WIN11);
    Deno.writeFileSync(path, whole.subarray(0, 0x4000));
    await assertRejects(
      () => openTarget(path),
      TargetError,
      `Cannot find the kernel in "${path}": the file is cut short: it ends at 0x4000`,
    );
    Deno.writeFileSync(path, whole.subarray(0, 0x1800));
    await assertRejects(() => openTarget(path), FormatError, "too short for the 64-bit header");
  }));

Deno.test("two dumps of a system are compared by the process of the snapshot, wherever its EPROCESS is", () =>
  withDump(WIN11, (_target, before) =>
    withDump({ ...WIN11, seed: 2 }, async (_target, after) => {
      const run = async (...args: string[]) => (await runCli(...args)).stdout;
      const traces = `${before}.htrace`;
      await run("snapshot", before, "-o", traces);
      assertMatch(await run("diff", after, traces), /0x0 new stack traces since/);
      const handles = `${before}.handles.htrace`;
      await run("snapshot", before, "--handles", "--process", "leaky", "-o", handles);
      const unchanged = /^0 opened, 0 closed, 0 replaced, 2 kept/;
      assertMatch(await run("diff", after, handles), unchanged);
      assertMatch(await run("diff", "--handles", after, before), unchanged);
      const { stderr, code } = await runCli("diff", after, traces, "--process", "4");
      assertEquals([stderr, code], [
        `htrace: Cannot compare System (4) of ${after} with leaky.exe (1960) of ${before}: they are ` +
        `of different processes; take two lists of one\n`,
        3,
      ]);
    })));

Deno.test("a whole system cannot be written as a minidump", () =>
  withDump(WIN11, async (_target, path) => {
    const { stderr } = await runCli("convert", path, "-o", `${path}.mini.dmp`);
    assertMatch(stderr, /^htrace: Cannot write a minidump of .*: it is a kernel/);
  }));

Deno.test(".dump /f writes a dump that prints the documented session, names and all", () =>
  withFolder(async (folder) => {
    const path = `${folder}/guest.dmp`;
    const written = await runCli(
      "debug",
      "emulated:kernel",
      "-c",
      `.dump /f ${path}; .dump /f ${path}`,
    );
    assertMatch(
      written.stdout,
      /^Creating .*guest.dmp - full kernel dump\nDump successfully written\n/,
    );
    assertMatch(written.stdout, /there is a file of that name; add "\/o" to replace it/);
    const testdata = decodeURIComponent(new URL("../../testdata/", import.meta.url).pathname);
    const { stdout } = await runCli("show", path, "--symbols", `${testdata}guest`);
    assertEquals(stdout, Deno.readTextFileSync(`${testdata}golden/documented-example.txt`));
    using target = await openTarget(path);
    assertEquals(listOf(readLog(target)).length, 5);
    const rejected = await runCli("debug", path, "-c", `.dump /f ${folder}/again.dmp`);
    assertMatch(rejected.stdout, /its memory is not available; copy the dump/);
  }));
