/** `htrace run` on the emulated machine: a program from its first instruction to its end. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { runCli } from "./cli_fixture.ts";
import { withFolder } from "./folder_fixture.ts";

const EMULATED = ["run", "--target", "emulated"];
const LEAK = ["--", "leak", "3"];

Deno.test("run lists what a program leaked, and passes its exit code on", async () => {
  const { code, stdout, stderr } = await runCli(...EMULATED, ...LEAK);
  assertEquals(code, 0);
  assertMatch(stdout, /^-+\nOpened = 0x3, Closed = 0x0, Outstanding = 0x3, .* - never closed\n/);
  assertStringIncludes(
    stdout,
    "Displayed 0x1 stacks that opened handles, 0x3 handles outstanding.",
  );
  assertEquals(
    stderr,
    "htrace: the program ended with exit status 0x0 and leaked 3 handles from 1 stack\n",
  );
});

Deno.test("run --fail-on-leak ends with 1 for leaks alone, or with the code that is given", async () => {
  assertEquals((await runCli(...EMULATED, "--fail-on-leak", ...LEAK)).code, 1);
  const other = await runCli(...EMULATED, "--fail-on-leak", "--leak-code", "77", ...LEAK);
  assertEquals(other.code, 77);
  const clean = await runCli(...EMULATED, "--fail-on-leak", "--", "churn", "2");
  assertEquals([clean.code, clean.stdout], [0, ""]);
  assertStringIncludes(clean.stderr, "exit status 0x0 and leaked no handle\n");
});

Deno.test("run passes on the exit code of a program that fails by itself", async () => {
  const { code, stderr } = await runCli(...EMULATED, "--fail-on-leak", "--", "no-such-scenario");
  assertEquals(code, 2);
  assertStringIncludes(stderr, "ended with exit status 0x2 and leaked no handle\n");
});

Deno.test("run takes known leaks from a baseline, which it can write", () =>
  withFolder(async (folder) => {
    const baseline = `${folder}/known.txt`;
    const flags = [...EMULATED, "--fail-on-leak", "--baseline", baseline];
    const missing = await runCli(...flags, ...LEAK);
    assertEquals(missing.code, 2);
    assertStringIncludes(
      missing.stderr,
      `Cannot read the baseline "${baseline}": there is no such`,
    );
    const written = await runCli(...flags, "--update-baseline", ...LEAK);
    assertEquals([written.code, written.stdout], [0, ""]);
    assertStringIncludes(
      await Deno.readTextFile(baseline),
      "\nbadhandle!mainCRTStartup;badhandle!main;badhandle!run_named;badhandle!leak;" +
        "badhandle!open_event\n",
    );
    const known = await runCli(...flags, "--", "leak", "5");
    assertEquals([known.code, known.stdout], [0, ""]);
    assertStringIncludes(known.stderr, "leaked no handle (beside 1 known stack)\n");
    const other = await runCli(...flags, "--", "duplicate");
    assertEquals(other.code, 1);
    assertStringIncludes(other.stderr, "leaked 1 handle from 1 stack\n");
  }));

Deno.test("run --update-baseline leaves a file alone that is no baseline", () =>
  withFolder(async (folder) => {
    const precious = `${folder}/notes.txt`;
    await Deno.writeTextFile(precious, "remember the milk\n");
    const flags = ["--baseline", precious, "--update-baseline"];
    const { code, stderr } = await runCli(...EMULATED, ...flags, ...LEAK);
    assertEquals(code, 2);
    assertStringIncludes(stderr, `Cannot read the baseline "${precious}": line 1 is no stack`);
    assertEquals(await Deno.readTextFile(precious), "remember the milk\n");
  }));

Deno.test("run --json prints one object with the verdict and all traces", async () => {
  const { stdout } = await runCli(...EMULATED, "--json", ...LEAK);
  const { exitStatus, leaks, knownLeaks, historyLost, analysis } = JSON.parse(stdout);
  assertEquals([exitStatus, knownLeaks, historyLost], [0, [], false]);
  assertEquals(leaks.map(({ outstanding }: { outstanding: number }) => outstanding), [3]);
  assertEquals(analysis.traces.length, analysis.parsed);
});

Deno.test("run -o saves the end of a program as a recording", () =>
  withFolder(async (folder) => {
    const file = `${folder}/end.htrace`;
    await runCli(...EMULATED, "-o", file, ...LEAK);
    const { stdout } = await runCli("diff", file, "--group");
    assertStringIncludes(stdout, "Opened = 0x3, Closed = 0x0, Outstanding = 0x3");
  }));

Deno.test("run says that the ring was too small for the program", async () => {
  const churn = async (slots: string): Promise<string> => {
    const flags = ["run", "--target", "emulated:2003", "--slots", slots];
    return (await runCli(...flags, "--", "churn", "100")).stderr;
  };
  assertStringIncludes(await churn("128"), "history was lost: the ring is full");
  assertEquals((await churn("1024")).includes("history was lost"), false);
});

for (
  const [args, found] of [
    [["run"], "Cannot run: there is no program"],
    [["run", "--update-baseline", "--", "x"], "Cannot update the baseline: no file is given"],
  ] as const
) {
  Deno.test(`${args.join(" ")} is bad usage`, async () => {
    const { code, stderr } = await runCli(...args);
    assertEquals(code, 2);
    assertStringIncludes(stderr, found);
  });
}

Deno.test({
  name: "run starts programs of this machine on Windows [elsewhere]",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const { code, stderr } = await runCli("run", "--", "program.exe");
    assertEquals(
      [code, stderr],
      [3, 'htrace: Cannot start "program.exe": this is not Windows; use the target "emulated"\n'],
    );
  },
});

for (const code of ["0", "256", "-1", "leak"]) {
  Deno.test(`run --leak-code ${code} is bad usage: it could not tell a leak`, async () => {
    const { code: ended, stderr } = await runCli("run", "--leak-code", code, "--", "x");
    assertEquals(ended, 2);
    assertMatch(stderr, /^htrace: [^\n]+ for leak-code: [^\n]+\n$/);
  });
}

for (
  const words of [
    ["run", "--target", "emulated", "--", "leak", "100000"],
    ["debug", "emulated", "-c", "g", "--", "leak", "100000"],
  ]
) {
  Deno.test({
    name: `Ctrl-C ends htrace ${words[0]} while the emulated machine runs`,
    ignore: Deno.build.os === "windows", // a process cannot send SIGINT to another there
    fn: async () => {
      const child = new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", new URL("cli.ts", import.meta.url).pathname, ...words],
        stdout: "null",
        stderr: "null",
      }).spawn();
      // Long enough for it to have begun, and the run would take half a minute.
      setTimeout(() => child.kill("SIGINT"), 1000);
      assertEquals((await child.status).signal, "SIGINT");
    },
  });
}
