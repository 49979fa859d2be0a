/**
 * Calls into the WASM module that fail with a message for the user.
 *
 * @module
 */
import { EngineError } from "./engine_error.ts";
import { isTrap, withStackKept } from "./wasm.ts";

/** Makes a call. The engine's errors say what was found; this adds what was attempted. */
export function callEngine<T>(attempt: string, call: () => T): T {
  try {
    return withStackKept(call);
  } catch (cause) {
    let found = cause instanceof Error ? cause.message : String(cause);
    if (isTrap(cause)) found = `the engine ran out of memory or has a bug (${found})`;
    throw new EngineError(`Cannot ${attempt}: ${found}`, { cause });
  }
}
