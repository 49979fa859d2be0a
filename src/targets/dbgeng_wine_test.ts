import { assert, assertEquals, assertRejects } from "@std/assert";
import { TargetError } from "../error.ts";
import { readExact } from "../memory.ts";
import { DebugEngineError } from "../win32/dbgeng_library.ts";
import { HandleHolder, windowsTest, wineTest } from "../win32/windows_fixture.ts";
import { openTarget } from "./mod.ts";

windowsTest("dbgeng:<pid> opens a process with its modules and memory", async () => {
  await using holder = await HandleHolder.start();
  using target = await openTarget(`dbgeng:${holder.processId}`);
  assertEquals([target.mode, target.pointerSize], ["user", 8]);
  const { processId, imageName } = target.identity;
  assertEquals([processId, imageName], [holder.processId, "handle_holder64.exe"]);
  const program = (await target.modules()).find(({ name }) => name === "handle_holder64");
  assert(program !== undefined);
  const header = readExact(target.memory!(), program!.base, 2, "the image");
  assertEquals(new TextDecoder().decode(header), "MZ");
});

windowsTest("dbgeng:<pid> says that the process has ended before it is opened", async () => {
  const holder = await HandleHolder.start();
  await holder[Symbol.asyncDispose]();
  const { processId } = holder;
  await assertRejects(
    () => openTarget(`dbgeng:${processId}`),
    TargetError,
    `Cannot open process ${processId}: there is no process of that id`,
  );
});

wineTest("dbgeng:<dump> says that Wine's engine opens no dumps", async () => {
  await assertRejects(
    () => openTarget("dbgeng:C:\\a.dmp"),
    DebugEngineError,
    'Cannot open "C:\\a.dmp" with the debugger engine: OpenDumpFileWide returned 0x80004001',
  );
});
