import { assertEquals } from "@std/assert";
import { matchesWildcards } from "./_wildcards.ts";

for (
  const [pattern, name, matches] of [
    ["main", "main", true],
    ["MAIN", "main", true],
    ["main", "mainCRTStartup", false],
    ["main*", "main", true],
    ["*close*", "_imp__CloseHandle", true],
    ["kern?l32", "KERNEL32", true],
    ["kern?l32", "kernl32", false],
    ["*", "", true],
    ["?", "", false],
    ["a*b*c", "a-b-b-c", true],
    ["a.c", "abc", false],
    ["[a]", "a", false],
    ["\\*", "\\x", true],
  ] as const
) {
  Deno.test(`matchesWildcards() ${matches ? "accepts" : "rejects"} "${name}" for "${pattern}"`, () => {
    assertEquals(matchesWildcards(name, pattern), matches);
  });
}

Deno.test("matchesWildcards() is fast for patterns that make regular expressions slow", () => {
  assertEquals(matchesWildcards("a".repeat(5000), `${"*a".repeat(50)}*b`), false);
});
