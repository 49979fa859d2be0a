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
import { distinctAddresses } from "../distinct_addresses.ts";
import type { Frame } from "../frame.ts";
import { withReadableNames } from "./itanium_names.ts";
import { type Module, moduleFinder, overlapFinder } from "../module.ts";
import { modulesWithoutSymbols } from "./missing_symbols.ts";
import { listSymbols, type SymbolList } from "./symbol_list.ts";
import { Symbolizer, type SymbolStatus } from "./symbolizer.ts";

/** Finds the symbol files of a module; returns an empty object if there are none. Disposing closes them. */
export interface SymbolSource extends Partial<Disposable> {
  (module: Module): Promise<SymbolFiles>;
}

/**
 * The maximum number of named addresses: more frames would take hundreds of megabytes. Real stacks share addresses: those
 * of ten million traces have some 20,000.
 */
export const MAX_NAMED = 0x4_0000;

/** The symbolizer of a target, with the modules loaded into it so far. */
export class ModuleSymbols implements Disposable {
  readonly #source: SymbolSource;
  #symbolizer = new Symbolizer();
  /** By base, size and time stamp; paths are compared as well. */
  #loaded = new Map<string, Module>();
  /** The module list of the last query: none of its modules replaces another. */
  #current: readonly Module[] = [];
  #moduleAt: (address: bigint) => Module | undefined = () => undefined;
  #leftOut: BigUint64Array[] = [];
  #frames = new Map<bigint, Frame>();

  /** Creates it without any module. */
  constructor(source: SymbolSource) {
    this.#source = source;
  }

  /** What was found for a module, or undefined until one of its addresses is looked up. */
  status(module: Module): SymbolStatus | undefined {
    const loaded = this.#loadedImage(module);
    return loaded && this.#symbolizer.status(loaded);
  }

  /**
   * Names addresses by the modules that are loaded now, up to {@linkcode MAX_NAMED} in total: a frame for each, undefined
   * for addresses outside all modules and for those beyond the limit.
   */
  async frames(
    modules: readonly Module[],
    addresses: BigUint64Array,
  ): Promise<(Frame | undefined)[]> {
    this.#expect(modules);
    const frames = Array.from(addresses, (address) => this.#frames.get(address));
    const asked = new Set<Module>();
    const unnamed: number[] = [];
    const leftOut: bigint[] = [];
    for (const [place, frame] of frames.entries()) {
      if (frame !== undefined) continue;
      // An address outside all modules is looked up again: a module may have been loaded there since.
      const address = addresses[place]!;
      const module = this.#moduleAt(address);
      if (module === undefined) continue;
      asked.add(module);
      if (this.#frames.size + unnamed.length < MAX_NAMED) unnamed.push(place);
      else leftOut.push(address);
    }
    if (leftOut.length > 0) this.#leftOut.push(BigUint64Array.from(leftOut));
    for (const module of modules) {
      if (asked.has(module) && this.#loadedImage(module) === undefined) await this.#load(module);
    }
    const named = this.#symbolizer.symbolize(
      BigUint64Array.from(unnamed, (place) => addresses[place]!),
    );
    for (const [index, frame] of (await withReadableNames(named)).entries()) {
      if (frame.module === undefined) continue;
      this.#frames.set(frame.address, frame);
      frames[unnamed[index]!] = frame;
    }
    return frames;
  }

  /** Number of addresses that were not named because of the limit. */
  leftOut(): number {
    return distinctAddresses(this.#leftOut).length;
  }

  /** Loads the symbols of one of the modules that are loaded now, unless already done, and returns what was found. */
  async load(modules: readonly Module[], module: Module): Promise<SymbolStatus> {
    this.#expect(modules);
    return this.status(module) ?? await this.#load(module);
  }

  /** All names of one of the modules that are loaded now. */
  async names(modules: readonly Module[], module: Module): Promise<SymbolList> {
    await this.load(modules, module);
    const loaded = this.#loadedImage(module) ?? module;
    const list = listSymbols(this.#symbolizer, loaded);
    return { ...list, frames: await withReadableNames(list.frames) };
  }

  /** Modules that have unnamed frames, among the frames looked up so far, because no PDB was found for them. */
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
    this.#loaded.set(placeKey(module), module);
    return status;
  }

  #loadedImage(module: Module): Module | undefined {
    const loaded = this.#loaded.get(placeKey(module));
    return loaded?.path === module.path ? loaded : undefined;
  }

  /** Drops everything if one of the modules has replaced one that is no longer loaded. */
  #expect(modules: readonly Module[]): void {
    if (modules === this.#current) return;
    const gone = new Set(this.#loaded.values());
    for (const module of modules) {
      const loaded = this.#loadedImage(module);
      if (loaded !== undefined) gone.delete(loaded);
    }
    if (gone.size > 0 && modules.some(overlapFinder([...gone]))) this.#forget();
    this.#current = modules;
    this.#moduleAt = moduleFinder([...this.#loaded.values(), ...modules]);
  }

  #forget(): void {
    this.#symbolizer[Symbol.dispose]();
    this.#symbolizer = new Symbolizer();
    this.#loaded = new Map();
    this.#frames = new Map();
    this.#leftOut = [];
  }
}

/** Without the path, which may have tens of thousands of characters in a damaged list. */
function placeKey({ base, size, timestamp }: Module): string {
  return `${base} ${size} ${timestamp}`;
}
