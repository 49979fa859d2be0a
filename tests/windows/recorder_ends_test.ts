/** How programs end with the recorder in them, and what happens if the recorder cannot work. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import type { Analysis } from "../../src/analysis.ts";
import { runCli } from "../../src/cli_fixture.ts";
import { EngineStackTable } from "../../src/engine/stack_table.ts";
import { TargetError } from "../../src/error.ts";
import { temporaryFolder } from "../../src/folder_fixture.ts";
import { launchProgram, openTarget } from "../../src/targets/mod.ts";
import {
  binaryPath,
  recorder32Test,
  recorderTest,
  wineTest,
} from "../../src/win32/windows_fixture.ts";
import { functionOf, record, tallies } from "./_recorder_testing.ts";

const STATUS_ACCESS_VIOLATION = 0xc000_0005;
const STATUS_STACK_BUFFER_OVERRUN = 0xc000_0409; // the exit status of __fastfail

for (const bits of [64, 32] as const) {
  const register = bits === 64 ? recorderTest : recorder32Test;
  const ends = binaryPath(`recorder\\ends${bits}.exe`);
  for (
    const [how, status] of [
      ["exit", 0],
      ["terminate", 7],
      ["crash", STATUS_ACCESS_VIOLATION],
      ["fail-fast", STATUS_STACK_BUFFER_OVERRUN],
    ] as const
  ) {
    register(`the log of a program that ends by ${how} is whole, ${bits} bits`, async () => {
      const { exitStatus, analysis } = await record([ends, how]);
      assertEquals(exitStatus, status);
      const { opened, closed } = tallies(analysis).get("open_three Event") ?? {};
      assertEquals([opened, closed], [3, 0]);
      assertEquals(analysis.log.incomplete, undefined);
      // If a program ends past all handlers, its handle table is not listed again.
      const isListed = analysis.log.notes?.includes("the handle table was not listed at the end");
      assertEquals(isListed, how === "fail-fast");
    });
  }
}

/** Waits until a log has a number of traces. */
async function untilTraces(path: string, count: number): Promise<void> {
  for (let tries = 0; tries < 400; tries++) {
    using target = await openTarget(path);
    using stacks = new EngineStackTable();
    if ((await target.readTraces(stacks)).count >= count) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`${path} has not ${count} traces`);
}

recorderTest(
  "a program that is killed leaves its log, which can also be read while it runs",
  async () => {
    using folder = temporaryFolder();
    const path = `${folder.path}\\waits.hrec`;
    const command = [binaryPath("recorder\\ends64.exe"), "wait"];
    using program = await launchProgram(command, undefined, { recorder: { log: path } });
    const ended = program.runToExit();
    await untilTraces(path, 3);

    using running = await openTarget(path);
    const processId = running.identity.processId!;
    assertEquals(running.identity.imageName, "ends64.exe");
    assert(running.control!.isEnabled());
    const handles = await running.handles!(); // as the system lists them now
    assertEquals(handles.filter(({ type }) => type === "Event").length, 3);
    using stacks = new EngineStackTable();
    const { notes = [] } = await running.readTraces(stacks);
    assertEquals(notes.filter((note) => note.includes("handle table")), []);

    Deno.kill(processId, "SIGKILL");
    await ended;
    const report = await runCli("report", path, "--offline");
    assertEquals(report.code, 0);
    assertStringIncludes(report.stdout, "open_three");
  },
);

recorderTest("stopping is a flag that the running program sees", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}\\stops.hrec`;
  const command = [binaryPath("recorder\\ends64.exe"), "wait"];
  using program = await launchProgram(command, undefined, { recorder: { log: path } });
  const ended = program.runToExit();
  await untilTraces(path, 3);
  assertEquals((await runCli("disable", path)).code, 0);
  using target = await openTarget(path);
  assert(!target.control!.isEnabled());
  const again = await runCli("enable", path);
  assertEquals(again.code, 3);
  assertStringIncludes(again.stderr, "it was stopped, and what happened since is not known");
  Deno.kill(target.identity.processId!, "SIGKILL");
  await ended;
});

/** Totals over a function's groups: opened, closed, outstanding. */
function totalsOf(analysis: Analysis, name: string): number[] {
  const totals = [0, 0, 0];
  for (const { stack, opened, closed, outstanding } of analysis.groups) {
    if (functionOf(analysis, stack) !== name) continue;
    [opened, closed, outstanding].forEach((count, place) => totals[place]! += count);
  }
  return totals;
}

recorderTest(
  "eight threads and 320,000 events: nothing is lost, and the log agrees with the handle table",
  async () => {
    const { exitStatus, analysis } = await record([binaryPath("recorder\\stress64.exe")]);
    assertEquals(exitStatus, 0);
    assertEquals(totalsOf(analysis, "open_event"), [160_000, 159_960, 40]);
    assertEquals(analysis.log.incomplete, undefined);
    assertEquals(
      analysis.log.notes?.filter((note) => !/calls are hooked|were open before/.test(note)),
      [],
    );
  },
);

recorder32Test(
  "eight threads and 320,000 events in a ring of 1,024: no handle is lost",
  async () => {
    const { analysis } = await record([binaryPath("recorder\\stress32.exe")], { slots: 1024 });
    assertEquals(totalsOf(analysis, "open_event"), [160_000, 159_960, 40]);
    // The ring, the open handles, and opens that the ring has lost but their closes report.
    assert(analysis.log.count <= 2 * 1024 + 40);
    const differences = analysis.log.notes?.filter((note) => /handle table|gone/.test(note));
    assertEquals(differences, []);
  },
);

recorderTest(
  "programs for another processor, and files that are not programs, are distinguished",
  async () => {
    for (const command of [["no such program.exe"], [binaryPath("badhandle64.pdb")]]) {
      await assertRejects(
        () => launchProgram(command, undefined, { recorder: {} }),
        Error,
        `Cannot start "${command[0]}": Windows could not run it`,
      );
    }
  },
);

recorderTest(
  "a log that cannot be written gives one line, and the program does not run",
  async () => {
    const { code, stdout, stderr } = await runCli(
      "run",
      "--recorder",
      "-o",
      "Z:\\no such folder\\x.hrec",
      "--",
      binaryPath("badhandle64.exe"),
    );
    assertEquals([code, stdout], [3, ""]);
    assertEquals(
      stderr,
      `htrace: Cannot record "${binaryPath("badhandle64.exe")}": its log ` +
        '"Z:\\no such folder\\x.hrec" cannot be written: there is no such file; make room or ' +
        "choose another place\n",
    );
  },
);

wineTest("a full disk gives one line, and the program does not run", async () => {
  // scripts/wine.sh mounts a file system of one megabyte there.
  const error = await assertRejects(
    () =>
      launchProgram([binaryPath("badhandle64.exe")], undefined, {
        recorder: { log: "Z:\\mnt\\full.hrec" },
      }),
    TargetError,
  );
  assertStringIncludes(error.message, "cannot be written: the disk is full");
});
