/** Programs launched under tracing, on Windows or Wine. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { TraceControlError } from "../target.ts";
import { traceAt, traceCount } from "../trace_log.ts";
import { Standin, STANDIN_PATH, standinTest } from "../win32/standin_fixture.ts";
import { binaryPath, tracingWindowsTest, wineTest } from "../win32/windows_fixture.ts";
import { launchLive } from "./live.ts";

const COMMAND = [binaryPath("badhandle64.exe"), "leak", "3"];

standinTest("a launched program is traced before it runs, and can be read at its end", async () => {
  using standin = new Standin();
  using program = launchLive(COMMAND, { library: STANDIN_PATH, slots: 300 });
  using target = program.target;
  const processId = Number(/process (\d+) /.exec(target.name)?.[1]);
  assertEquals(standin.slots(processId), 512);
  standin.record(processId, "open", 0x44, 1, [0x1000n]);
  assertEquals(await program.runToExit(), 0);
  assertEquals(traceAt(target.readTraces({}), 0).handle, 0x44);
});

tracingWindowsTest("a launched program has its leaks in its traces at its end", async () => {
  using program = launchLive(COMMAND);
  using target = program.target;
  assertEquals(await program.runToExit(), 0);
  const log = target.readTraces({});
  assert(traceCount(log) > 3);
  assertEquals(target.modules()[0]?.name, "badhandle64");
});

wineTest("a program is not run where it cannot be traced", () => {
  assertThrows(
    () => launchLive(COMMAND),
    TraceControlError,
    "this system does not implement it (0xC0000002); it takes Windows itself",
  );
});
