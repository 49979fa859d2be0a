/**
 * The symbol path of a debugger prompt.
 *
 * @module
 */
import type { SymbolPathHost, SymbolPlace } from "../debugger/_command.ts";
import type { SymbolSource } from "../symbols/module_symbols.ts";
import {
  defaultSymbolPath,
  effectiveSymbolPath,
  type SymbolPathElement,
  symbolSource,
  type SymbolSourceOptions,
} from "../symbols/path/mod.ts";

/** A path that starts as the command line says and may be changed; the other options stay. */
export class PromptSymbols implements SymbolPathHost {
  readonly #options: SymbolSourceOptions;
  #path: string;

  /** Takes the options with which the session's first source was created. */
  constructor(options: SymbolSourceOptions) {
    this.#options = options;
    this.#path = options.path ?? defaultSymbolPath();
  }

  /** The path in effect. */
  get path(): string {
    return this.#path;
  }

  /** The elements of the path; folders are checked, servers are not. */
  async places(): Promise<readonly SymbolPlace[]> {
    return await Promise.all(effectiveSymbolPath(this.#path).map(placeOf));
  }

  /** Puts another path into effect. */
  use(path: string): SymbolSource {
    const source = symbolSource({ ...this.#options, path });
    this.#path = path;
    return source;
  }
}

async function placeOf(element: SymbolPathElement): Promise<SymbolPlace> {
  switch (element.kind) {
    case "folder": {
      const isThere = await Deno.stat(element.path).then((stat) => stat.isDirectory, () => false);
      return { element: element.path, state: isThere ? "OK" : "Error" };
    }
    case "cache":
      return { element: `cache*${element.path}`, state: "Deferred" };
    case "stores": {
      const stores = element.stores.map((store) =>
        store.kind === "server" ? store.url : store.path
      );
      return { element: ["srv", ...stores].join("*"), state: "Deferred" };
    }
  }
}
