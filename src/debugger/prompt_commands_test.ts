import { assertEquals, assertMatch } from "@std/assert";
import { Session } from "../session.ts";
import { FakeTarget } from "../target_fixture.ts";
import { parseNumber } from "./_command.ts";
import { runPrompt, splitCommands } from "./prompt.ts";

async function run(...lines: string[]): Promise<string> {
  using session = new Session(new FakeTarget());
  let text = "";
  await runPrompt(session, lines, (more) => text += more);
  return text;
}

Deno.test("parseNumber() reads hexadecimal, 0n decimal and 0t octal numbers", () => {
  const cases: readonly (readonly [text: string, value: bigint])[] = [
    ["7dc", 0x7dcn],
    ["0x7DC", 0x7dcn],
    ["0n2012", 2012n],
    ["0N2012", 2012n],
    ["0t17", 0o17n],
    ["80000000`00001000", 0x8000_0000_0000_1000n],
  ];
  for (const [text, value] of cases) assertEquals(parseNumber(text, "number", 64), value, text);
});

Deno.test("splitCommands() drops comments: * to the end of the line, $$ to the semicolon", () => {
  assertEquals(splitCommands("* lm; g"), []);
  assertEquals(splitCommands("lm ; * list; them"), ["lm"]);
  assertEquals(splitCommands('$$ it isn"t; g; $$ more'), ["g"]);
  assertEquals(splitCommands("lm m bad*; x a!*"), ["lm m bad*", "x a!*"], "a wildcard is none");
});

Deno.test("splitCommands() leaves a symbol path whole", () => {
  assertEquals(splitCommands("lm; .sympath a;srv*b; c"), ["lm", ".sympath a;srv*b; c"]);
  assertEquals(splitCommands('.sympath+ "a;b"; lm'), ['.sympath+ "a;b"', "lm"]);
  assertEquals(splitCommands(".sympath; lm"), [".sympath", "lm"]);
  assertEquals(splitCommands(".sympath ; lm"), [".sympath", "lm"]);
});

Deno.test(".echo prints its text, including a semicolon between quotes", async () => {
  assertEquals(await run('.echo one two; .echo "a;b"; .echo'), "one two\na;b\n\n");
  assertEquals(await run(".echo a\x1b[31m"), "a\\u001b[31m\n");
});

Deno.test("qd ends the prompt like q", async () => {
  assertEquals(await run("qd; .echo no", ".echo no"), "");
  assertMatch(await run("qd now; .echo on"), /^Cannot quit with "now": [^\n]*\non\n$/);
});

for (const word of ["0n12a", "0t8", "0n", "zz", "0x"]) {
  Deno.test(`a handle "${word}" is reported as not a number`, async () => {
    assertMatch(
      await run(`!htrace ${word}`),
      /^Cannot read the handle "[^\n]*: it is not a number; /,
    );
  });
}

Deno.test("? shows a number in decimal and in hexadecimal, and evaluates nothing else", async () => {
  assertEquals(await run("? 0n2012; ? 7dc"), "Evaluate expression: 2012 = 000007dc\n".repeat(2));
  assertEquals(await run("? ffffffff"), "Evaluate expression: -1 = ffffffff\n");
  assertMatch(await run("? 1+1"), /^Cannot read the number "1\+1": it is not a number; /);
});

Deno.test("a command may be written with its debugger extension", async () => {
  assertEquals(await run("!ntsdexts.htrace -?"), await run("!htrace -?"));
  assertMatch(await run("!ext.nothing"), /^Cannot run "!ext.nothing": there is no such command/);
});
