/**
 * All names of one module.
 *
 * @module
 */
import type { Frame } from "../frame.ts";
import type { Module } from "../module.ts";
import type { Symbolizer } from "./symbolizer.ts";

/** The names of a module. */
export interface SymbolList {
  /** One frame per name, at the address where the symbol begins, sorted by address. */
  readonly frames: readonly Frame[];
  /** Where listing stopped, if going on to the beginning of the module would have taken too long. */
  readonly stoppedAt?: bigint;
}

/** The last RVA that an image can have. */
const MAX_RVA = 0xffff_ffff;
/** Most addresses to look up: one per symbol, and one per part of an image that has none. */
const MAX_LOOKUPS = 8_000_000;
/** Addresses to look up between two checks of the clock. */
const PAGE_LOOKUPS = 0x4000;
/** Listing stops after this time, for files crafted to be slow; others take less than a second. */
const MAX_MILLISECONDS = 4_000;

/** Lists the names that a symbolizer has for a module, page by page from the module's end. */
export function listSymbols(
  symbolizer: Symbolizer,
  module: Module,
  maxLookups: number = MAX_LOOKUPS,
): SymbolList {
  const pages: Frame[][] = [];
  let end = symbolizer.status(module).kind === "none" ? 0 : Math.min(module.size, MAX_RVA);
  const start = performance.now();
  for (let left = maxLookups; end > 0 && left > 0;) {
    if (performance.now() - start > MAX_MILLISECONDS) break;
    const page = symbolizer.symbolBegins(module, end, Math.min(left, PAGE_LOOKUPS));
    // A symbol's other names are found at its beginning.
    const frames = symbolizer.symbolizeRvas(module, page.rvas, { lines: false, alsoNamed: true });
    pages.push(frames.filter(({ symbol }) => symbol !== undefined));
    end = page.end;
    left -= page.lookups;
  }
  const frames = pages.flat().reverse();
  return end > 0 ? { frames, stoppedAt: module.base + BigInt(end) } : { frames };
}
