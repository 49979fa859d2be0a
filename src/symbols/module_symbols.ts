/**
 * Names for the addresses of one target, across module loads and unloads.
 *
 * Symbols are loaded only for modules that contain a queried address, and every address is symbolized once, in one
 * batch per query. A module that was unloaded keeps its names, because traces outlive modules, until another one takes
 * its place; then everything is dropped and built anew.
 *
 * @module
 */
import type { SymbolFiles } from "../byte_source.ts";
import type { Frame } from "../frame.ts";
import { withReadableNames } from "./itanium_names.ts";
import { isInModule, type Module } from "../module.ts";
import { modulesWithoutSymbols } from "./missing_symbols.ts";
import { listSymbols, type SymbolList } from "./symbol_list.ts";
import { Symbolizer, type SymbolStatus } from "./symbolizer.ts";

/** Finds the symbol files of a module; returns an empty object if there are none. Disposing closes them. */
export interface SymbolSource extends Partial<Disposable> {
  (module: Module): Promise<SymbolFiles>;
}

/** The symbolizer of a target, with the modules loaded into it so far. */
export class ModuleSymbols implements Disposable {
  readonly #source: SymbolSource;
  #symbolizer = new Symbolizer();
  #loaded: Module[] = [];
  #frames = new Map<bigint, Frame>();

  /** Creates it without any module. */
  constructor(source: SymbolSource) {
    this.#source = source;
  }

  /** What was found for a module, or undefined until one of its addresses is looked up. */
  status(module: Module): SymbolStatus | undefined {
    const loaded = this.#loaded.find((candidate) => isSameImage(candidate, module));
    return loaded && this.#symbolizer.status(loaded);
  }

  /** Names addresses by the modules that are loaded now; the result has a frame for each address. */
  async frames(
    modules: readonly Module[],
    addresses: Iterable<bigint>,
  ): Promise<ReadonlyMap<bigint, Frame>> {
    if (modules.some((module) => this.#isReplacing(module))) this.#forget();
    // An address outside all modules is looked up again: a module may have been loaded there since.
    const unnamed = [...new Set(addresses)]
      .filter((address) => this.#frames.get(address)?.module === undefined);
    for (const module of modules) {
      if (
        this.status(module) === undefined && unnamed.some((address) => isInModule(module, address))
      ) {
        await this.#load(module);
      }
    }
    const frames = this.#symbolizer.symbolize(BigUint64Array.from(unnamed));
    for (const frame of await withReadableNames(frames)) this.#frames.set(frame.address, frame);
    return this.#frames;
  }

  /** Loads the symbols of one of the modules that are loaded now, unless already done, and returns what was found. */
  async load(modules: readonly Module[], module: Module): Promise<SymbolStatus> {
    if (modules.some((other) => this.#isReplacing(other))) this.#forget();
    return this.status(module) ?? await this.#load(module);
  }

  /** All names of one of the modules that are loaded now. */
  async names(modules: readonly Module[], module: Module): Promise<SymbolList> {
    await this.load(modules, module);
    const loaded = this.#loaded.find((candidate) => isSameImage(candidate, module)) ?? module;
    const list = listSymbols(this.#symbolizer, loaded);
    return { ...list, frames: await withReadableNames(list.frames) };
  }

  /** Modules that have unnamed frames, among the frames looked up so far, because no PDB was found for them. */
  withoutSymbols(): Module[] {
    return modulesWithoutSymbols(
      this.#loaded,
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
    this.#loaded.push(module);
    return status;
  }

  #isReplacing(module: Module): boolean {
    return this.#loaded.some((loaded) => overlap(loaded, module) && !isSameImage(loaded, module));
  }

  #forget(): void {
    this.#symbolizer[Symbol.dispose]();
    this.#symbolizer = new Symbolizer();
    this.#loaded = [];
    this.#frames = new Map();
  }
}

function overlap(one: Module, other: Module): boolean {
  return isInModule(one, other.base) || isInModule(other, one.base);
}

function isSameImage(one: Module, other: Module): boolean {
  return one.base === other.base && one.size === other.size && one.path === other.path &&
    one.timestamp === other.timestamp;
}
