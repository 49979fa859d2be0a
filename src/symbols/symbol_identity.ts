/**
 * Which build a symbol file belongs to, and whether that is the build that a module needs.
 *
 * @module
 */
import type { ByteSource } from "../byte_source.ts";
import { EngineError } from "../engine/engine_error.ts";
import type { Module, PdbId } from "../module.ts";
import { pdbIdOf } from "./symbolizer.ts";
import { closeSymbols, isTrap, openPdb, readImageKey, withStackKept } from "../engine/wasm.ts";

/** The identity of an image on disk: the key under which symbol stores keep it, and which PDB it asks for. */
export interface ImageFileIdentity {
  /** Time stamp of the file header. */
  readonly timestamp: number;
  /** Its size in memory, in bytes. */
  readonly size: number;
  /** Its RSDS record, if it has one. */
  readonly pdb?: PdbId;
}

/**
 * Reads the identity of an image file.
 *
 * @throws {EngineError} for a file that is not an image, or a damaged one.
 */
export function imageFileIdentity(image: ByteSource): ImageFileIdentity {
  try {
    const pdb = pdbIdOf(image);
    return { ...storeKey(image), ...(pdb && { pdb }) };
  } catch (cause) {
    if (cause instanceof EngineError) throw cause;
    throw new EngineError(`Cannot read image ${image.name}: ${found(cause)}`, { cause });
  }
}

/** Why a PDB is not the one that a module needs; undefined if it is, or if the module does not say which. */
export function whyNotPdbOf(module: Module, pdb: ByteSource): string | undefined {
  const { guid, age } = module.pdb ?? { guid: "", age: 0 };
  const read = (offset: number, length: number): Uint8Array => pdb.read(offset, length);
  try {
    closeSymbols(withStackKept(() => openPdb(pdb.size, read, guid, age)));
    return undefined;
  } catch (error) {
    return found(error);
  }
}

/** Why an image file is not the one that a module was loaded from; undefined if it is. */
export function whyNotImageOf(module: Module, image: ByteSource): string | undefined {
  try {
    const { timestamp, size } = storeKey(image);
    if (size === module.size && timestamp === (module.timestamp ?? timestamp)) return undefined;
    const wanted = keyText(module.timestamp, module.size);
    return `it is of another build, ${keyText(timestamp, size)}, and the module asks for ${wanted}`;
  } catch (error) {
    return found(error);
  }
}

function storeKey(image: ByteSource): { timestamp: number; size: number } {
  const read = (offset: number, length: number): Uint8Array => image.read(offset, length);
  const [timestamp = 0, size = 0] = withStackKept(() => readImageKey(image.size, read));
  return { timestamp, size };
}

function keyText(timestamp: number | undefined, size: number): string {
  const stamp = timestamp === undefined ? "any time stamp" : `time stamp ${hex(timestamp)}`;
  return `${stamp}, size ${hex(size)}`;
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}

function found(error: unknown): string {
  if (isTrap(error)) return "the engine failed at it; report the file as a bug";
  return error instanceof Error ? error.message : String(error);
}
