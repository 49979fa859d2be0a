/**
 * Cabinets: how symbol stores compress files.
 *
 * @module
 */
import { EngineError } from "./engine_error.ts";
import { expandCabinet as expand, isTrap, withStackKept } from "./wasm.ts";

/**
 * Expands the file in a cabinet (MSZIP, LZX or stored) and hands it on in pieces of up to 64 KiB.
 *
 * @throws {EngineError} for bytes that are no cabinet, or a damaged one; some pieces may have been written by then.
 */
export function expandCabinet(cabinet: Uint8Array, write: (piece: Uint8Array) => void): void {
  try {
    withStackKept(() => expand(cabinet, write));
  } catch (cause) {
    const found = cause instanceof Error && !isTrap(cause) ? cause.message : "it is damaged";
    throw new EngineError(`Cannot expand the cabinet: ${found}`, { cause });
  }
}
