import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { UsageError } from "../error.ts";
import { parseRva, parseRvas } from "./_rvas.ts";

async function* pieces(...texts: string[]): AsyncGenerator<string> {
  yield* texts;
}

Deno.test("parseRvas() yields complete lines as they arrive, however they are split", async () => {
  const batches = await Array.fromAsync(parseRvas(pieces("0x10\n2", "0\r\n\n0x", "3", "0\n40")));
  assertEquals(batches, [[0x10], [20], [0x30], [40]]);
});

Deno.test("parseRva() quotes only as much of a long line as identifies it", () => {
  const error = assertThrows(() => parseRva("x".repeat(1000)), UsageError);
  assertEquals(
    error.message,
    `Cannot read RVA "${
      "x".repeat(40)
    }…": it is not a number; write it decimal, or in hex with "0x"`,
  );
});

Deno.test("parseRvas() yields the lines before a bad one", async () => {
  const seen: number[][] = [];
  await assertRejects(
    async () => {
      for await (const batch of parseRvas(pieces("1\n2\nthree\n4\n"))) seen.push(batch);
    },
    UsageError,
    'Cannot read RVA "three"',
  );
  assertEquals(seen, [[1, 2]]);
});
