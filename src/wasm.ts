/**
 * The WASM module's exports under our own names: the mirror of `wasm/src/abi/`, and the only importer of
 * `wasm/pkg`.
 *
 * @module
 */
export { analyzeLog, diffLogs, LogTables } from "../wasm/pkg/htrace.js";
export { locateModules } from "../wasm/pkg/htrace.js";
