/** Shell completions: what the program proposes, and the scripts that ask it. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { runCli } from "./cli_fixture.ts";

async function propose(...words: string[]): Promise<string[]> {
  const { code, stdout } = await runCli("completions", "propose", "--", ...words);
  assertEquals(code, 0);
  return stdout.split("\n").slice(0, -1);
}

Deno.test("completions proposes verbs, flags and targets", async () => {
  assertEquals(await propose("dis"), ["disable"]);
  assertEquals(await propose("show", "emulated:"), ["emulated:2003", "emulated:kernel"]);
  assertEquals(await propose("diff", "emulated", "--ha"), ["--handles"]);
  assertEquals(await propose("completions", "z"), ["zsh"]);
  assertEquals(await propose("show", "no-such"), []);
});

for (const shell of ["bash", "zsh", "powershell"]) {
  Deno.test(`completions ${shell} prints a script that asks the program`, async () => {
    const { code, stdout } = await runCli("completions", shell);
    assertEquals(code, 0);
    assertStringIncludes(stdout, "htrace completions propose -- ");
  });
}

Deno.test("completions knows no other shell", async () => {
  const { code, stderr } = await runCli("completions", "fish");
  assertEquals(code, 2);
  assertStringIncludes(stderr, 'there is no script for "fish": give bash, zsh, powershell');
});

/** Sources the script and completes a line as bash does, which divides words at colons. */
const COMPLETE = `htrace() { "$DENO" run -A --quiet "$CLI" "$@"; }
source <(htrace completions bash)
for COMP_LINE; do
  COMP_POINT=\${#COMP_LINE}
  COMP_WORDS=(\${COMP_LINE//:/ : })
  [[ $COMP_LINE == *' ' ]] && COMP_WORDS+=('')
  COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
  _htrace
  echo "\${#COMPREPLY[@]}: \${COMPREPLY[*]}"
done`;

Deno.test({
  name: "the bash script completes words, also behind a colon, and leaves files to bash",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const { stdout, stderr } = await new Deno.Command("bash", {
      args: ["-c", COMPLETE, "bash", "htrace dis", "htrace show emulated:k", "htrace show x.ht"],
      env: { DENO: Deno.execPath(), CLI: new URL("cli.ts", import.meta.url).href },
    }).output();
    assertEquals(
      new TextDecoder().decode(stdout),
      "1: disable\n1: kernel\n0: \n",
      new TextDecoder().decode(stderr),
    );
  },
});
