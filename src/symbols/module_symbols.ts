/**
 * Names for the addresses of one target, whatever its modules do meanwhile.
 *
 * Only modules that an address lies in get their symbols loaded, and every address is symbolized once, in one
 * batch a question. A module that was unloaded keeps its names, because traces outlive modules, until another
 * one takes its place; then what was known is dropped and built anew.
 *
 * @module
 */
import type { SymbolFiles } from "../byte_source.ts";
import type { Frame } from "../frame.ts";
import { withReadableNames } from "./itanium_names.ts";
import { type Module, moduleFinder, overlapFinder } from "../module.ts";
import { modulesWithoutSymbols } from "./missing_symbols.ts";
import { listSymbols, type SymbolList } from "./symbol_list.ts";
import { Symbolizer, type SymbolStatus } from "./symbolizer.ts";

/** Finds the symbol files of a module; returns an empty object where there are none. Disposing closes them. */
export interface SymbolSource extends Partial<Disposable> {
  (module: Module): Promise<SymbolFiles>;
}

/** The symbolizer of a target with the modules that it knows. */
export class ModuleSymbols implements Disposable {
  readonly #source: SymbolSource;
  #symbolizer = new Symbolizer();
  /** By what tells one image from another. */
  #loaded = new Map<string, Module>();
  /** The list that was asked for last: none of its modules takes the place of another. */
  #current: readonly Module[] = [];
  #frames = new Map<bigint, Frame>();

  /** Creates it without any module. */
  constructor(source: SymbolSource) {
    this.#source = source;
  }

  /** What was found for a module, or undefined as long as no address of it was asked for. */
  status(module: Module): SymbolStatus | undefined {
    const loaded = this.#loaded.get(imageKey(module));
    return loaded && this.#symbolizer.status(loaded);
  }

  /** Names addresses by the modules that are loaded now; the answer has a frame for each of them. */
  async frames(
    modules: readonly Module[],
    addresses: Iterable<bigint>,
  ): Promise<ReadonlyMap<bigint, Frame>> {
    this.#expect(modules);
    // An address outside all modules is asked for again: a module may have been loaded there since.
    const unnamed = [...new Set(addresses)]
      .filter((address) => this.#frames.get(address)?.module === undefined);
    const asked = new Set(unnamed.map(moduleFinder(modules)));
    for (const module of modules) {
      if (asked.has(module) && !this.#loaded.has(imageKey(module))) await this.#load(module);
    }
    const frames = this.#symbolizer.symbolize(BigUint64Array.from(unnamed));
    for (const frame of await withReadableNames(frames)) this.#frames.set(frame.address, frame);
    return this.#frames;
  }

  /** Loads the symbols of one of the modules that are loaded now, where that is not done yet, and says what was found. */
  async load(modules: readonly Module[], module: Module): Promise<SymbolStatus> {
    this.#expect(modules);
    return this.status(module) ?? await this.#load(module);
  }

  /** All names of one of the modules that are loaded now. */
  async names(modules: readonly Module[], module: Module): Promise<SymbolList> {
    await this.load(modules, module);
    const loaded = this.#loaded.get(imageKey(module)) ?? module;
    const list = listSymbols(this.#symbolizer, loaded);
    return { ...list, frames: await withReadableNames(list.frames) };
  }

  /** Modules of the frames named so far that have frames without a name, because no PDB was found for them. */
  withoutSymbols(): Module[] {
    return modulesWithoutSymbols(
      [...this.#loaded.values()],
      this.#frames.values(),
      (module) => this.#symbolizer.status(module),
    );
  }

  /** Frees the symbolizer. */
  [Symbol.dispose](): void {
    this.#symbolizer[Symbol.dispose]();
  }

  async #load(module: Module): Promise<SymbolStatus> {
    const files = await this.#source(module);
    const force = files.anyBuild ?? false;
    const status = this.#symbolizer.addModule(module, files, { force });
    this.#loaded.set(imageKey(module), module);
    return status;
  }

  /** Drops everything where one of the modules has taken the place of one that is not there any more. */
  #expect(modules: readonly Module[]): void {
    if (modules === this.#current) return;
    const gone = new Map(this.#loaded);
    for (const module of modules) gone.delete(imageKey(module));
    if (gone.size > 0 && modules.some(overlapFinder([...gone.values()]))) this.#forget();
    this.#current = modules;
  }

  #forget(): void {
    this.#symbolizer[Symbol.dispose]();
    this.#symbolizer = new Symbolizer();
    this.#loaded = new Map();
    this.#frames = new Map();
  }
}

function imageKey({ base, size, timestamp, path }: Module): string {
  return `${base} ${size} ${timestamp} ${path}`;
}
