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

Deno.test("run --fail-on-leak ends with 1 only for leaks, or with the given code", async () => {
  assertEquals((await runCli(...EMULATED, "--fail-on-leak", ...LEAK)).code, 1);
  const other = await runCli(...EMULATED, "--fail-on-leak", "--leak-code", "77", ...LEAK);
  assertEquals(other.code, 77);
  const clean = await runCli(...EMULATED, "--fail-on-leak", "--", "churn", "2");
  assertEquals([clean.code, clean.stdout], [0, ""]);
  assertStringIncludes(clean.stderr, "exit status 0x0 and leaked no handle\n");
});

Deno.test("run --fail-on-growth says which stack grows at every mark, and by how much", async () => {
  const grown = await runCli(...EMULATED, "--warmup", "1", "--fail-on-growth", "--", "loop", "3");
  assertEquals(grown.code, 1);
  assertStringIncludes(
    grown.stderr,
    "htrace: badhandle!open_event (badhandle.c:25) grew at each of 3 marks after the warm-up, " +
      "by 1 handle an iteration (0, 1, 2, 3)\n",
  );
  assertStringIncludes(grown.stdout, "\nOutstanding at marks = 0x0, 0x1, 0x2, 0x3\n");
  const other = ["--leak-code", "9", "--fail-on-growth", "--", "loop", "3"];
  assertEquals((await runCli(...EMULATED, ...other)).code, 9);
  const allowed = await runCli(...EMULATED, "--fail-on-growth", "1", "--", "loop", "3");
  assertEquals(allowed.code, 0, "one handle an iteration is allowed");
  const both = await runCli(
    ...[...EMULATED, "--fail-on-growth", "1", "--fail-on-leak", "--", "loop", "3"],
  );
  assertEquals(both.code, 1, "the gate for leaks is another one");
});

Deno.test("run --fail-on-growth judges more iterations than fit in the ring", async () => {
  const ring = ["run", "--target", "emulated:2003", "--slots", "128"];
  const { code, stderr } = await runCli(...ring, "--fail-on-growth", "--", "loop", "100");
  assertEquals(code, 1);
  assertStringIncludes(stderr, "grew at each of 100 marks after the warm-up, by 1 handle an it");
});

Deno.test("run --fail-on-growth fails if there are too few marks, and says what to do", async () => {
  const { code, stderr } = await runCli(...EMULATED, "--fail-on-growth", "--", "leak", "3");
  assertEquals(code, 1);
  assertStringIncludes(
    stderr,
    "htrace: growth cannot be judged: the program set 0 marks, and 3 are needed, the warm-up " +
      'included; have it call OutputDebugString("htrace:mark NAME") at the end of each iteration\n',
  );
  const alone = await runCli(...EMULATED, "--warmup", "2", "--", "loop", "3");
  assertEquals([alone.code, alone.stdout], [2, ""]);
  assertStringIncludes(alone.stderr, 'growth is not asked for; add "--fail-on-growth"');
  const wrong = await runCli(...EMULATED, "--fail-on-growth", "x", "--", "loop", "3");
  assertEquals(wrong.code, 2);
});

Deno.test("run --fail-on-growth ignores growth that is in the baseline", () =>
  withFolder(async (folder) => {
    const flags = [...EMULATED, "--fail-on-growth", "--baseline", `${folder}/known.txt`];
    const written = await runCli(...flags, "--update-baseline", "--", "loop", "3");
    assertEquals(written.code, 1, "the gate still decides");
    assertEquals((await runCli(...flags, "--", "loop", "3")).code, 0);
    assertEquals((await runCli(...flags, "--", "loop", "4")).code, 1, "one more than is known");
  }));

Deno.test("run says that there is no such scenario, and lists those there are", async () => {
  const { code, stderr } = await runCli(...EMULATED, "--fail-on-leak", "--", "no-such-scenario");
  assertEquals(code, 2);
  assertStringIncludes(stderr, "badhandle has no such scenario; give leak [n], double-close,");
});

Deno.test("run reads known leaks from a baseline, which it can also write", () =>
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
    assertEquals(written.code, 1, "the gate still decides");
    assertStringIncludes(
      await Deno.readTextFile(baseline),
      "\nbadhandle!mainCRTStartup;badhandle!main;badhandle!run_named;badhandle!leak;" +
        "badhandle!open_event 3\n",
    );
    assertEquals((await runCli(...flags, "--", "leak", "4")).code, 1, "one more than is known");
    const known = await runCli(...flags, "--", "leak", "2");
    assertEquals([known.code, known.stdout], [0, ""]);
    assertStringIncludes(known.stderr, "leaked no handle (beside 1 known stack)\n");
    const other = await runCli(...flags, "--", "duplicate");
    assertEquals(other.code, 1);
    assertStringIncludes(other.stderr, "leaked 1 handle from 1 stack\n");
    assertStringIncludes(other.stderr, `1 known leak of "${baseline}" did not occur: "badhandle!`);
  }));

Deno.test("run lists ten of the known leaks that did not occur, and counts the others", () =>
  withFolder(async (folder) => {
    const baseline = `${folder}/leaks.txt`;
    const keys = Array.from({ length: 1234 }, (_, index) => `app!main;app!open${index} 1\n`);
    await Deno.writeTextFile(baseline, `# htrace baseline 2\n${keys.join("")}`);
    const { stderr } = await runCli(...EMULATED, "--baseline", baseline, ...LEAK);
    assertStringIncludes(stderr, `1,234 known leaks of "${baseline}" did not occur: "app!main;`);
    assertStringIncludes(stderr, '"app!main;app!open9" and 1,224 more; --update-baseline ');
  }));

Deno.test("run --update-baseline leaves a file alone that is not a baseline", () =>
  withFolder(async (folder) => {
    const precious = `${folder}/notes.txt`;
    await Deno.writeTextFile(precious, "remember the milk\n");
    const flags = ["--baseline", precious, "--update-baseline"];
    const { code, stderr } = await runCli(...EMULATED, ...flags, ...LEAK);
    assertEquals(code, 2);
    assertStringIncludes(stderr, `Cannot read the baseline "${precious}": line 1 is not a stack`);
    assertEquals(await Deno.readTextFile(precious), "remember the milk\n");
  }));

Deno.test("run --json prints one object with the verdict and all traces", async () => {
  const { stdout } = await runCli(...EMULATED, "--json", ...LEAK);
  const { exitStatus, groups, traces, log } = JSON.parse(stdout);
  assertEquals(exitStatus, 0);
  const [leak] = groups.filter(({ suspectIs }: { suspectIs: string }) => suspectIs === "own");
  assertEquals([leak.outstanding, leak.suspectIs, leak.known], [3, "own", false]);
  assertEquals(traces.length, log.parsed);
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
  assertStringIncludes(await churn("128"), "traces are missing: the ring is full");
  assertEquals((await churn("1024")).includes("the ring is full"), false);
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
  Deno.test(`run --leak-code ${code} is bad usage: it could not signal a leak`, async () => {
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
      // Long enough for the run to have begun, which would take half a minute.
      setTimeout(() => child.kill("SIGINT"), 1000);
      assertEquals((await child.status).signal, "SIGINT");
    },
  });
}
