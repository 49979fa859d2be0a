/**
 * Which modules lack symbols.
 *
 * @module
 */
import type { Frame } from "../frame.ts";
import { isInModule, type Module } from "../module.ts";
import type { SymbolStatus } from "./symbolizer.ts";

/**
 * Modules that have frames without a name because no PDB was found for them. `statusOf` returns what was found for a
 * module; a module in which no address was looked up has no status.
 */
export function modulesWithoutSymbols(
  modules: readonly Module[],
  frames: Iterable<Frame>,
  statusOf: (module: Module) => SymbolStatus | undefined,
): Module[] {
  const without = modules.filter((module) => {
    const status = statusOf(module);
    return status !== undefined && status.kind !== "pdb";
  });
  if (without.length === 0) return [];
  const unnamed = Array.from(frames).filter(({ symbol }) => symbol === undefined);
  return without.filter((module) => unnamed.some(({ address }) => isInModule(module, address)));
}
