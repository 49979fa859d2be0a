import { assertEquals } from "@std/assert";
import { linesOf } from "./standard_input.ts";

async function* arriving(...texts: string[]): AsyncGenerator<string> {
  for (const text of texts) yield await Promise.resolve(text);
}

Deno.test("linesOf() joins what arrives in pieces, and accepts Windows line ends, too", async () => {
  const lines = linesOf(arriving("a", "b\nc\r\n", "", "\nd\n", "e"));
  assertEquals(await Array.fromAsync(lines), ["ab", "c", "", "d", "e"]);
});

Deno.test("linesOf() yields no empty line after the end of the last one", async () => {
  assertEquals(await Array.fromAsync(linesOf(arriving("a\n"))), ["a"]);
  assertEquals(await Array.fromAsync(linesOf(arriving(""))), []);
});
