/**
 * The error of the WASM module.
 *
 * @module
 */
import { HtraceError } from "../error.ts";

/** The engine rejected its input, or failed: a log that contradicts itself, a damaged symbol file. */
export class EngineError extends HtraceError {}
