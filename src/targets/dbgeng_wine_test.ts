import { assert, assertEquals, assertRejects } from "@std/assert";
import { readExact } from "../memory.ts";
import { DebugEngineError } from "../win32/dbgeng_library.ts";
import { HandleHolder, windowsTest, wineTest } from "../win32/windows_fixture.ts";
import { openTarget } from "./mod.ts";

windowsTest("dbgeng:<pid> opens a process with its modules and memory", async () => {
  await using holder = await HandleHolder.start();
  using target = await openTarget(`dbgeng:${holder.processId}`);
  assertEquals([target.mode, target.pointerSize], ["user", 8]);
  const program = target.modules().find(({ name }) => name === "handle_holder64");
  assert(program !== undefined);
  const header = readExact(target.memory!(), program!.base, 2, "the image");
  assertEquals(new TextDecoder().decode(header), "MZ");
});

wineTest("dbgeng:<dump> says that Wine's engine opens no dumps", async () => {
  await assertRejects(
    () => openTarget("dbgeng:C:\\a.dmp"),
    DebugEngineError,
    'Cannot open "C:\\a.dmp" with the debugger engine: OpenDumpFileWide answered 0x80004001',
  );
});
