import { assertEquals } from "@std/assert";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { bytesSource } from "../byte_source.ts";
import type { Module } from "../module.ts";
import { imageFileIdentity } from "../symbols/symbol_identity.ts";
import { FakeTarget } from "../target_fixture.ts";
import { type ModuleSearch, searchJson, searchSymbols, searchText } from "./symbol_search.ts";

const KERNEL32 = fileURLToPath(new URL("../../testdata/guest/kernel32.dll", import.meta.url));
const PDB = join(dirname(KERNEL32), "kernel32.pdb");

const FOUND: Module = {
  name: "kernel32",
  path: KERNEL32,
  base: 0x77dd_0000n,
  ...imageFileIdentity(bytesSource("kernel32.dll", Deno.readFileSync(KERNEL32))),
};
const LOST: Module = { name: "lost", path: "/nowhere/lost.dll", base: 0x1000_0000n, size: 0x1000 };

async function searched(modules: Module[], own?: Module): Promise<ModuleSearch[]> {
  const target = Object.assign(new FakeTarget(), {
    loaded: modules,
    symbolFiles: (module: Module) =>
      module === own ? { pdb: bytesSource("own.pdb", Deno.readFileSync(PDB)) } : undefined,
  });
  return await Array.fromAsync(searchSymbols(target, { path: "/nowhere/symbols", offline: true }));
}

Deno.test("searchSymbols() finds a PDB beside its image and says where", async () => {
  const [found] = await searched([FOUND]);
  assertEquals(searchText(found!, 4), `77dd0000  kernel32         pdb      ${PDB}`);
});

Deno.test("searchSymbols() prefers what the target supplies", async () => {
  const [found] = await searched([FOUND], FOUND);
  assertEquals(
    searchText(found!, 4),
    "77dd0000  kernel32         pdb      own.pdb, brought along by the target",
  );
});

Deno.test("searchSymbols() says why there are no symbols, lowest module first", async () => {
  const [lost, found] = await searched([FOUND, LOST]);
  assertEquals([found?.status.kind, lost?.origin], ["pdb", undefined]);
  assertEquals(
    searchText(lost!, 8),
    [
      "0000000010000000  lost             none",
      "    which PDB belongs to it is not known, because its image was not found",
      "    /nowhere/lost.dll: not there",
    ].join("\n"),
  );
});

Deno.test("searchSymbols() reports one of the target's own PDBs that is damaged", async () => {
  const target = Object.assign(new FakeTarget(), {
    loaded: [LOST],
    symbolFiles: () => ({ pdb: bytesSource("own.pdb", new Uint8Array(5000)) }),
  });
  const [search] = await Array.fromAsync(searchSymbols(target, {}));
  assertEquals(search?.notes, ["Cannot read symbols from own.pdb: it is not a PDB 7.0 file"]);
});

Deno.test("searchJson() is one object with every location that was searched in vain", async () => {
  const [lost] = await searched([LOST]);
  assertEquals(JSON.parse(searchJson(lost!)), {
    module: "lost",
    base: "0x10000000",
    path: "/nowhere/lost.dll",
    kind: "none",
    notes: ["which PDB belongs to it is not known, because its image was not found"],
    missing: ["/nowhere/lost.dll"],
  });
});
