import { assertEquals, assertMatch } from "@std/assert";
import { Session } from "../session.ts";
import { FakeTarget } from "../target_fixture.ts";
import { elsewhere } from "./elsewhere.ts";
import { COMMANDS } from "./mod.ts";
import { runPrompt } from "./prompt.ts";

// deno-fmt-ignore
const FOREIGN = [
  "k", "kb", "kp", "kn", "dt", "dv", "bp", "bu", "ba", "bl", "u", "uf", "dd", "db", "dq", "da", "dps", "r", "t", "p",
  "!analyze", "!locks", "!teb", "!peb", "~", "~*k", "~0s", ".ecxr", "!gflag", "!address", "!heap", ".load", ".srcpath",
  "ed", "!thread", ".attach", "|", ".formats", "vertarget", "version", ".help", ".hh", "sxe", ".foreach", "!gle", "!irp",
  "!findhandle", ".trap", ".reboot", "!running", "!ntsdexts.locks", "!ext.analyze",
];

for (const word of FOREIGN) {
  Deno.test(`"${word}" says in one line what to use instead`, async () => {
    using session = new Session(new FakeTarget());
    let text = "";
    await runPrompt(session, [`${word} 1; .echo on`], (more) => text += more);
    const [said, ...rest] = text.split("\n");
    assertMatch(said ?? "", /^Cannot run "[^"]+": [^;]+; .*"[^"]+".*$/);
    assertEquals(rest, ["on", ""]);
    assertEquals(said?.includes("no such command"), false);
  });
}

Deno.test("neither our commands nor words that no debugger knows are reported as elsewhere", () => {
  for (const { name } of COMMANDS) assertEquals(elsewhere(name), undefined, name);
  for (const word of ["frobnicate", "kill", "bad", "pt-x"]) {
    assertEquals(elsewhere(word), undefined);
  }
});
