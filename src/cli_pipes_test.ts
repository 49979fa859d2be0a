/** Pipes that nobody reads any more: the text is lost, and nothing else changes. */
import { assertEquals, assertMatch } from "@std/assert";
import { fileURLToPath } from "node:url";

const CLI = fileURLToPath(new URL("cli.ts", import.meta.url));
const KERNEL32 = fileURLToPath(new URL("../testdata/guest/kernel32.dll", import.meta.url));

/** Runs a shell command line in which `htrace` is the program and writes its exit code to standard error. */
async function shell(line: string): Promise<{ stdout: string; stderr: string }> {
  const script =
    `htrace() { "${Deno.execPath()}" run -A --quiet "${CLI}" "$@"; echo "code $?" >&2; }; ${line}`;
  const output = await new Deno.Command("sh", { args: ["-c", script] }).output();
  const [stdout, stderr] = [output.stdout, output.stderr]
    .map((bytes) => new TextDecoder().decode(bytes));
  return { stdout: stdout ?? "", stderr: stderr ?? "" };
}

function pipeTest(name: string, test: () => Promise<void>): void {
  Deno.test({ name: `${name} [no Windows]`, ignore: Deno.build.os === "windows", fn: test });
}

pipeTest("a gate fails even if nobody reads the report", async () => {
  const { stderr } = await shell("htrace run --target emulated --fail-on-leak -- leak 1 | true");
  assertMatch(stderr, /^htrace: the program ended with [^\n]* leaked 1 handle[^\n]*\ncode 1\n$/);
});

pipeTest("a gate fails even if nobody reads its errors", async () => {
  const gate = `"${Deno.execPath()}" run -A --quiet "${CLI}" run --target emulated --fail-on-leak`;
  const { stdout } = await shell(
    `{ { ${gate} -- leak 1 2>&1; echo "code $?" >&3; } | true; } 3>&1`,
  );
  assertEquals(stdout, "code 1\n");
});

for (const words of ["--help", "example", "completions bash", "debug emulated -c 'lm; lm; lm'"]) {
  pipeTest(`htrace ${words} succeeds if nobody reads its output`, async () => {
    assertEquals((await shell(`htrace ${words} | true`)).stderr, "code 0\n");
  });
}

pipeTest("an error has its exit code if nobody reads the output", async () => {
  assertMatch((await shell("htrace show missing | true")).stderr, /^htrace: [^\n]*\ncode 3\n$/);
});

pipeTest("a prompt ends with its reader, regardless of further input", async () => {
  const { stdout, stderr } = await shell("yes lm | htrace debug emulated | head -3");
  assertMatch(stdout, /^0:000> lm\nstart [^\n]*\n[^\n]*\n$/);
  assertEquals(stderr, "code 0\n");
});

pipeTest("symbolize ends with its reader, regardless of further input", async () => {
  const { stderr } = await shell(`yes 0x1000 | htrace symbolize "${KERNEL32}" | head -2`);
  assertEquals(stderr, "code 0\n");
});
