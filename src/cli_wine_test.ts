/** The program itself on a live process, as a user runs it. */
import { assertEquals, assertMatch } from "@std/assert";
import { HandleHolder, windowsTest, wineTest } from "./win32/windows_fixture.ts";

/** Runs `htrace debug` on a process with commands; returns exit code and output. */
async function debug(holder: HandleHolder, commands: string): Promise<[number, string]> {
  const cli = new URL("cli.ts", import.meta.url).href;
  const args = ["run", "-A", "--no-check", cli, "debug", `${holder.processId}`, "-c", commands];
  const { code, stdout } = await new Deno.Command(Deno.execPath(), { args }).output();
  return [code, new TextDecoder().decode(stdout)];
}

windowsTest("htrace debug lists modules and handles of a live process, and ends", async () => {
  await using holder = await HandleHolder.start();
  const [code, text] = await debug(holder, "lm; !handle; q");
  assertEquals(code, 0);
  assertMatch(text, /handle_holder64 .*handle_holder64\.exe/);
  assertMatch(text, /Type\s+Event\n\s+Name\s+\S*\\htrace-holder-event\n/);
});

wineTest("htrace debug says that Wine has no handle tracing, and continues", async () => {
  await using holder = await HandleHolder.start();
  const [code, text] = await debug(holder, "!htrace -enable; lm; q");
  assertEquals(code, 0);
  assertMatch(text, /^Cannot enable tracing for process \d+: this system does not implement it/);
  assertMatch(text, /handle_holder64/);
});
