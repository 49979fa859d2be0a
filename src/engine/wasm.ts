/**
 * The WASM module's exports under our own names: the mirror of `wasm/src/abi/`, and the only importer of
 * `wasm/pkg`.
 *
 * @module
 */
import {
  __wbindgen_add_to_stack_pointer as moveStackPointer,
  memory,
} from "../../wasm/pkg/htrace_bg.wasm";

export { CabinetReader } from "../../wasm/pkg/htrace.js";
// @ts-types="../../wasm/pkg/htrace.d.ts"
export {
  type AnalysisColumns,
  analyzeLog,
  closeStackTable,
  countNewTraces,
  type EntriesRead,
  internStacks,
  type LogColumns,
  openStackTable,
  type OperationColumns,
  outstandingByStack,
  outstandingTraces,
  readEntries,
  stackAddresses,
  stackCount,
  withoutKernelFrames,
} from "../../wasm/pkg/htrace.js";
export {
  areExports,
  closeSymbols,
  locateModules,
  openImage,
  openPdb,
  readImageKey,
  readPdbId,
  symbolBegins,
  symbolizeRvas,
  takeAlsoNamed,
  takeInlined,
  takeLineProblem,
  takeProblem,
  takeStringEnds,
  takeStrings,
} from "../../wasm/pkg/htrace.js";

/** Whether an error is a trap of the module: a bug in it, or a lack of memory. */
export function isTrap(error: unknown): boolean {
  return error instanceof WebAssembly.RuntimeError || error instanceof RangeError;
}

/**
 * Runs calls of the module's exports so that the module can be called again after a trap.
 *
 * A trap ends a call without its epilogue, so the module's stack pointer stays where the trap happened; a call that
 * overflowed the stack would leave no room for another.
 */
export function withStackKept<T>(call: () => T): T {
  const before = moveStackPointer(0);
  try {
    return call();
  } catch (error) {
    moveStackPointer(before - moveStackPointer(0));
    throw error;
  }
}

/** Size of the module's memory in bytes; it grows as logs and files need it and never shrinks. */
export function memorySize(): number {
  return memory.buffer.byteLength;
}
