import { assert, assertEquals } from "@std/assert";
import { bytesSource, type SymbolFiles } from "../byte_source.ts";
import type { Module } from "../module.ts";
import { SHARED } from "../shared_fixture.ts";
import { listSymbols } from "./symbol_list.ts";
import { Symbolizer } from "./symbolizer.ts";

const GUEST = new URL("../../testdata/guest/", import.meta.url);

function guestFile(name: string): SymbolFiles["pdb"] {
  return bytesSource(name, Deno.readFileSync(new URL(name, GUEST)));
}

const MODULE: Module = {
  name: "badhandle",
  path: "badhandle.exe",
  base: 0x100_0000n,
  size: 0x4000,
};

Deno.test("listSymbols() finds every function of a PDB at its beginning, by address", () => {
  using symbolizer = new Symbolizer();
  symbolizer.addModule(MODULE, { pdb: guestFile("badhandle.pdb")! }, { force: true });
  const { frames, stoppedAt } = listSymbols(symbolizer, MODULE);
  assertEquals(stoppedAt, undefined);
  const addresses = frames.map(({ address }) => address);
  assertEquals(addresses, addresses.toSorted((a, b) => Number(a - b)));
  assertEquals(frames.find(({ symbol }) => symbol === "main")?.address, 0x100_1180n);

  // The plain way: name every address, and keep those where a symbol begins.
  const all = symbolizer.symbolizeRvas(
    MODULE,
    Uint32Array.from({ length: MODULE.size }, (_, i) => i),
  );
  const begins = all.filter(({ symbol, displacement }) => symbol && displacement === 0);
  assertEquals(
    frames.map(({ address, symbol }) => [address, symbol]),
    begins.map(({ address, symbol }) => [address, symbol]),
  );
});

Deno.test("listSymbols() lists the exports of an image that has no PDB", () => {
  using symbolizer = new Symbolizer();
  const module = { ...MODULE, name: "ntdll" };
  symbolizer.addModule(module, { image: guestFile("ntdll.dll")! });
  assert(listSymbols(symbolizer, module).frames.some(({ symbol }) => symbol === "NtClose"));
});

Deno.test("listSymbols() says where it stopped, and returns no names without a file", () => {
  using symbolizer = new Symbolizer();
  symbolizer.addModule(MODULE, { pdb: guestFile("badhandle.pdb")! }, { force: true });
  const { stoppedAt } = listSymbols(symbolizer, MODULE, 10);
  assert(stoppedAt !== undefined && stoppedAt > MODULE.base);
  const empty = { ...MODULE, base: 0x200_0000n };
  symbolizer.addModule(empty, {});
  assertEquals(listSymbols(symbolizer, empty), { frames: [] });
});

/** PDBs of many compilers, each in its own folder; none if the shared data are missing. */
function sharedPdbs(): URL[] {
  const folder = new URL("data/pdbs/", SHARED);
  try {
    return [...Deno.readDirSync(folder)].filter(({ isDirectory }) => isDirectory)
      .flatMap(({ name }) =>
        Array.from(Deno.readDirSync(new URL(`${name}/`, folder)), (file) => `${name}/${file.name}`)
      )
      .filter((name) => name.endsWith(".pdb"))
      .map((name) => new URL(name, folder));
  } catch {
    return [];
  }
}

const SHARED_PDBS = sharedPdbs();

Deno.test({
  name:
    "listSymbols() misses no symbol of the shared PDBs that an address is named by [shared data]",
  ignore: SHARED_PDBS.length === 0,
  fn: () => {
    for (const url of SHARED_PDBS) {
      using symbolizer = new Symbolizer();
      const module = { ...MODULE, size: 0x2_0000 };
      const pdb = bytesSource(url.pathname, Deno.readFileSync(url));
      symbolizer.addModule(module, { pdb }, { force: true });
      const all = symbolizer.symbolizeRvas(
        module,
        Uint32Array.from({ length: module.size }, (_, i) => i),
        { lines: false },
      );
      const begins = all.filter(({ symbol, displacement }) => symbol && displacement === 0);
      const { frames } = listSymbols(symbolizer, module);
      assertEquals(
        frames.map(({ address, symbol }) => [address, symbol]),
        begins.map(({ address, symbol }) => [address, symbol]),
        url.pathname,
      );
    }
  },
});
