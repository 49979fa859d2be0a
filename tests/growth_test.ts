/**
 * Growth from end to end: several recordings of one process are steps in time, marks are steps of a program. The
 * recordings are made while badhandle runs on the emulated machine: it leaks an event in each iteration of `loop`.
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { runCli } from "../src/cli_fixture.ts";
import { withFolder } from "../src/folder_fixture.ts";
import { convert } from "../src/library/convert.ts";
import { record } from "../src/library/record.ts";
import { Session } from "../src/session.ts";
import { symbolSource } from "../src/symbols/path/mod.ts";
import { launchProgram } from "../src/targets/mod.ts";

const LOGS = decodeURIComponent(new URL("../testdata/logs/", import.meta.url).pathname);

/**
 * Saves a file at given marks of `loop`, where the warm-up is 0; `save` makes it from the running program. Returns
 * paths.
 */
async function savedAtMarks(
  folder: string,
  extension: string,
  save: (session: Session, path: string) => Promise<unknown>,
  marks: readonly number[] = [0, 1, 2, 3],
): Promise<string[]> {
  const command = ["loop", String(marks.at(-1))];
  using program = await launchProgram(command, "emulated:2003", { slots: 300 });
  using session = new Session(program.target, { symbols: symbolSource({ offline: true }) });
  const paths: string[] = [];
  let mark = 0;
  await program.runToExit(async () => {
    if (!marks.includes(mark++)) return;
    const path = `${folder}/${paths.length}.${extension}`;
    paths.push(path);
    await save(session, path);
    await pass();
  });
  return paths;
}

/** Lets a millisecond pass, so that no two readings have the same time. */
async function pass(): Promise<void> {
  const now = Date.now();
  while (Date.now() === now) await new Promise((resolve) => setTimeout(resolve, 1));
}

/** The series and delta of the groups in a JSON report, by who opened. */
function growthOf(json: string): Record<string, { series: number[]; delta: number }> {
  const { groups, stacks } = JSON.parse(json);
  return Object.fromEntries(
    groups.map(({ stack, series, delta, suspect }: {
      stack: number;
      series: number[];
      delta: number;
      suspect?: { symbol?: string };
    }) => {
      const names = stacks[stack].map(({ symbol }: { symbol?: string }) => symbol);
      const caller = names[names.indexOf("loop") - 1];
      const isTransient = names.includes("open_and_close");
      const who = suspect === undefined ? "system" : isTransient ? "transient" : caller;
      return [who, { series, delta }];
    }),
  );
}

Deno.test("report of several recordings shows each stack's growth from one to the next", () =>
  withFolder(async (folder) => {
    const paths = await savedAtMarks(folder, "htrace", (session, path) => record(session, path));
    const { stdout } = await runCli("report", ...paths, "--json");
    // It compares with the last but one: stacks that opened nothing since are not listed.
    assertEquals(growthOf(stdout), {
      leak: { series: [0, 1, 2], delta: 1 },
      transient: { series: [0, 0, 0], delta: 0 },
    });
    assertEquals(JSON.parse(stdout).snapshots.length, 3);
    // The order in which they are given does not matter: the time counts.
    const shuffled = await runCli("report", paths[2]!, paths[0]!, paths[3]!, paths[1]!, "--json");
    assertEquals(growthOf(shuffled.stdout), growthOf(stdout));
  }));

Deno.test("text reports show the series, and the gate says by how much a stack grows", () =>
  withFolder(async (folder) => {
    const paths = await savedAtMarks(folder, "htrace", (session, path) => record(session, path));
    const summary = await runCli("report", ...paths, "--fail-on-growth");
    assertEquals(summary.code, 1);
    assertStringIncludes(
      summary.stdout,
      "the number rose at every snapshot, by 1 on average (0, 1, 2, 3).",
    );
    assertStringIncludes(summary.stdout, "  0 1 2 3  ");
    assertStringIncludes(
      summary.stderr,
      "htrace: badhandle!open_event (badhandle.c:25) grew at each of 3 readings after the warm-up, " +
        "by 1 handle an iteration (0, 1, 2, 3)\n",
    );
    const groups = await runCli("report", ...paths, "--format", "groups");
    assertStringIncludes(
      groups.stdout,
      "\nOutstanding at snapshots and now = 0x0, 0x1, 0x2, 0x3\n",
    );
    const csv = await runCli("report", ...paths, "--format", "csv");
    assertStringIncludes(csv.stdout, ",delta,series,");
    assertStringIncludes(csv.stdout, ",1,0 1 2,");
    const two = await runCli("report", ...paths.slice(2), "--fail-on-growth");
    assertEquals(two.code, 1);
    assertStringIncludes(
      two.stderr,
      "htrace: growth cannot be judged: there are 2 readings, and 3 are needed, the warm-up " +
        "included; give more of them\n",
    );
  }));

Deno.test("minidumps of one process are steps in time, too", () =>
  withFolder(async (folder) => {
    const paths = await savedAtMarks(folder, "dmp", (session, path) => convert(session, path));
    const { stdout } = await runCli("report", ...paths, "--json");
    const grown = JSON.parse(stdout).groups
      .filter(({ series, delta }: { series: number[]; delta: number }) => delta > 0 && series)
      .map(({ series }: { series: number[] }) => series);
    assertEquals(grown, [[0, 1, 2]]);
  }));

Deno.test("recordings of two processes are rejected in one line", () =>
  withFolder(async (folder) => {
    const [first] = await savedAtMarks(folder, "htrace", (session, path) => record(session, path));
    const other = `${folder}/kernel.htrace`;
    await runCli("record", "emulated:kernel", "-o", other);
    const { code, stdout, stderr } = await runCli("report", first!, other);
    assertEquals([code, stdout], [3, ""]);
    assertStringIncludes(stderr, "take one of the same process\n");
    assertEquals(stderr.trimEnd().split("\n").length, 1);
  }));

Deno.test("a ring that wraps between two readings is reported, and is not growth", () =>
  withFolder(async (folder) => {
    // 512 slots hold 170 iterations: those of the first marks are gone by the last.
    const marks = [10, 100, 200, 300, 350, 400];
    const paths = await savedAtMarks(
      folder,
      "htrace",
      (session, path) => record(session, path),
      marks,
    );
    const near = [100, 200, 300, 400].map((mark) => paths[marks.indexOf(mark)]!);
    const whole = await runCli("report", ...near, "--json");
    assertEquals(growthOf(whole.stdout)["leak"], { series: [100, 200, 300], delta: 100 });
    const far = [10, 300, 350, 400].map((mark) => paths[marks.indexOf(mark)]!);
    const parted = await runCli("report", ...far, "--json");
    // Anything older than the ring at mark 300 is unknown: growth begins there.
    const { series, delta } = growthOf(parted.stdout)["leak"]!;
    assertEquals([series.length, series[1]! - series[0]!, delta], [2, 50, 50]);
    assertStringIncludes(
      JSON.stringify(JSON.parse(parted.stdout).limits),
      "growth is measured from the later one on",
    );
  }));

Deno.test("handle lists, which have no traces, are steps by type and name", async () => {
  const lists = ["monday", "tuesday"].map((day) => `${LOGS}handles-${day}.txt`);
  const { code, stdout } = await runCli("report", ...lists);
  assertEquals(code, 0);
  assertStringIncludes(
    stdout,
    "Open handles over 2 readings: what changed, the most grown first\n" +
      "  +55  6 61  File C:\\orders\\journal\\today.jnl\n",
  );
});

Deno.test("a program's marks are snapshots in a run, in its recording and in every verb that runs it", () =>
  withFolder(async (folder) => {
    const path = `${folder}/run.htrace`;
    const marks = ["warmup", "iteration", "iteration #2"];
    const run = ["run", "--target", "emulated", "-o", path, "--", "loop", "2"];
    assertEquals((await runCli(...run)).code, 0);
    for (const words of [["report", path], ["report", "emulated", "--", "loop", "2"]]) {
      const { stdout } = await runCli(words[0]!, words[1]!, "--json", ...words.slice(2));
      assertEquals(
        JSON.parse(stdout).snapshots.map(({ name, mark }: { name: string; mark: boolean }) => {
          assertEquals(mark, true);
          return name;
        }),
        marks,
      );
      assertEquals(growthOf(stdout)["leak"], { series: [0, 1, 2], delta: 0 });
    }
    const prompt = await runCli(
      ...["debug", "emulated", "-c", "!htrace -enable; g; !htrace -diff iteration"],
      ...["--", "loop", "2"],
    );
    assertStringIncludes(prompt.stdout, 'Mark "iteration": snapshot taken.\n');
    assertStringIncludes(prompt.stdout, "Displayed 0x1 stack traces for outstanding handles");
  }));
