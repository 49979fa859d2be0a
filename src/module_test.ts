import { assertEquals } from "@std/assert";
import { type Module, moduleFinder, moduleNameOf, overlapFinder } from "./module.ts";

function module(base: bigint, size: number): Module {
  return { name: `m${base}`, path: "", base, size };
}

Deno.test("moduleFinder() finds the module of an address, also where others have no place", () => {
  const [low, high] = [module(0x1000n, 0x1000), module(0x3000n, 0x1000)];
  const moduleAt = moduleFinder([high, low, module(0x1000n, 0)]);
  assertEquals(
    [0xfffn, 0x1000n, 0x1fffn, 0x2000n, 0x3fffn, 0x4000n].map((address) => moduleAt(address)),
    [undefined, low, low, undefined, high, undefined],
  );
});

Deno.test("overlapFinder() tells modules that share an address with one of others, which may be nested", () => {
  const overlaps = overlapFinder([module(0x1000n, 0x9000), module(0x2000n, 0x100)]);
  assertEquals(overlaps(module(0x800n, 0x800)), false);
  assertEquals(overlaps(module(0x800n, 0x801)), true);
  assertEquals(overlaps(module(0x5000n, 0x1000)), true);
  assertEquals(overlaps(module(0xa000n, 0x1000)), false);
  assertEquals(overlaps(module(0x5000n, 0)), false);
});

Deno.test("moduleNameOf() cuts a name that no file can have", () => {
  assertEquals(moduleNameOf("C:\\a\\app.core.exe"), "app.core");
  assertEquals(moduleNameOf(`C:\\${"x".repeat(30_000)}.dll`), "x".repeat(255));
});
