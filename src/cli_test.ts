import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { runCli } from "./cli_fixture.ts";
import { VERBS } from "./commands/mod.ts";

for (
  const args of [
    ["frobnicate"],
    ["debug"],
    ["debug", "--frobnicate"],
    ["debug", "emulated", "second"],
    ["debug", "emulated", "-c"],
    ["debug", "emulated", "--native", "-c", "q"],
    ["example", "more"],
  ]
) {
  Deno.test(`htrace ${args.join(" ")} is bad usage: one line, exit code 2`, async () => {
    const { code, stdout, stderr } = await runCli(...args);
    assertEquals([code, stdout], [2, ""]);
    assertMatch(stderr, /^htrace: [^\n]+: [^\n]+\n$/);
  });
}

Deno.test("a name that is not a target ends with one line and exit code 3", async () => {
  const { code, stdout, stderr } = await runCli("debug", "no-such-target-anywhere", "-c", "q");
  assertEquals([code, stdout], [3, ""]);
  assertMatch(stderr, /^htrace: [^\n]+: [^\n]+\n$/);
});

Deno.test("--version prints the version of the package", async () => {
  const { code, stdout } = await runCli("--version");
  assertEquals(code, 0);
  assertMatch(stdout, /^\d+\.\d+\.\d+\n$/);
});

Deno.test("a mistyped verb gets the nearest one suggested", async () => {
  assertStringIncludes((await runCli("exampel")).stderr, "did you mean `example`?");
});

Deno.test("--help lists all verbs, and each verb's help has examples", async () => {
  const { code, stdout } = await runCli("--help");
  assertEquals(code, 0);
  for (const verb of Object.keys(VERBS)) {
    assertStringIncludes(stdout, verb);
    const help = await runCli(verb, "--help");
    assertEquals(help.code, 0);
    assertMatch(help.stdout, new RegExp(`Examples:\\n  htrace ${verb}`));
  }
});

Deno.test("usage lines fit a narrow terminal: the options are listed below them", async () => {
  for (const words of [[], ...Object.keys(VERBS).map((verb) => [verb])]) {
    const { stdout } = await runCli(...words, "--help");
    const usage = stdout.slice(0, stdout.indexOf("\n\n"));
    assertMatch(usage, /^USAGE\n(?:.{1,80}\n)+.{1,80}$/);
  }
});
