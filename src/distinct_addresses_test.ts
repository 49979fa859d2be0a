import { assertEquals } from "@std/assert";
import { distinctAddresses, joinAddresses, placeFinder } from "./distinct_addresses.ts";

Deno.test("placeFinder() finds each address of stacks in the list of the distinct ones", () => {
  const stacks = [[0x1_0000_0002n, 5n, 0xffff_ffff_ffff_ffffn], [], [5n, 0x2_0000_0001n]]
    .map((stack) => BigUint64Array.from(stack));
  const addresses = distinctAddresses(stacks);
  assertEquals([...addresses], [5n, 0x1_0000_0002n, 0x2_0000_0001n, 0xffff_ffff_ffff_ffffn]);
  assertEquals([...placeFinder(addresses)(joinAddresses(stacks))], [1, 0, 3, 0, 2]);
});
