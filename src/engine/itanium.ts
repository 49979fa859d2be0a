/**
 * The WASM module that undecorates names of C++ in the Itanium ABI, and the only importer of
 * `wasm/itanium/pkg`. It is loaded when the first such name is met, because it takes as long as half of the engine.
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
      // The name stays as it is: one that the module fails at costs nothing but itself.
      if (isTrap(error)) return undefined;
      throw error;
    }
  };
}
