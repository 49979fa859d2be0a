/**
 * The symbol finder that commands and the library use: over the symbol path in effect, with this project's readers.
 *
 * @module
 */
import { expandCabinet } from "../cabinet.ts";
import type { SymbolSource } from "../module_symbols.ts";
import { whyNotImageOf, whyNotPdbOf } from "../symbol_identity.ts";
import { pdbIdOf } from "../symbolizer.ts";
import { effectiveSymbolPath } from "./default_path.ts";
import type { DownloadOptions } from "./download.ts";
import { SymbolFinder, type SymbolReader } from "./find.ts";

/** Where to search for symbols, as the user specifies it. */
export interface SymbolSourceOptions {
  /** A symbol path in the debugger's syntax; otherwise `_NT_SYMBOL_PATH`, otherwise only this machine. */
  readonly path?: string;
  /** Never contact a symbol server. */
  readonly offline?: boolean;
  /** Take symbol files of another build too. */
  readonly force?: boolean;
  /** How downloads behave, and what is notified of their progress. */
  readonly download?: DownloadOptions;
}

/** The readers behind the finder: the WASM module. */
const READER: SymbolReader = {
  whyNot: (file, module, kind) =>
    kind === "pdb" ? whyNotPdbOf(module, file) : whyNotImageOf(module, file),
  pdbIdOf,
  expand: expandCabinet,
};

/**
 * A finder over the symbol path in effect.
 *
 * @throws {SymbolPathError} for a symbol path that cannot be understood.
 */
export function symbolFinder({ path, ...options }: SymbolSourceOptions = {}): SymbolFinder {
  return new SymbolFinder({ path: effectiveSymbolPath(path), reader: READER, ...options });
}

/**
 * The symbol source of a session, which disposes of it.
 *
 * @throws {SymbolPathError} for a symbol path that cannot be understood.
 *
 * ```ts ignore
 * using session = new Session(target, symbolSource({ path: "srv*C:\\sym*https://symbols.example" }));
 * ```
 */
export function symbolSource(options: SymbolSourceOptions = {}): SymbolSource {
  const finder = symbolFinder(options);
  const source: SymbolSource = (module) => finder.find(module);
  return Object.assign(source, { [Symbol.dispose]: (): void => finder[Symbol.dispose]() });
}
