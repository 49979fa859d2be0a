/**
 * The debugger's symbol path: `srv*cache*server`, `cache*folder` and plain folders, separated by `;`.
 *
 * Syntax from Microsoft's "Symbol path for Windows debuggers" and "Advanced SymSrv use".
 *
 * @module
 */
import { UsageError } from "../../error.ts";

/** One location in a chain of symbol stores. */
export type StoreLocation =
  | { readonly kind: "folder"; readonly path: string }
  | { readonly kind: "server"; readonly url: string };

/** One element of a symbol path. Elements are searched in order. */
export type SymbolPathElement =
  /** A folder that holds symbol files directly. */
  | { readonly kind: "folder"; readonly path: string }
  /** Files that later elements find on a server are also kept here. */
  | { readonly kind: "cache"; readonly path: string }
  /** Stores from the nearest to the farthest; a file found in one is copied to those before it. */
  | { readonly kind: "stores"; readonly stores: readonly StoreLocation[] };

/** What an empty location in the syntax stands for. */
export interface SymbolPathDefaults {
  /** Folder of the default downstream store, as `srv**url` and `cache*` mean it. */
  readonly cacheFolder: string;
}

/** A symbol path that cannot be understood. */
export class SymbolPathError extends UsageError {
  /** Creates the error; `element` is the text between two semicolons. */
  constructor(element: string, reason: string) {
    super(`Cannot read symbol path element "${element}": ${reason}`);
  }
}

/** The server that a bare `srv*` means. */
const MICROSOFT_SERVER = "https://msdl.microsoft.com/download/symbols";

/**
 * Parses a symbol path. Empty elements are skipped, as the debugger does.
 *
 * @throws {SymbolPathError} for an element that names no location at all.
 *
 * ```ts
 * import { parseSymbolPath } from "./parse.ts";
 * const path = parseSymbolPath("cache*C:\\cache;srv*https://symbols.example", { cacheFolder: "C:\\sym" });
 * console.assert(path.length === 2);
 * ```
 */
export function parseSymbolPath(text: string, defaults: SymbolPathDefaults): SymbolPathElement[] {
  return text.split(";")
    .map((element) => element.trim())
    .filter((element) => element !== "")
    .map((element) => parseElement(element, defaults));
}

function parseElement(element: string, defaults: SymbolPathDefaults): SymbolPathElement {
  const [keyword = "", ...places] = element.split("*");
  if (places.length === 0) {
    if (isUrl(element)) {
      throw new SymbolPathError(element, `a server is written "srv*${element}"`);
    }
    return { kind: "folder", path: element };
  }
  switch (keyword.toLowerCase()) {
    case "srv":
      return parseStores(places, defaults);
    case "symsrv":
      // symsrv*symsrv.dll*… names the DLL that serves the rest.
      if (places.length < 2) throw new SymbolPathError(element, "no store follows the server DLL");
      return parseStores(places.slice(1), defaults);
    case "cache": {
      if (places.length > 1) throw new SymbolPathError(element, "a cache is one folder");
      return { kind: "cache", path: places[0] || defaults.cacheFolder };
    }
    default:
      throw new SymbolPathError(
        element,
        `"${keyword}*" is not known; use "srv*", "symsrv*" or "cache*"`,
      );
  }
}

function parseStores(places: string[], defaults: SymbolPathDefaults): SymbolPathElement {
  // A bare "srv*" is the default store, then Microsoft's server.
  if (places.every((place) => place === "")) places = ["", MICROSOFT_SERVER];
  const stores = places.map((place): StoreLocation =>
    isUrl(place)
      ? { kind: "server", url: place.replace(/\/+$/, "") }
      : { kind: "folder", path: place === "" ? defaults.cacheFolder : place }
  );
  return { kind: "stores", stores };
}

function isUrl(place: string): boolean {
  return /^https?:\/\//i.test(place);
}
