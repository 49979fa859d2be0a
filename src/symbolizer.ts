/**
 * Addresses to names: modules and their symbol files in, frames out.
 *
 * The readers are in `wasm/src/`; they read the pages that they need of a file through its
 * {@linkcode ByteSource}. A file that is damaged, or that the engine fails at, leaves its module's frames
 * unnamed and says why in the module's {@linkcode SymbolStatus}.
 *
 * @module
 */
import type { ByteSource, SymbolFiles } from "./byte_source.ts";
import { EngineError } from "./engine_error.ts";
import type { Frame, InlinedFrame } from "./frame.ts";
import type { Module } from "./module.ts";
import {
  closeSymbols,
  isTrap,
  locateModules,
  openPdb,
  symbolizeRvas,
  takeInlined,
  takeStringEnds,
  takeStrings,
  withStackKept,
} from "./wasm.ts";

/** Where a module's names come from. */
export interface SymbolStatus {
  /** What was found: a PDB, the COFF symbols or the exports of the image, or nothing. */
  readonly kind: "pdb" | "coff" | "exports" | "none";
  /** Name of the file that is used. */
  readonly file?: string;
  /** Why a better file is not used, or why there are no names: a sentence. */
  readonly problem?: string;
}

/** How a module's symbols are opened. */
export interface AddModuleOptions {
  /** Takes the PDB although its identity is not the one that the module asks for. */
  readonly force?: boolean;
}

/** How addresses are looked up. */
export interface SymbolizeOptions {
  /** Looks up source lines and inlined frames; true unless said otherwise. */
  readonly lines?: boolean;
  /** Undecorates with parameters, and Rust names too, instead of as debuggers do by default. */
  readonly fullNames?: boolean;
}

/** Bits of an option number of `symbolizeRvas`. */
const RETURN_ADDRESSES = 1;
const FULL_NAMES = 2;
const LINES = 4;
/** Numbers a frame and an inlined frame in the engine's answer. */
const FRAME_NUMBERS = 5;
const INLINED_NUMBERS = 3;
/** Stands for "no string" and "no module" in the engine's answers. */
const NONE = 0xffff_ffff;

interface OpenModule {
  readonly module: Module;
  /** Number of the file of symbols in the engine, where there is one. */
  number: number | undefined;
  status: SymbolStatus;
}

/**
 * Names addresses of the modules added to it.
 *
 * @example
 * ```ts
 * using symbolizer = new Symbolizer();
 * symbolizer.addModule(module, { pdb: bytesSource("app.pdb", bytes) });
 * const [frame] = symbolizer.symbolize(BigUint64Array.of(module.base + 0x1234n));
 * console.log(`${frame.module}!${frame.symbol}+0x${frame.displacement.toString(16)}`);
 * ```
 */
export class Symbolizer implements Disposable {
  #modules: OpenModule[] = [];

  /** Opens a module's symbol files: the PDB where it fits, else the image. Never throws for a bad file. */
  addModule(module: Module, files: SymbolFiles, options: AddModuleOptions = {}): SymbolStatus {
    const opened: OpenModule = { module, number: undefined, status: { kind: "none" } };
    if (files.pdb) this.#openPdb(opened, files.pdb, options.force ?? false);
    this.#modules.push(opened);
    this.#modules.sort((a, b) => a.module.base < b.module.base ? -1 : 1);
    return opened.status;
  }

  /** What became of a module's symbols: a file may turn out to be damaged when it is used. */
  status(module: Module): SymbolStatus {
    return this.#find(module).status;
  }

  /**
   * Names return addresses, one frame each. Function and displacement are those of the address itself, line
   * and inlined frames those of the call one byte before, as in debuggers.
   */
  symbolize(addresses: BigUint64Array, options: SymbolizeOptions = {}): Frame[] {
    const bases = BigUint64Array.from(this.#modules, ({ module }) => module.base);
    const sizes = Uint32Array.from(this.#modules, ({ module }) => module.size);
    const owners = locateModules(bases, sizes, addresses);
    const frames: Frame[] = Array.from(addresses, (address) => ({ address }));
    const placesOf = Map.groupBy(owners.keys(), (place) => owners[place]!);
    for (const [owner, places] of placesOf) {
      if (owner === NONE) continue;
      const opened = this.#modules[owner]!;
      const { base } = opened.module;
      const rvas = Uint32Array.from(places, (place) => Number(addresses[place]! - base));
      const named = this.#frames(opened, rvas, RETURN_ADDRESSES | optionBits(options));
      places.forEach((place, i) => frames[place] = named[i]!);
    }
    return frames;
  }

  /** Names places of one module, with the line of each place itself rather than of a call before it. */
  symbolizeRvas(module: Module, rvas: Uint32Array, options: SymbolizeOptions = {}): Frame[] {
    return this.#frames(this.#find(module), rvas, optionBits(options));
  }

  /** Frees the files of symbols. */
  [Symbol.dispose](): void {
    for (const { number } of this.#modules) {
      if (number !== undefined) closeSymbols(number);
    }
    this.#modules = [];
  }

  #find(module: Module): OpenModule {
    const found = this.#modules.find((opened) => opened.module === module);
    if (found) return found;
    throw new EngineError(
      `Cannot symbolize ${module.name}: the module was not added; add it first`,
    );
  }

  #openPdb(opened: OpenModule, file: ByteSource, force: boolean): void {
    const { guid, age } = opened.module.pdb ?? { guid: "", age: 0 };
    const read = (offset: number, length: number) => file.read(offset, length);
    try {
      opened.number = withStackKept(() => openPdb(file.size, read, force ? "" : guid, age));
      opened.status = { kind: "pdb", file: file.name };
    } catch (error) {
      opened.status = { kind: "none", problem: sentence(file.name, error) };
    }
  }

  /** Frames of one module. A file that fails is given up: the module's frames stay unnamed from then on. */
  #frames(opened: OpenModule, rvas: Uint32Array, options: number): Frame[] {
    const { module, number, status } = opened;
    if (number !== undefined) {
      try {
        return withStackKept(() => namedFrames(module, number, rvas, options));
      } catch (error) {
        opened.number = undefined;
        opened.status = { kind: "none", problem: sentence(status.file!, error) };
        // After a trap the engine has dropped the file by itself.
        if (!isTrap(error)) closeSymbols(number);
      }
    }
    return Array.from(rvas, (rva) => ({
      address: module.base + BigInt(rva),
      module: module.name,
      displacement: rva,
    }));
  }
}

function namedFrames(module: Module, number: number, rvas: Uint32Array, options: number): Frame[] {
  const rows = symbolizeRvas(number, rvas, options);
  const inlinedRows = takeInlined(number);
  const strings = splitStrings(takeStringEnds(number), takeStrings(number));
  let inlinedStart = 0;
  return Array.from(rvas, (rva, i) => {
    const [symbol, displacement, file, line, inlinedEnd] = rows.subarray(
      i * FRAME_NUMBERS,
      (i + 1) * FRAME_NUMBERS,
    ) as unknown as [number, number, number, number, number];
    const inlined: InlinedFrame[] = [];
    for (; inlinedStart < inlinedEnd; inlinedStart++) {
      const at = inlinedStart * INLINED_NUMBERS;
      inlined.push({
        symbol: strings[inlinedRows[at]!] ?? "",
        ...sourceLine(strings[inlinedRows[at + 1]!], inlinedRows[at + 2]!),
      });
    }
    const name = strings[symbol];
    return {
      address: module.base + BigInt(rva),
      module: module.name,
      ...(name === undefined ? { displacement: rva } : { symbol: name, displacement }),
      ...sourceLine(strings[file], line),
      ...(inlined.length > 0 ? { inlined } : {}),
    };
  });
}

function sourceLine(file: string | undefined, line: number): { file?: string; line?: number } {
  if (line === 0) return {};
  return file === undefined ? { line } : { file, line };
}

function splitStrings(ends: Uint32Array, bytes: Uint8Array): string[] {
  const decoder = new TextDecoder();
  return Array.from(ends, (end, i) => decoder.decode(bytes.subarray(ends[i - 1] ?? 0, end)));
}

function optionBits({ lines = true, fullNames = false }: SymbolizeOptions): number {
  return (lines ? LINES : 0) | (fullNames ? FULL_NAMES : 0);
}

/** The engine says what was found; what was attempted is said here. */
function sentence(file: string, error: unknown): string {
  if (isTrap(error)) {
    return `Cannot read symbols from ${file}: the reader failed; report this file as a bug`;
  }
  const found = error instanceof Error ? error.message : String(error);
  return `Cannot read symbols from ${file}: ${found}`;
}
