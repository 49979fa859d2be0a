/**
 * `lm`, `ln` and `x` on the emulated machine, whose modules have PDBs.
 *
 * @module
 */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Session } from "../session.ts";
import { fakeModule, FakeTarget } from "../target_fixture.ts";
import { openTarget } from "../targets/mod.ts";
import { runPrompt } from "./prompt.ts";

async function run(line: string): Promise<string> {
  using session = new Session(await openTarget("emulated", { args: [] }));
  return await runOn(session, line);
}

async function runOn(session: Session, line: string): Promise<string> {
  let text = "";
  await runPrompt(session, [line], (more) => text += more);
  return text;
}

function names(text: string): string[] {
  return text.trim().split("\n").map((line) => line.split(/\s+/, 3)[2] ?? "");
}

Deno.test("lm m lists the modules whose names match", async () => {
  assertEquals(names(await run("lm m bad*")), ["module", "badhandle"]);
  assertEquals(names(await run("lmm KERNEL?2")), ["module", "KERNEL32"]);
  assertEquals(await run("lm m none*"), "start    end        module name\n");
});

Deno.test("lmv m says what is known about an image, however the options are written", async () => {
  const text = await run("lmv m badhandle");
  assertEquals(
    text.replace(/\S+ \S+ \d+ [\d:]{8} \d{4} \([0-9A-F]{8}\)/, "TIME").replace(
      /[0-9A-F]{33}/,
      "ID",
    ),
    `start    end        module name
01000000 01004000   badhandle  (deferred)       C:\\badhandle\\badhandle.exe
    Image path: C:\\badhandle\\badhandle.exe
    Image name: badhandle.exe
    Timestamp:        TIME
    CheckSum:         00000000
    ImageSize:        00004000
    PDB:              ID badhandle.pdb
`,
  );
  for (const line of ["lmvm badhandle", "lm v m badhandle", "lm vm badhandle"]) {
    assertEquals(await run(line), text);
  }
});

Deno.test("lmv leaves out what a target does not have, and escapes names", async () => {
  const target = new FakeTarget();
  target.loaded = [fakeModule("app", 0x0100_0000n, "C:\\a\x1bb.exe")];
  using session = new Session(target);
  const text = await runOn(session, "lmv");
  assertStringIncludes(text, "    Image name: a\\u001bb.exe\n    ImageSize:        00010000\n");
  assertEquals(text.includes("CheckSum"), false);
});

Deno.test("lm says which options it does not support", async () => {
  assertMatch(await run("lm k"), /^Cannot list "k": [^\n]*\n$/);
  assertMatch(await run("lm m"), /^Cannot list modules: [^\n]*\n$/);
  assertMatch(await run("lm m a b"), /^Cannot list "b": [^\n]*\n$/);
});

Deno.test("x lists symbols by pattern, in every module that matches", async () => {
  assertEquals(
    await run("x badhandle!main*"),
    "01001180          badhandle!main\n010011de          badhandle!mainCRTStartup\n",
  );
  assertEquals(names(await run("x *!ntclose")).length, 1);
  assertStringIncludes(await run("x *!*Close*"), "KERNEL32!CloseHandle\n");
});

Deno.test("x says so if nothing has the name", async () => {
  assertMatch(await run("x badhandle!nothing"), /^Cannot find "badhandle!nothing": [^\n]*\n$/);
  assertMatch(await run("x nowhere!main"), /^Cannot find "nowhere!main": no module [^\n]*\n$/);
  for (const line of ["x", "x main", "x a!", "x !b", "x a!b c"]) {
    assertMatch(await run(line), /^Cannot run "x": [^\n]*\n$/);
  }
});

Deno.test("ln finds a symbol by name or by address", async () => {
  assertEquals(await run("ln badhandle!main"), await run("ln 1001180"));
  assertEquals(await run("ln BADHANDLE!Main"), await run("ln 1001180"));
  assertMatch(await run("ln badhandle!nothing"), /^Cannot find [^\n]*\n$/);
});

Deno.test("lmf and lmt show paths and times", async () => {
  assertStringIncludes(
    await run("lmf m bad*"),
    "\n01000000 01004000   badhandle  C:\\badhandle\\badhandle.exe\n",
  );
  assertMatch(
    await run("lm t m bad*"),
    /\n01000000 01004000 {3}badhandle {2}\w{3} \w{3} \d+ [\d:]{8} \d{4} \([0-9A-F]{8}\)\n/,
  );
});

Deno.test("the kernel is also called nt, as in debuggers", async () => {
  using session = new Session(await openTarget("emulated:kernel"));
  for (const line of ["ln nt!NtClose", "x nt!NtCl*se"]) {
    assertMatch(await runOn(session, line), /801e1ec4\S* +ntoskrnl!NtClose\n$/, line);
  }
  assertEquals(names(await runOn(session, "lm m nt")), ["module", "ntoskrnl"]);
  assertMatch(await runOn(session, ".reload /f /user nt"), /^80100000 801e8000 {3}ntoskrnl/);
});
