import { assert, assertEquals } from "@std/assert";
import { markName, MAX_MARK_LENGTH, unusedName } from "./mark.ts";

Deno.test("markName() returns the text after the prefix, without the line's end", () => {
  assertEquals(markName("htrace:mark iteration 7"), "iteration 7");
  assertEquals(markName("htrace:mark iteration 7\r\n\0"), "iteration 7");
  assertEquals(markName("htrace:mark  two blanks"), " two blanks");
});

Deno.test("markName() ignores other texts of the program", () => {
  const texts = ["", "hello", "htrace:mark", "htrace:mark ", "htrace:mark \n", " htrace:mark a"];
  for (const text of [...texts, "HTRACE:MARK a"]) assertEquals(markName(text), undefined, text);
});

Deno.test("markName() cuts a long text as the recorder does", () => {
  const name = markName(`htrace:mark ${"x".repeat(1000)}`);
  assertEquals(name?.length, MAX_MARK_LENGTH - "htrace:mark ".length);
});

Deno.test("unusedName() numbers a name from its second time on", () => {
  const taken = new Map<string, number>();
  for (let turn = 0; turn < 3; turn++) taken.set(unusedName("round", taken), turn);
  taken.set("other #2", 3);
  taken.set(unusedName("other", taken), 4);
  taken.set(unusedName("other", taken), 5);
  assertEquals([...taken.keys()], [
    "round",
    "round #2",
    "round #3",
    "other #2",
    "other",
    "other #3",
  ]);
});

Deno.test("unusedName() needs few look-ups for the number of a name that is used thousands of times", () => {
  let asked = 0;
  class Names extends Map<string, number> {
    override has(name: string): boolean {
      asked++;
      return super.has(name);
    }
  }
  const taken = new Names();
  for (let turn = 1; turn <= 20_000; turn++) taken.set(unusedName("round", taken), turn);
  assertEquals([taken.size, [...taken.keys()].at(-1)], [20_000, "round #20000"]);
  assert(asked < 20_000 * 40, `asked ${asked} times`);
});
