/**
 * Cabinets: how symbol stores compress files.
 *
 * @module
 */
import type { ByteSource } from "../byte_source.ts";
import { EngineError } from "../engine/engine_error.ts";
import { CabinetReader, isTrap, withStackKept } from "../engine/wasm.ts";

/**
 * Expands the file in a cabinet (MSZIP, LZX or stored), in pieces of up to 32 KiB. The cabinet is read as pieces are
 * taken, so neither file is ever whole in memory, and the caller may stop or pause between two pieces.
 *
 * @throws {EngineError} for bytes that are not a cabinet, or a damaged one; some pieces may have been taken by then.
 */
export function* expandCabinet(cabinet: ByteSource): Generator<Uint8Array, void> {
  const read = (offset: number, length: number): Uint8Array => cabinet.read(offset, length);
  const reader = expanding(() => new CabinetReader(cabinet.size, read));
  try {
    const next = (): Uint8Array | undefined => expanding(() => reader.nextPiece());
    for (let piece = next(); piece !== undefined; piece = next()) yield piece;
  } finally {
    free(reader);
  }
}

function expanding<T>(call: () => T): T {
  try {
    return withStackKept(call);
  } catch (cause) {
    const found = cause instanceof Error && !isTrap(cause) ? cause.message : "it is damaged";
    throw new EngineError(`Cannot expand the cabinet: ${found}`, { cause });
  }
}

function free(reader: CabinetReader): void {
  try {
    reader.free();
  } catch {
    // A trap left it borrowed for good; the module keeps it, and still works.
  }
}
