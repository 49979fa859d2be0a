/**
 * Why the dump was written: the Exception stream (6).
 *
 * @module
 */
import { decodeStructure } from "../structure_table.ts";
import { findStream, type Minidump } from "./dump.ts";
import { EXCEPTION, EXCEPTION_INFORMATION, STREAM } from "./format.ts";

/** STATUS_INVALID_HANDLE: raised at a bad reference while handle tracing or a debugger is on. */
export const INVALID_HANDLE = 0xc000_0008;
/** STATUS_HANDLE_NOT_CLOSABLE: raised at the close of a protected handle, under the same conditions. */
export const HANDLE_NOT_CLOSABLE = 0xc000_0235;

/** Exceptions about a handle. */
export const INVALID_HANDLE_CODES: ReadonlySet<number> = new Set([
  INVALID_HANDLE,
  HANDLE_NOT_CLOSABLE,
]);

/** The exception that caused a dump. */
export interface DumpException {
  /** Thread that raised it. */
  readonly threadId: number;
  /** Its code, such as {@linkcode INVALID_HANDLE}. */
  readonly code: number;
  /** Address of the instruction that raised it. */
  readonly address: bigint;
  /** Its parameters, at most 15. */
  readonly parameters: readonly bigint[];
}

/** Reads the exception; undefined if the dump has none. */
export function readException(dump: Minidump): DumpException | undefined {
  const stream = findStream(dump, STREAM.exception);
  const bytes = stream && dump.file.read(stream.offset, Math.min(stream.size, EXCEPTION.size));
  if (bytes === undefined || bytes.length < EXCEPTION.size) return undefined;
  const { ThreadId, ExceptionCode, ExceptionAddress, NumberParameters } = decodeStructure(
    EXCEPTION,
    bytes,
  );
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = Math.min(NumberParameters, EXCEPTION_INFORMATION.count);
  const parameters = Array.from(
    { length: count },
    (_, index) => view.getBigUint64(EXCEPTION_INFORMATION.offset + index * 8, true),
  );
  return { threadId: ThreadId, code: ExceptionCode, address: ExceptionAddress, parameters };
}
