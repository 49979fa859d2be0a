/**
 * Turns addresses into names: modules and their symbol files in, frames out.
 *
 * The readers are in `wasm/src/`; they read only the pages they need, through a file's {@linkcode ByteSource}. If a
 * file is damaged or makes the engine fail, its module's frames stay unnamed and the module's {@linkcode SymbolStatus}
 * says why.
 *
 * @module
 */
import type { ByteSource, SymbolFiles } from "../byte_source.ts";
import { EngineError } from "../engine/engine_error.ts";
import type { Frame, InlinedFrame } from "../frame.ts";
import type { Module, PdbId } from "../module.ts";
import {
  areExports,
  closeSymbols,
  isTrap,
  locateModules,
  openImage,
  openPdb,
  readPdbId,
  symbolBegins,
  symbolizeRvas,
  takeAlsoNamed,
  takeInlined,
  takeLineProblem,
  takeProblem,
  takeStringEnds,
  takeStrings,
  withStackKept,
} from "../engine/wasm.ts";

/** Where a module's names come from. */
export interface SymbolStatus {
  /** What was found: a PDB, the COFF symbols or the exports of the image, or nothing. */
  readonly kind: "pdb" | "coff" | "exports" | "none";
  /** Name of the file that is used. */
  readonly file?: string;
  /** Why a better file is not used, why names are missing, or why there are none. */
  readonly problem?: string;
}

/** How a module's symbols are opened. */
export interface AddModuleOptions {
  /** Accepts the PDB even if its identity is not the one that the module asks for. */
  readonly force?: boolean;
}

/** How addresses are looked up. */
export interface SymbolizeOptions {
  /** Looks up source lines and inlined frames; true by default. */
  readonly lines?: boolean;
  /** Undecorates with parameters, and Rust names too; by default names are as debuggers print them. */
  readonly fullNames?: boolean;
  /** Fills in {@linkcode Frame.alsoNamed}. */
  readonly alsoNamed?: boolean;
}

/** Where symbols begin. */
export interface SymbolBegins {
  /** RVAs, descending. */
  readonly rvas: Uint32Array;
  /** Everything from here on was searched; 0 if the listing is complete. */
  readonly end: number;
  /** RVAs that were looked up. */
  readonly lookups: number;
}

/** Bits of an option number of `symbolizeRvas`. */
const RETURN_ADDRESSES = 1;
const FULL_NAMES = 2;
const LINES = 4;
const ALSO_NAMED = 8;
/** Numbers per frame, inlined frame and other name in the engine's results. */
const FRAME_NUMBERS = 6;
const INLINED_NUMBERS = 3;
const ALSO_NAMED_NUMBERS = 2;
/** Stands for "no string" and "no module" in the engine's results. */
const NONE = 0xffff_ffff;

/** What is being filled in. */
type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

interface OpenModule {
  readonly module: Module;
  /** Number of the symbol file in the engine, if there is one. */
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
 * console.log(`${frame.module.name}!${frame.symbol}+0x${frame.displacement.toString(16)}`);
 * ```
 */
export class Symbolizer implements Disposable {
  readonly #modules = new Map<Module, OpenModule>();

  /**
   * Opens a module's symbol files: the PDB if it fits, else the COFF symbols or the exports of the image. Never throws
   * for a bad file: the status says what was wrong with it.
   */
  addModule(module: Module, files: SymbolFiles, options: AddModuleOptions = {}): SymbolStatus {
    const opened = { module, ...openFiles(module, files, options.force ?? false) };
    this.#modules.set(module, opened);
    return opened.status;
  }

  /** The state of a module's symbols: a file may turn out to be damaged when it is used. */
  status(module: Module): SymbolStatus {
    return this.#find(module).status;
  }

  /**
   * Names return addresses, one frame each. Function and displacement are those of the address itself; line and inlined
   * frames are those of the call, one byte before, as in debuggers.
   */
  symbolize(addresses: BigUint64Array, options: SymbolizeOptions = {}): Frame[] {
    const modules = [...this.#modules.values()]
      .sort((a, b) => a.module.base < b.module.base ? -1 : 1);
    const bases = BigUint64Array.from(modules, ({ module }) => module.base);
    const sizes = Uint32Array.from(modules, ({ module }) => module.size);
    const owners = locateModules(bases, sizes, addresses);
    const frames: Frame[] = Array.from(addresses, (address) => ({ address }));
    const placesOf = Map.groupBy(owners.keys(), (place) => owners[place]!);
    for (const [owner, places] of placesOf) {
      if (owner === NONE) continue;
      const opened = modules[owner]!;
      const { base } = opened.module;
      const rvas = Uint32Array.from(places, (place) => Number(addresses[place]! - base));
      const named = this.#frames(opened, rvas, RETURN_ADDRESSES | optionBits(options));
      places.forEach((place, i) => frames[place] = named[i]!);
    }
    return frames;
  }

  /** Names locations in one module, with the line of each location itself rather than of a call before it. */
  symbolizeRvas(module: Module, rvas: Uint32Array, options: SymbolizeOptions = {}): Frame[] {
    return this.#frames(this.#find(module), rvas, optionBits(options));
  }

  /**
   * Where symbols of one module begin below an RVA, as far as `maxLookups` look-ups reach: one page of a listing, which
   * the engine makes from the end of the module downward.
   */
  symbolBegins(module: Module, end: number, maxLookups: number): SymbolBegins {
    const opened = this.#find(module);
    const page = this.#ask(opened, (number) => symbolBegins(number, end, maxLookups));
    const [reached = 0, lookups = maxLookups] = page ?? [];
    return { rvas: page?.subarray(2) ?? new Uint32Array(), end: reached, lookups };
  }

  /** Frees the symbol files. */
  [Symbol.dispose](): void {
    for (const { number } of this.#modules.values()) {
      if (number !== undefined) close(number);
    }
    this.#modules.clear();
  }

  #find(module: Module): OpenModule {
    const found = this.#modules.get(module);
    if (found) return found;
    throw new EngineError(
      `Cannot symbolize ${module.name}: the module was not added; add it first`,
    );
  }

  /** Frames of one module. A file that makes the engine fail is given up: no more names come from it. */
  #frames(opened: OpenModule, rvas: Uint32Array, options: number): Frame[] {
    const { module, status } = opened;
    const named = this.#ask(
      opened,
      (number) => nameFrames(module, status.file!, number, rvas, options),
    );
    if (named === undefined) {
      return Array.from(rvas, (rva) => ({
        address: module.base + BigInt(rva),
        module,
        displacement: rva,
      }));
    }
    if (named.problem !== undefined && status.problem === undefined) {
      opened.status = { ...status, problem: named.problem };
    }
    return named.frames;
  }

  /** Calls the engine for a module's file; undefined if there is none, or if it makes the engine fail. */
  #ask<T>(opened: OpenModule, call: (number: number) => T): T | undefined {
    const { number, status } = opened;
    if (number === undefined) return undefined;
    try {
      return withStackKept(() => call(number));
    } catch (error) {
      opened.number = undefined;
      opened.status = { kind: "none", problem: problemOf(status.file!, error) };
      close(number);
      return undefined;
    }
  }
}

/**
 * Which PDB an image asks for; undefined if it asks for none. Throws an EngineError for a file that is not an image.
 */
export function pdbIdOf(image: ByteSource): PdbId | undefined {
  let lines: string;
  try {
    lines = withStackKept(() => readPdbId(image.size, reader(image)));
  } catch (cause) {
    throw new EngineError(problemOf(image.name, cause), { cause });
  }
  const [guid = "", age, ...path] = lines.split("\n");
  const pdbPath = path.join("\n");
  // mingw's linkers record a build's identity even if there is no PDB: without a path, the image asks for none.
  return guid === "" || pdbPath === "" ? undefined : { guid, age: Number(age), path: pdbPath };
}

function openFiles(
  module: Module,
  { pdb, image }: SymbolFiles,
  force: boolean,
): Pick<OpenModule, "number" | "status"> {
  const problems: string[] = [];
  if (pdb) {
    const { guid, age } = force || !module.pdb ? { guid: "", age: 0 } : module.pdb;
    try {
      const number = withStackKept(() => openPdb(pdb.size, reader(pdb), guid, age));
      return { number, status: { kind: "pdb", file: pdb.name } };
    } catch (error) {
      problems.push(problemOf(pdb.name, error));
    }
  }
  if (image) {
    try {
      const number = withStackKept(() => openImage(image.size, reader(image)));
      if (number !== NONE) {
        const kind = areExports(number) ? "exports" : "coff";
        return { number, status: { kind, file: image.name, ...joined(problems) } };
      }
      problems.push(problemOf(image.name, "it has neither exports nor COFF symbols"));
    } catch (error) {
      problems.push(problemOf(image.name, error));
    }
  }
  return { number: undefined, status: { kind: "none", ...joined(problems) } };
}

function joined(problems: readonly string[]): Pick<SymbolStatus, "problem"> {
  return problems.length === 0 ? {} : { problem: problems.join("; ") };
}

/** How the engine reads a file: it copies the bytes out at once, so one buffer serves all reads. */
function reader(file: ByteSource): (offset: number, length: number) => Uint8Array {
  const readInto = file.readInto?.bind(file);
  if (!readInto) return (offset, length) => file.read(offset, length);
  let buffer = new Uint8Array();
  return (offset, length) => {
    if (buffer.length < length) buffer = new Uint8Array(length);
    const count = readInto(offset, buffer.subarray(0, length));
    return buffer.subarray(0, count);
  };
}

/** Frees a symbol file; one that a trap left broken is gone already. */
function close(number: number): void {
  try {
    withStackKept(() => closeSymbols(number));
  } catch (error) {
    if (!isTrap(error)) throw error;
  }
}

function nameFrames(
  module: Module,
  file: string,
  number: number,
  rvas: Uint32Array,
  options: number,
): { frames: Frame[]; problem: string | undefined } {
  const rows = symbolizeRvas(number, rvas, options);
  const problem = partialProblem(file, takeProblem(number), takeLineProblem(number));
  const inlinedRows = takeInlined(number);
  const alsoNamedPairs = takeAlsoNamed(number);
  const strings = splitStrings(takeStringEnds(number), takeStrings(number));
  const alsoNamed = otherNames(alsoNamedPairs, strings);
  const { base } = module;
  const frames: Frame[] = [];
  for (let i = 0, at = 0; i < rvas.length; i++, at += FRAME_NUMBERS) {
    const rva = rvas[i]!;
    const symbol = strings[rows[at]!];
    const address = base + BigInt(rva);
    const frame: Writable<Frame> = symbol === undefined
      ? { address, module, displacement: rva }
      : { address, module, symbol, displacement: rows[at + 1]! };
    const others = alsoNamed.get(rows[at]!);
    if (others !== undefined) frame.alsoNamed = others;
    setSourceLine(frame, strings[rows[at + 2]!], rows[at + 3]!);
    const inlinedStart = rows[at + 4]!;
    const inlinedEnd = rows[at + 5]!;
    if (inlinedEnd > inlinedStart) {
      frame.inlined = inlinedFrames(inlinedRows, inlinedStart, inlinedEnd, strings);
    }
    frames.push(frame);
  }
  return { frames, problem };
}

/** Other names by the number of a symbol's name. */
function otherNames(pairs: Uint32Array, strings: readonly string[]): Map<number, string[]> {
  const names = new Map<number, string[]>();
  for (let at = 0; at < pairs.length; at += ALSO_NAMED_NUMBERS) {
    const others = names.get(pairs[at]!) ?? [];
    others.push(strings[pairs[at + 1]!]!);
    names.set(pairs[at]!, others);
  }
  return names;
}

function inlinedFrames(
  rows: Uint32Array,
  start: number,
  end: number,
  strings: readonly string[],
): InlinedFrame[] {
  const inlined: InlinedFrame[] = [];
  for (let i = start; i < end; i++) {
    const at = i * INLINED_NUMBERS;
    const frame: Writable<InlinedFrame> = { symbol: strings[rows[at]!] ?? "" };
    setSourceLine(frame, strings[rows[at + 1]!], rows[at + 2]!);
    inlined.push(frame);
  }
  return inlined;
}

function setSourceLine(
  frame: Writable<Frame | InlinedFrame>,
  file: string | undefined,
  line: number,
): void {
  if (line === 0 && file === undefined) return;
  frame.line = line;
  if (file !== undefined) frame.file = file;
}

/** Splits a text into strings at the given ends. */
function splitStrings(ends: Uint32Array, text: string): string[] {
  const strings: string[] = [];
  let start = 0;
  for (const end of ends) {
    strings.push(text.slice(start, end));
    start = end;
  }
  return strings;
}

function optionBits(
  { lines = true, fullNames = false, alsoNamed = false }: SymbolizeOptions,
): number {
  return (lines ? LINES : 0) | (fullNames ? FULL_NAMES : 0) | (alsoNamed ? ALSO_NAMED : 0);
}

/** What could not be read in a file that is used: names, or only lines. */
function partialProblem(file: string, ofNames: string, ofLines: string): string | undefined {
  if (ofNames !== "") return `Cannot read all symbols from ${file}: ${ofNames}`;
  if (ofLines !== "") return `Cannot read all source lines from ${file}: ${ofLines}`;
  return undefined;
}

/** The engine says what was found; this adds what was attempted. */
function problemOf(file: string, error: unknown): string {
  if (isTrap(error)) {
    return `Cannot read symbols from ${file}: the engine failed at it; report the file as a bug`;
  }
  const found = error instanceof Error ? error.message : String(error);
  return `Cannot read symbols from ${file}: ${found}`;
}
