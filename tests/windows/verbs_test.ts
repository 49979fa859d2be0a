/** The verbs on live processes: one after the other, as in a script, each reopening the process. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { runCli } from "../../src/cli_fixture.ts";
import { temporaryFolder } from "../../src/folder_fixture.ts";
import { parseAnswer } from "../../src/reports/transcript_fixture.ts";
import {
  binaryPath,
  HandleHolder,
  tracingWindowsTest,
  windowsTest,
  wineTest,
} from "../../src/win32/windows_fixture.ts";

tracingWindowsTest("the verbs find the handle that a process leaves open", async () => {
  await using holder = await HandleHolder.start();
  using folder = temporaryFolder();
  const id = String(holder.processId);
  const before = `${folder.path}\\before.htrace`;
  const whole = `${folder.path}\\whole.htrace`;

  const enabled = await runCli("enable", id);
  assertEquals([enabled.code, enabled.stdout], [0, "Handle tracing enabled.\n"]);
  assertStringIncludes(enabled.stderr, "raises an exception in process");
  await holder.act(); // before the snapshot: not in the diff
  assertMatch((await runCli("snapshot", id, "-o", before)).stdout, /^Saved \d+ traces, /);
  await holder.act();

  const diff = await runCli("diff", id, before);
  assertEquals([diff.code, diff.stderr], [0, ""]);
  const { kind, traces } = parseAnswer(diff.stdout);
  assertEquals([kind, traces.map(({ type }) => type)], ["diff", ["open"]]);
  const { handle, processId, frames } = traces[0]!;
  assertEquals(processId, holder.processId);
  if (Deno.build.arch === "x86_64") { // elsewhere, frames of the emulation are between these
    assert(frames.some(({ symbol }) => /^(?:Nt|Zw)CreateEvent$/.test(symbol ?? "")), diff.stdout);
    assert(frames.some(({ module }) => module?.name === "handle_holder64"), diff.stdout);
  }
  const named = await runCli("diff", id, before, "--names");
  assertMatch(named.stdout, /\bEvent\b/);

  const shown = parseAnswer((await runCli("show", id, handle.toString(16))).stdout);
  // The value may have belonged to another object before.
  assertEquals(new Set(shown.traces.map((trace) => trace.handle)), new Set([handle]));
  assertEquals(shown.traces[0]?.type, "open");

  assertEquals((await runCli("record", id, before, "-o", whole)).code, 0);
  assertEquals((await runCli("disable", id)).stdout, "Handle tracing disabled.\n");
  const late = await runCli("show", id);
  assertEquals([late.code, late.stdout], [3, ""]);
  assertMatch(
    late.stderr,
    /^htrace: Cannot read the traces of process \d+: tracing is not enabled.*\n$/,
  );
  assertEquals(await runCli("diff", whole), diff, "the recording says the same");
});

tracingWindowsTest(
  "debug enables and shows tracing of a live process, and leaves it as it was",
  async () => {
    await using holder = await HandleHolder.start();
    const id = String(holder.processId);
    const { code, stdout } = await runCli("debug", id, "-c", "!htrace -enable; !htrace; q");
    assertEquals(code, 0);
    assertStringIncludes(stdout, "Handle tracing enabled.\n");
    assertStringIncludes(stdout, "Parsed 0x0 stack traces.\n");
    assertEquals((await runCli("show", id)).code, 3);
  },
);

/** The parts of `run --json` output that are checked. */
interface RunJson {
  readonly exitStatus: number;
  readonly leaks: readonly { readonly key: string; readonly outstanding: number }[];
}

tracingWindowsTest(
  "run distinguishes a leak from its absence and from the program's own failure",
  async () => {
    const run = (...args: string[]) =>
      runCli("run", "--fail-on-leak", "--json", "--", binaryPath("badhandle64.exe"), ...args);
    const leaking = await run("leak", "3");
    const { exitStatus, leaks }: RunJson = JSON.parse(leaking.stdout);
    assertEquals([leaking.code, exitStatus], [1, 0]);
    assertEquals(leaks.map(({ outstanding }) => outstanding), [3]);
    assertStringIncludes(leaks[0]!.key, "badhandle64!");
    assertMatch(leaking.stderr, /ended with exit status 0x0 and leaked 3 handles from 1 stack\n$/);

    assertEquals((await run("churn", "10")).code, 0);
    assertEquals((await run("no-such-scenario")).code, 2);
  },
);

tracingWindowsTest("run accepts the leaks of a baseline", async () => {
  using folder = temporaryFolder();
  const baseline = ["--baseline", `${folder.path}\\known.txt`];
  const program = ["--", binaryPath("badhandle64.exe"), "leak", "3"];
  assertEquals((await runCli("run", ...baseline, "--update-baseline", ...program)).code, 0);
  assertEquals((await runCli("run", "--fail-on-leak", ...baseline, ...program)).code, 0);
});

tracingWindowsTest("the verbs report a protected process in one line", async () => {
  const { code, stdout, stderr } = await runCli("enable", "4");
  assertEquals([code, stdout], [3, ""]);
  assertMatch(stderr, /^htrace: Cannot enable tracing for process 4: access denied.*\n$/);
});

windowsTest("handle lists are compared where there is no tracing", async () => {
  await using holder = await HandleHolder.start();
  using folder = temporaryFolder();
  const id = String(holder.processId);
  const before = `${folder.path}\\before.htrace`;
  assertMatch(
    (await runCli("snapshot", id, "--handles", "-o", before)).stdout,
    /, \d+ handles\.\n$/,
  );
  await holder.act();
  const { code, stdout } = await runCli("diff", id, before, "--handles");
  assertEquals(code, 0);
  assertMatch(stdout, /^1 opened, 0 closed, 0 replaced, \d+ kept\.\n/);
  // Not the new handle's value: under Wine a pending read has its own handle, which moves.
  assertMatch(stdout, /\nBy type:\n {2}Event: \d+ -> \d+\n/);
  assertStringIncludes(
    stdout,
    "Handle lists show neither stacks nor handles that were opened and closed in between: ",
  );
});

windowsTest("processes lists this machine's processes with their handle counts", async () => {
  await using holder = await HandleHolder.start();
  const { code, stdout } = await runCli("processes", "--json");
  const list: { processId: number; imageName: string; handleCount: number }[] = JSON.parse(stdout);
  const found = list.find(({ processId }) => processId === holder.processId);
  assertEquals([code, found?.imageName], [0, "handle_holder64.exe"]);
  assert(found!.handleCount >= 3);
});

windowsTest("a missing process is reported in one line", async () => {
  const { code, stdout, stderr } = await runCli("show", "2147483644");
  assertEquals([code, stdout], [3, ""]);
  assertMatch(
    stderr,
    /^htrace: Cannot open process 2147483644: there is no process of that id; .*\n$/,
  );
});

wineTest("the verbs say that Wine has no handle tracing", async () => {
  await using holder = await HandleHolder.start();
  const { code, stderr } = await runCli("enable", String(holder.processId));
  assertEquals(code, 3);
  assertMatch(stderr, /^htrace: Cannot enable tracing .* this system does not implement it.*\n$/);
});
