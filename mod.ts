/**
 * htrace: find who leaks and who misuses Windows handles.
 *
 * The library's public face; it only exports.
 *
 * ```ts ignore
 * import { openTarget, REPORTS, Session } from "@htrace/htrace";
 *
 * using session = new Session(await openTarget("emulated"));
 * session.enable();
 * session.target.execution?.go();
 * console.log(REPORTS.classic(await session.diff()));
 * ```
 *
 * @module
 */

// The words: what traces, modules and targets are.
export * from "./src/trace.ts";
export * from "./src/trace_log.ts";
export * from "./src/module.ts";
export * from "./src/frame.ts";
export * from "./src/memory.ts";
export * from "./src/byte_source.ts";
export * from "./src/target.ts";
export * from "./src/analysis.ts";

// Targets, and what their calls throw.
export {
  launchProgram,
  liveProcesses,
  LiveTargetError,
  openTarget,
  TargetArgumentsError,
  UnknownTargetError,
  UnreadableTargetError,
} from "./src/targets/mod.ts";
export type { LaunchOptions, TargetOptions, TracedProgram } from "./src/targets/mod.ts";
export { type AccessRight, NtStatusError } from "./src/nt/status.ts";
export type { NtStatus } from "./src/ntdll.ts";

// A target with its snapshots and symbols, and the verbs as calls.
export { type AnalysisOptions, Session, type ShowOptions } from "./src/session.ts";
export * from "./src/library/mod.ts";
export { REPORTS } from "./src/reports/mod.ts";
export {
  decodeRecording,
  encodeRecording,
  isRecording,
  type Recording,
  RECORDING_VERSION,
  RecordingError,
  recordTarget,
} from "./src/recording/recording.ts";

// The engine: comparing logs, naming addresses.
export { analyzeTraces, diffTraces, EngineError } from "./src/engine.ts";
export type { StackGroup, TraceDiff, TraceTables } from "./src/engine.ts";
export { pdbIdOf, Symbolizer } from "./src/symbolizer.ts";
export type { AddModuleOptions, SymbolizeOptions, SymbolStatus } from "./src/symbolizer.ts";

// Where symbol files come from.
export type { SymbolSource } from "./src/module_symbols.ts";
export {
  defaultCacheFolder,
  effectiveSymbolPath,
  FileSource,
  parseSymbolPath,
  SymbolFinder,
  symbolFinder,
  SymbolPathError,
  symbolSource,
} from "./src/symbol_path/mod.ts";
export type {
  DownloadOptions,
  DownloadProgress,
  Expand,
  FileKind,
  FinderOptions,
  StoreLocation,
  SymbolEnvironment,
  SymbolPathDefaults,
  SymbolPathElement,
  SymbolReader,
  SymbolSearch,
  SymbolSourceOptions,
} from "./src/symbol_path/mod.ts";
