import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../error.ts";
import { checkScenario, SCENARIOS } from "./scenarios.ts";

Deno.test("checkScenario() accepts each scenario, with and without its count", () => {
  checkScenario([]);
  for (const { name, takesCount } of SCENARIOS) {
    checkScenario([name]);
    if (takesCount) checkScenario([name, "3"]);
  }
});

Deno.test("checkScenario() says what badhandle would ignore", () => {
  const cases: [string[], string][] = [
    [["nonsense"], "badhandle has no such scenario; give leak [n], double-close,"],
    [["leak", "abc"], '"abc" is not a count; give a decimal number up to 4294967295'],
    [["leak", "-1"], '"-1" is not a count'],
    [["leak", "0x10"], '"0x10" is not a count'],
    [["leak", "4294967296"], "is not a count"],
    [["leak", "1", "2"], '"2": it is one argument too many; give "leak [n]"'],
    [["duplicate", "2"], '"2": it is one argument too many; give "duplicate"'],
  ];
  for (const [args, said] of cases) assertThrows(() => checkScenario(args), UsageError, said);
});

Deno.test("SCENARIOS are those of badhandle.c", async () => {
  const source = await Deno.readTextFile(
    new URL("../../badhandle/badhandle.c", import.meta.url),
  );
  const compared = Array.from(source.matchAll(/same\(name, "([^"]+)"\)/g), ([, name]) => name);
  assertEquals(SCENARIOS.map(({ name }) => name), compared);
});
