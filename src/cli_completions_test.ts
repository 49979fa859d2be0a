/** Shell completions: what the program proposes, and the scripts that call it. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { runCli } from "./cli_fixture.ts";
import { temporaryFolder } from "./folder_fixture.ts";
import { canRun } from "./program_fixture.ts";

async function propose(...words: string[]): Promise<string[]> {
  const { code, stdout } = await runCli("completions", "propose", "--", ...words);
  assertEquals(code, 0);
  return stdout.split("\n").slice(0, -1);
}

Deno.test("completions proposes verbs, flags and targets", async () => {
  assertEquals(await propose("dis"), ["disable"]);
  assertEquals(await propose("show", "emulated:"), ["emulated:2003", "emulated:kernel"]);
  assertEquals(await propose("diff", "emulated", "--ha"), ["--handles", "--handle"]);
  assertEquals(await propose("completions", "z"), ["zsh"]);
  assertEquals(await propose("show", "no-such"), []);
  assertEquals(await propose("run", "--target", "emulated", "--", "d"), [
    "double-close",
    "duplicate",
  ]);
  assertEquals(await propose("run", "--", "d"), []);
});

for (const shell of ["bash", "zsh", "fish", "powershell", "pwsh"]) {
  Deno.test(`completions ${shell} prints a script that asks the program`, async () => {
    const { code, stdout } = await runCli("completions", shell);
    assertEquals(code, 0);
    assertStringIncludes(stdout, "htrace completions propose -- ");
  });
}

Deno.test("completions rejects other shells", async () => {
  const { code, stderr } = await runCli("completions", "tcsh");
  assertEquals(code, 2);
  assertStringIncludes(stderr, 'there is no script for "tcsh"; give bash, zsh, fish, ');
});

/** Sources the script and completes a line like bash, which splits words at colons. */
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
  name: "the bash script completes words, even after a colon, and leaves files to bash",
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

/** Sources the script and asks fish itself for its completions. */
const FISH = `function htrace; "$DENO" run -A --quiet "$CLI" $argv; end
htrace completions fish | source
for line in $argv; echo (complete -C $line); end`;

Deno.test({
  name: "the fish script completes words, and leaves files to fish [needs fish]",
  ignore: !canRun("fish", "--version"),
  fn: async () => {
    using folder = temporaryFolder();
    await Deno.writeTextFile(`${folder.path}/x.htrace`, "");
    const lines = ["htrace dis", "htrace show emulated:", "htrace show x.ht"];
    const { stdout, stderr } = await new Deno.Command("fish", {
      args: ["-c", FISH, ...lines],
      cwd: folder.path,
      env: {
        DENO: Deno.execPath(),
        CLI: new URL("cli.ts", import.meta.url).href,
        HOME: folder.path,
        DENO_DIR: await denoFolder(),
      },
    }).output();
    assertEquals(
      new TextDecoder().decode(stdout),
      "disable\nemulated:2003 emulated:kernel\nx.htrace\n",
      new TextDecoder().decode(stderr),
    );
  },
});

/** Where Deno keeps packages; otherwise it would look for them in the test's home folder. */
async function denoFolder(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
  return JSON.parse(new TextDecoder().decode(stdout)).denoDir;
}
