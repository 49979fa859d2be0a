import { assert, assertEquals } from "@std/assert";
import type { Module } from "../module.ts";
import { MAX_NAMED, ModuleSymbols } from "./module_symbols.ts";

/** Modules of a page each, one behind the other; `onRead` hears whenever the base of one is read. */
function pages(count: number, onRead = () => {}): Module[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `m${index}`,
    path: `C:\\m${index}.dll`,
    get base(): bigint {
      onRead();
      return BigInt(index) * 0x1000n;
    },
    size: 0x1000,
  }));
}

Deno.test("frames() looks at each of many modules a few times, however many addresses there are", async () => {
  let reads = 0;
  const modules = pages(2000, () => reads++);
  const addresses = BigUint64Array.from({ length: 20_000 }, (_, index) => BigInt(index) * 100n);
  using symbols = new ModuleSymbols(() => Promise.resolve({}));
  const frames = await symbols.frames(modules, addresses);
  assertEquals(frames.at(-1)?.module?.name, "m488");
  assert(symbols.withoutSymbols().length === 489);
  // Each address against each module would be 40,000,000.
  assert(reads < 2_000_000, `${reads} reads`);
});

Deno.test("frames() names so many addresses and counts the others, each once", async () => {
  const modules: Module[] = [{ name: "app", path: "app.exe", base: 0n, size: 0x7fff_ffff }];
  const addresses = BigUint64Array.from({ length: MAX_NAMED + 100 }, (_, index) => BigInt(index));
  using symbols = new ModuleSymbols(() => Promise.resolve({}));
  const frames = await symbols.frames(modules, addresses);
  assertEquals(frames.findIndex((frame) => frame === undefined), MAX_NAMED);
  await symbols.frames(modules, addresses.slice(-50));
  assertEquals(symbols.leftOut(), 100);
});
