import { assertEquals } from "@std/assert";
import { ListedStacks } from "../listed_stacks.ts";
import { NamedStacks } from "./named_stacks.ts";

Deno.test("stacks are named by batches, each with its different addresses once and in order", async () => {
  const count = 10_000;
  // Each stack has an address of its own, and one that all share.
  const table = new ListedStacks(
    BigUint64Array.from({ length: count * 2 }, (_, i) => i % 2 === 0 ? BigInt(i + 10) : 1n),
    Uint32Array.from({ length: count + 1 }, (_, i) => i * 2),
  );
  const asked: number[] = [];
  const stacks = new NamedStacks(table, (addresses) => {
    asked.push(addresses.length);
    return Promise.resolve(
      Array.from(addresses, (address) => address === 1n ? { address, symbol: "main" } : undefined),
    );
  }, {});
  await stacks.name(Array(count).keys());
  assertEquals(asked, [4097, 4097, 1809]);
  assertEquals(stacks.named.get(9999)?.frames, [
    { address: 20_008n },
    { address: 1n, symbol: "main" },
  ]);
});
