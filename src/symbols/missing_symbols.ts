/**
 * Which modules lack symbols.
 *
 * @module
 */
import type { Frame } from "../frame.ts";
import { type Module, moduleFinder } from "../module.ts";
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
  const moduleAt = moduleFinder(without);
  const found = new Set<Module | undefined>();
  for (const { address, symbol } of frames) if (symbol === undefined) found.add(moduleAt(address));
  return without.filter((module) => found.has(module));
}
