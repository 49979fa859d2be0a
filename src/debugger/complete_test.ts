import { assertEquals } from "@std/assert";
import { Session } from "../session.ts";
import { fakeModule, FakeTarget } from "../target_fixture.ts";
import { completeLine } from "./complete.ts";

async function complete(line: string, mode: "user" | "kernel" = "user"): Promise<string[]> {
  const target = new FakeTarget();
  target.mode = mode;
  target.tracing = true;
  target.open = [{ handle: 0x7d4 }, { handle: 0x7dc }, { handle: 4 }];
  target.loaded = [fakeModule("Orders", 0x100_0000n), fakeModule("bad\x1b[2J", 0x200_0000n)];
  target.list = [{ process: 0x8140_0300n, processId: 4, imageName: "System" }];
  using session = new Session(target);
  await session.snapshot("before");
  await session.snapshot();
  return [...(await completeLine(session, line)).proposals];
}

for (
  const [line, proposals] of [
    ["!h", ["!htrace", "!handle"]],
    ["lm; .sympa", [".sympath", ".sympath+"]],
    ["!htrace -d", ["-diff", "-disable"]],
    ["!htrace -diff b", ["before"]],
    ["!htrace -diff -names -", ["-group", "-names"]],
    ["!htrace 7d", ["7d4", "7dc"]],
    ["lm; !handle 7DC", ["7dc"]],
    ["lm m o", ["Orders"]],
    ["x ord", ["Orders!"]],
    ["lm m bad", []],
    [".echo o", []],
    ["!process 8", ["81400300"]],
    ["frobnicate ", []],
  ] as const
) {
  Deno.test(`completeLine() proposes ${proposals.join(", ") || "nothing"} for "${line}"`, async () => {
    assertEquals(await complete(line), proposals);
  });
}

Deno.test("completeLine() proposes only what exists in the mode", async () => {
  assertEquals(await complete("!htrace -", "kernel"), ["-group", "-names", "-?"]);
  assertEquals(await complete(".proc", "kernel"), [".process"]);
  assertEquals(await complete(".proc", "user"), []);
});

Deno.test("completeLine() returns the word being completed", async () => {
  using session = new Session(new FakeTarget());
  for (const [line, word] of [["lm; !ht", "!ht"], ["lm ", ""], ["", ""], ["lm;", ""]] as const) {
    assertEquals((await completeLine(session, line)).word, word, line);
  }
});

Deno.test("completeLine() proposes nothing if there are too many completions", async () => {
  const target = new FakeTarget();
  target.open = Array.from({ length: 300 }, (_, index) => ({ handle: index * 4 }));
  using session = new Session(target);
  assertEquals((await completeLine(session, "!handle ")).proposals, []);
  assertEquals((await completeLine(session, "!handle 4a")).proposals, ["4a0", "4a4", "4a8", "4ac"]);
});
