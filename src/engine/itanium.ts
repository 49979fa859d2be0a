/**
 * The WASM module that undecorates C++ names of the Itanium ABI, and the only importer of `wasm/itanium/pkg`. It is
 * loaded for the first such name, because loading it takes half as long as loading the engine.
 *
 * @module
 */
import { isTrap } from "./wasm.ts";

/** Undecorates a name that begins with `_Z`; undefined for one that is not of this ABI. */
export type ItaniumUndecorator = (name: string, withTypes: boolean) => string | undefined;

/** Loads the module. */
export async function loadItaniumUndecorator(): Promise<ItaniumUndecorator> {
  const { undecorate } = await import("../../wasm/itanium/pkg/itanium.js");
  return (name, withTypes) => {
    try {
      return undecorate(name, withTypes) || undefined;
    } catch (error) {
      // The name stays as it is: a name that makes the module fail costs nothing but itself.
      if (isTrap(error)) return undefined;
      throw error;
    }
  };
}
