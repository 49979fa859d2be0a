import { assertEquals, assertStrictEquals } from "@std/assert";
import type { Frame } from "../frame.ts";
import { withReadableNames } from "./itanium_names.ts";

const frame: Frame = {
  address: 0x1010n,
  module: { name: "app" },
  symbol: "_ZN2ns1C1fEi",
  displacement: 0x10,
  inlined: [{ symbol: "_ZNSt6vectorIiSaIiEE4sizeEv", line: 7 }, { symbol: "main" }],
  alsoNamed: ["_Z1gIiEvT_", "h"],
};

Deno.test("withReadableNames() reads names of the Itanium ABI wherever a frame has one", async () => {
  assertEquals(await withReadableNames([frame]), [{
    ...frame,
    symbol: "ns::C::f",
    inlined: [{ symbol: "std::vector<int, std::allocator<int> >::size", line: 7 }, {
      symbol: "main",
    }],
    alsoNamed: ["g<int>", "h"],
  }]);
  const [full] = await withReadableNames([frame], { fullNames: true });
  assertEquals([full?.symbol, full?.alsoNamed], ["ns::C::f(int)", ["void g<int>(int)", "h"]]);
});

Deno.test("withReadableNames() lists each name of a function once", async () => {
  const [named] = await withReadableNames([
    { ...frame, symbol: "ns::C::f", alsoNamed: ["_ZN2ns1C1fEi"] },
  ]);
  assertEquals([named?.symbol, named?.alsoNamed], ["ns::C::f", undefined]);
});

Deno.test("withReadableNames() leaves other names alone, and strips the underscore of a false one", async () => {
  const names = ["main", "?f@@YAXXZ", "$s4main1fyyF", "main.main", "_D4core6memoryFZv", undefined];
  const others = names.map((symbol): Frame => ({ address: 1n, ...(symbol && { symbol }) }));
  assertStrictEquals(await withReadableNames(others), others);
  const [broken] = await withReadableNames([{ address: 1n, symbol: "_ZStrange" }]);
  assertEquals(broken?.symbol, "ZStrange");
});
