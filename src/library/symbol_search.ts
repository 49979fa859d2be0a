/**
 * The search for the symbols of every module of a target, and how it is printed.
 *
 * @module
 */
import { imageInMemory } from "../dump/mapped_image.ts";
import { escapeText } from "../escape_text.ts";
import type { PointerSize } from "../memory.ts";
import type { Module } from "../module.ts";
import { symbolFinder, type SymbolSearch, type SymbolSourceOptions } from "../symbols/path/mod.ts";
import { Symbolizer, type SymbolStatus } from "../symbols/symbolizer.ts";
import type { ProcessRef, Target } from "../target.ts";

/** A module with what was found for it. */
export interface ModuleSearch {
  /** The module. */
  readonly module: Module;
  /** The source of names for its addresses. */
  readonly status: SymbolStatus;
  /** Where that came from; absent if nothing was found. */
  readonly origin?: string;
  /** Locations that had the wrong file or could not be searched, each with the reason. */
  readonly notes: readonly string[];
  /** Locations that had no such file. */
  readonly missing: readonly string[];
}

const OWN = "brought along by the target";

/** Finds and opens the symbols of each module, lowest address first. */
export async function* searchSymbols(
  target: Target,
  options: SymbolSourceOptions,
  process: ProcessRef | undefined = target.defaultProcess,
): AsyncGenerator<ModuleSearch> {
  using finder = symbolFinder(options);
  const modules = (await target.modules(process)).toSorted((a, b) => a.base < b.base ? -1 : 1);
  for (const module of modules) {
    const own = await target.symbolFiles?.(module);
    const search: SymbolSearch = own === undefined
      ? withMemory(target, module, await finder.find(module), process)
      : { ...own, origin: OWN, notes: [], missing: [] };
    // One at a time: a PDB's memory is freed before the next one is read.
    using symbolizer = new Symbolizer();
    const force = search.anyBuild ?? false;
    const status = symbolizer.addModule(module, search, { force });
    const { origin, notes, missing } = search;
    yield {
      module,
      status,
      ...(origin === undefined ? {} : { origin }),
      notes: status.problem === undefined ? notes : [...notes, status.problem],
      missing,
    };
  }
}

/** If no file was found, the exports of the image in memory. */
function withMemory(
  target: Target,
  module: Module,
  search: SymbolSearch,
  process: ProcessRef | undefined,
): SymbolSearch {
  if (search.pdb || search.image) return search;
  const image = imageInMemory(target, module, process);
  return image ? { ...search, image, origin: image.name } : search;
}

/** One object: the module, what was found, and every location that was searched in vain. */
export function searchJson({ module, status, origin, notes, missing }: ModuleSearch): string {
  return JSON.stringify({
    module: module.name,
    base: `0x${module.base.toString(16)}`,
    path: module.path,
    kind: status.kind,
    file: status.file,
    origin,
    notes,
    missing,
  });
}

/** One line, and if no PDB was found, a line for each location that was searched in vain. */
export function searchText(search: ModuleSearch, pointerSize: PointerSize): string {
  const { module, status, origin, notes, missing } = search;
  const base = module.base.toString(16).padStart(pointerSize * 2, "0");
  const from = origin === undefined || origin === status.file ? "" : `, ${escapeText(origin)}`;
  const file = status.file === undefined ? "" : `  ${escapeText(status.file)}${from}`;
  const name = escapeText(module.name).padEnd(16);
  const line = `${base}  ${name} ${status.kind.padEnd(7)}${file}`.trimEnd();
  if (status.kind === "pdb") return line;
  const places = [...notes, ...missing.map((place) => `${place}: not there`)];
  return [line, ...places.map((place) => `    ${escapeText(place)}`)].join("\n");
}
