/**
 * What the environment says about where symbols are kept.
 *
 * @module
 */
import { join } from "node:path";
import { parseSymbolPath, type SymbolPathElement } from "./parse.ts";

/** The variable in which users of the debugger keep their symbol path. */
const SYMBOL_PATH_VARIABLE = "_NT_SYMBOL_PATH";

/** The parts of the environment that matter: the process's own, or a test's. */
export interface SymbolEnvironment {
  /** The operating system, as `Deno.build.os` has it. */
  readonly os: string;
  /** Reads an environment variable. */
  readonly get: (name: string) => string | undefined;
}

/** The environment of this process. */
const OWN_ENVIRONMENT: SymbolEnvironment = {
  os: Deno.build.os,
  get: (name) => Deno.env.get(name),
};

/**
 * The default downstream store. On Windows it is the one that WinDbg and DbgHelp use when they are installed for all
 * users, so that what either has downloaded serves both; elsewhere it is a cache folder of our own.
 */
export function defaultCacheFolder({ os, get }: SymbolEnvironment = OWN_ENVIRONMENT): string {
  if (os === "windows") return join(get("ProgramData") ?? "C:\\ProgramData", "dbg", "sym");
  const caches = get("XDG_CACHE_HOME") ?? join(get("HOME") ?? ".", ".cache");
  return join(caches, "htrace", "symbols");
}

/** The symbol path in effect when none is given, in the debugger's syntax. */
export function defaultSymbolPath(environment: SymbolEnvironment = OWN_ENVIRONMENT): string {
  return environment.get(SYMBOL_PATH_VARIABLE) ?? "cache*";
}

/**
 * The symbol path in effect: the one given, else that of `_NT_SYMBOL_PATH`, else only the default store, because no
 * server is contacted unless the user names one.
 *
 * @throws {SymbolPathError} for a path that cannot be understood.
 */
export function effectiveSymbolPath(
  given: string | undefined,
  environment: SymbolEnvironment = OWN_ENVIRONMENT,
): SymbolPathElement[] {
  const text = given ?? defaultSymbolPath(environment);
  return parseSymbolPath(text, { cacheFolder: defaultCacheFolder(environment) });
}
