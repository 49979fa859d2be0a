/** The executable in a poor environment: no other files, no network, no home, readers that leave, Ctrl-C. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { canRun } from "../../src/program_fixture.ts";
import { commandWords, Desk, EXECUTABLE, IS_EMULATED, ROOT } from "./_program.ts";

const IS_WINDOWS = Deno.build.os === "windows";
const EXAMPLE = Deno.readTextFileSync(`${ROOT}testdata/golden/documented-example.txt`);

/** A folder that nobody can create, not even the administrator. */
const READ_ONLY = Deno.build.os === "linux" ? "/proc/home" : "/System/home";

/** Registers a test that need not be repeated on an emulated processor. */
function nativeTest(name: string, test: () => Promise<void>, { ignore = false } = {}): void {
  Deno.test({ name, ignore: ignore || IS_EMULATED, fn: test });
}

nativeTest("the executable needs no other files", async () => {
  using desk = new Desk();
  const copy = `${desk.path}/htrace${IS_WINDOWS ? ".exe" : ""}`;
  await Deno.copyFile(EXECUTABLE!, copy);
  const { code, stdout } = await new Deno.Command(copy, {
    args: ["example"],
    cwd: desk.path,
    clearEnv: !IS_WINDOWS, // Windows' own libraries are found through it
  }).output();
  assertEquals([code, new TextDecoder().decode(stdout)], [0, EXAMPLE]);
}, { ignore: EXECUTABLE === undefined });

nativeTest("a read-only home does no harm", async () => {
  using desk = new Desk();
  const { code, stdout } = await desk.command(["example"], { env: { HOME: READ_ONLY } }).output();
  assertEquals([code, new TextDecoder().decode(stdout)], [0, EXAMPLE]);
}, { ignore: IS_WINDOWS });

nativeTest("symbols that cannot be stored in the home are reported in one line", async () => {
  using desk = new Desk();
  await Deno.copyFile(`${ROOT}testdata/guest/badhandle.exe`, `${desk.path}/badhandle.exe`);
  const pdb = await Deno.readFile(`${ROOT}testdata/guest/badhandle.pdb`);
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => new Response(pdb),
  );
  const path = `cache*;srv*http://127.0.0.1:${server.addr.port}`;
  const args = ["symbolize", "badhandle.exe", "0x1180", "--symbols", path];
  const { code, stderr } = await desk.command(args, { env: { HOME: READ_ONLY } }).output();
  assertEquals(code, 3);
  assertMatch(
    new TextDecoder().decode(stderr),
    /^htrace: Cannot [^\n]* cannot be kept: [^\n]*\n$/,
  );
  const kept = await desk.command(args).output(); // the same with a writable home
  assertStringIncludes(new TextDecoder().decode(kept.stdout), "badhandle!main ");
}, { ignore: IS_WINDOWS });

nativeTest("the executable needs no network [needs unshare, as root]", async () => {
  using desk = new Desk();
  const [program = "", ...words] = commandWords();
  for (const args of [["example"], ["diff", "emulated", "--group", "--", "leak", "3"]]) {
    const command = new Deno.Command("unshare", {
      args: ["--net", program, ...words, ...args],
      cwd: desk.path,
    });
    const { code, stdout, stderr } = await command.output();
    const here = await desk.run(args);
    const decoder = new TextDecoder();
    assertEquals({ code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) }, here);
  }
}, { ignore: !canRun("unshare", "--net", "true") });

nativeTest("a reader that goes away ends the program silently", async () => {
  using desk = new Desk();
  const child = desk.command(["show", "emulated:kernel"]).spawn();
  await child.stdout.cancel();
  const stderr = await new Response(child.stderr).text();
  assertEquals([(await child.status).code, stderr], [0, ""]);
}, { ignore: IS_WINDOWS });

nativeTest("Ctrl-C ends the emulated machine while it runs", async () => {
  using desk = new Desk();
  const program = ["--", "leak", "1000000"];
  const child = desk.command(["run", "--target", "emulated", ...program], {
    stdout: "null",
    stderr: "null",
  }).spawn();
  setTimeout(() => child.kill("SIGINT"), 1000); // it is running by then, and would for minutes
  const { signal, code } = await child.status;
  assert(signal === "SIGINT" || code === 130, `${signal} ${code}`);
}, { ignore: IS_WINDOWS });

nativeTest("Ctrl-C ends the prompt", async () => {
  using desk = new Desk();
  const child = desk.command(["debug", "emulated:kernel"], { stdin: "piped" }).spawn();
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  assertEquals(new TextDecoder().decode(value), "kd> ");
  child.kill("SIGINT");
  const { signal, code } = await child.status;
  assert(signal === "SIGINT" || code === 130, `${signal} ${code}`);
  await reader.cancel();
  await child.stderr.cancel();
  await child.stdin.close().catch(() => {}); // nobody reads it any more
}, { ignore: IS_WINDOWS });

/** Sources the script and completes lines like bash, which splits words at colons. */
const COMPLETE = `source <(htrace completions bash)
for COMP_LINE; do
  COMP_POINT=\${#COMP_LINE}
  COMP_WORDS=(\${COMP_LINE//:/ : })
  COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
  _htrace
  echo "\${COMPREPLY[*]}"
done`;

nativeTest("bash completes what htrace on the PATH proposes", async () => {
  using desk = new Desk();
  const words = commandWords().map((word) => `'${word}'`).join(" ");
  await Deno.writeTextFile(`${desk.path}/htrace`, `#!/bin/sh\nexec ${words} "$@"\n`, {
    mode: 0o755,
  });
  const { stdout, stderr } = await new Deno.Command("bash", {
    args: ["-c", COMPLETE, "bash", "htrace dis", "htrace show emulated:k"],
    env: { PATH: `${desk.path}:${Deno.env.get("PATH")}` },
  }).output();
  const decoder = new TextDecoder();
  assertEquals([decoder.decode(stdout), decoder.decode(stderr)], ["disable\nkernel\n", ""]);
}, { ignore: IS_WINDOWS });
