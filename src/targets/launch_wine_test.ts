/** Programs launched under tracing, on Windows or Wine. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { Session } from "../session.ts";
import { readLog } from "../target_fixture.ts";
import { TargetError } from "../error.ts";

import { traceAt } from "../trace_log.ts";
import { Standin, STANDIN_PATH, standinTest } from "../win32/standin_fixture.ts";
import {
  binaryPath,
  isWine,
  showDebugger,
  tracingWindowsTest,
  wineTest,
} from "../win32/windows_fixture.ts";
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
  assertEquals(traceAt(readLog(target), 0).handle, 0x44);
});

standinTest("a launched program's traces are read while it waits at a mark", async () => {
  using standin = new Standin();
  using program = launchLive([binaryPath("recorder/marks64.exe")], { library: STANDIN_PATH });
  using session = new Session(program.target);
  const processId = program.target.identity.processId!;
  if (isWine()) showDebugger(processId);
  let handle = 0x40;
  const exitStatus = await program.runToExit(async (name) => {
    standin.record(processId, "open", handle += 4, 1, [0x1000n]);
    await session.mark(name);
  });
  assertEquals(exitStatus, 0);
  const { groups, snapshots } = await session.show();
  assertEquals(snapshots.map(({ name }) => name), ["first", "second"]);
  assertEquals(groups.map(({ series, delta }) => [series, delta]), [[[1, 2], 0]]);
});

tracingWindowsTest("a launched program's leaks are in its traces at its end", async () => {
  using program = launchLive(COMMAND);
  using target = program.target;
  assertEquals(await program.runToExit(), 0);
  const log = readLog(target);
  assert(log.count > 3);
  assertEquals((await target.modules())[0]?.name, "badhandle64");
});

wineTest("a program that cannot be traced is not run", () => {
  assertThrows(
    () => launchLive(COMMAND),
    TargetError,
    "this system does not implement it (0xC0000002); it takes Windows itself",
  );
});
