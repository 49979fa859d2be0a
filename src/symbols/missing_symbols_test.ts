import { assertEquals } from "@std/assert";
import type { Frame } from "../frame.ts";
import type { Module } from "../module.ts";
import { modulesWithoutSymbols } from "./missing_symbols.ts";
import type { SymbolStatus } from "./symbolizer.ts";

function module(name: string, base: bigint): Module {
  return { name, path: name, base, size: 0x1000 };
}

const none = module("none", 0x1000n);
const exported = module("exported", 0x2000n);
const stripped = module("stripped", 0x3000n);
const unused = module("unused", 0x4000n);
const statuses = new Map<Module, SymbolStatus>([
  [none, { kind: "none" }],
  [exported, { kind: "exports", file: "exported.dll" }],
  [stripped, { kind: "pdb", file: "stripped.pdb" }],
]);

Deno.test("modulesWithoutSymbols() distinguishes modules that lack a PDB from those that need none", () => {
  const frames: Frame[] = [
    { address: 0x1010n, module: none, displacement: 0x10 },
    { address: 0x1020n, module: none, displacement: 0x20 },
    { address: 0x2010n, module: exported, symbol: "Open", displacement: 0x10 },
    { address: 0x3010n, module: stripped, displacement: 0x10 },
    { address: 0x9000n },
  ];
  const modules = [none, exported, stripped, unused];
  const statusOf = (module: Module): SymbolStatus | undefined => statuses.get(module);
  assertEquals(modulesWithoutSymbols(modules, frames, statusOf), [none]);
  frames.push({ address: 0x2000n, module: exported, displacement: 0 });
  assertEquals(modulesWithoutSymbols(modules, frames, statusOf), [none, exported]);
  assertEquals(modulesWithoutSymbols([stripped, unused], frames, statusOf), []);
});
