/** The Windows debugger engine compared with our own reading of the same process. */
import { assert, assertEquals } from "@std/assert";
import { temporaryFolder } from "../../src/folder_fixture.ts";
import { debuggingTools } from "../../src/library/selftest/bench.ts";
import { parseAnswer } from "../../src/reports/transcript_fixture.ts";
import { renderClassic } from "../../src/reports/classic.ts";
import { Session } from "../../src/session.ts";
import type { Target } from "../../src/target.ts";
import { debuggerEngine, openTarget } from "../../src/targets/mod.ts";
import { HandleHolder, tracingWindowsTest, windowsTest } from "../../src/win32/windows_fixture.ts";

const TOOLS = await debuggingTools();

/** Registers a test that needs the Debugging Tools for Windows, whose engine has `!htrace`. */
function debuggingToolsTest(name: string, test: () => Promise<void>): void {
  const title = `${name} [Debugging Tools]`;
  if (TOOLS !== undefined) tracingWindowsTest(title, test);
  else Deno.test({ name: title, ignore: true, fn: test });
}

/** Base and size of each module, by name. */
async function placesOf(target: Target): Promise<Record<string, string>> {
  return Object.fromEntries(
    (await target.modules()).map(({ name, base, size }) => [name.toLowerCase(), `${base}+${size}`]),
  );
}

windowsTest("the engine and htrace agree on a process's modules", async () => {
  await using holder = await HandleHolder.start();
  using ours = await openTarget(String(holder.processId));
  const places = await placesOf(ours);
  using engine = await openTarget(`dbgeng:${holder.processId}`);
  assertEquals(await placesOf(engine), places);
});

tracingWindowsTest("the engine opens a minidump, with the modules of the process", async () => {
  await using holder = await HandleHolder.start();
  using folder = temporaryFolder();
  const path = `${folder.path}\\holder.dmp`;
  let places: Record<string, string>;
  {
    using engine = await openTarget(`dbgeng:${holder.processId}`);
    debuggerEngine(engine)!.execute(`.dump /mh "${path}"`);
    places = await placesOf(engine);
  }
  using dump = await openTarget(`dbgeng:${path}`);
  assertEquals(dump.mode, "user");
  assertEquals(await placesOf(dump), places);
});

debuggingToolsTest("the engine's own !htrace shows the traces that htrace shows", async () => {
  await using holder = await HandleHolder.start();
  using session = new Session(await openTarget(String(holder.processId)));
  await session.enable();
  await holder.act();
  const ours = sayingsOf(renderClassic(await session.show()));
  assert(ours.length >= 3, "an open, and another one with its close");
  using engine = await openTarget(`dbgeng:${holder.processId}`);
  const native = debuggerEngine(engine)!.execute("!htrace");
  // The engine may have printed messages about symbols before the first separator.
  assertEquals(sayingsOf(native.slice(native.indexOf("-".repeat(38)))), ours);
});

/** What two debuggers must agree on, regardless of the symbols that each has. */
function sayingsOf(listing: string): unknown[] {
  return parseAnswer(listing).traces.map(({ frames, ...trace }) => ({
    ...trace,
    addresses: frames.map(({ address }) => address),
  }));
}
