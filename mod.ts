/**
 * htrace: find who leaks and who misuses Windows handles.
 *
 * The library's public interface; it only exports.
 *
 * ```ts ignore
 * import { openTarget, readText, REPORTS, Session } from "@htrace/htrace";
 *
 * using session = new Session(await openTarget("emulated"));
 * await session.enable();
 * session.target.execution?.go();
 * console.log(await readText(REPORTS.classic, await session.diff()));
 * ```
 *
 * @module
 */

// The vocabulary: what traces, modules and targets are.
export * from "./src/error.ts";
export * from "./src/entry_layout.ts";
export * from "./src/trace.ts";
export * from "./src/trace_log.ts";
export * from "./src/trace_log_builder.ts";
export type { TimeBound, TraceFilter } from "./src/trace_filter.ts";
export type { Answer, AnswerError, AnswerKind, StatedCounts } from "./src/answer.ts";
export { countHandles, type HandleCounts } from "./src/handle_counts.ts";
export * from "./src/module.ts";
export * from "./src/frame.ts";
export * from "./src/memory.ts";
export * from "./src/byte_source.ts";
export * from "./src/target.ts";
export * from "./src/analysis.ts";

// Errors: one base class, a few kinds.
export * from "./src/error.ts";

// Targets, and the errors that their calls throw.
export { launchProgram, liveProcesses, openTarget } from "./src/targets/mod.ts";
export { TARGET_KINDS } from "./src/targets/mod.ts";
export type {
  LaunchOptions,
  OnMark,
  RecorderOptions,
  TargetKind,
  TargetOptions,
  TargetSpec,
  TracedProgram,
} from "./src/targets/mod.ts";
export { type AccessRight, NtStatusError } from "./src/nt/status.ts";
export type { NtStatus } from "./src/ntdll.ts";

// A target with its snapshots and symbols, and the verbs as calls.
export { Session, type SessionOptions, type SessionRequest } from "./src/session.ts";
export type { AnalysisRequest } from "./src/analysis/analyze.ts";
export type { MergeBy } from "./src/analysis/merge_groups.ts";
export type { OwnerPatterns } from "./src/analysis/judgement.ts";
export * from "./src/library/mod.ts";
export { readText, REPORT_TABLE, REPORTS } from "./src/reports/mod.ts";
export {
  decodeRecording,
  encodeRecording,
  type FrameNames,
  isRecording,
  type Recording,
  RECORDING_VERSION,
} from "./src/recording/recording.ts";

// The engine: comparing logs, naming addresses.
export {
  analyzeTraces,
  diffTraces,
  EngineError,
  NO_TRACE,
  outstandingByStack,
} from "./src/engine/engine.ts";
export type {
  AnalyzeOptions,
  LogAnalysis,
  MisuseTraces,
  StackGroup,
  TraceDiff,
} from "./src/engine/engine.ts";
export { EngineStackTable } from "./src/engine/stack_table.ts";
export { pdbIdOf, Symbolizer } from "./src/symbols/symbolizer.ts";
export type {
  AddModuleOptions,
  SymbolBegins,
  SymbolizeOptions,
  SymbolStatus,
} from "./src/symbols/symbolizer.ts";
export type { SymbolList } from "./src/symbols/symbol_list.ts";

// Where symbol files come from.
export type { Guard, TemporaryFile } from "./src/temporary_file.ts";
export type { SymbolSource } from "./src/symbols/module_symbols.ts";
export {
  defaultCacheFolder,
  effectiveSymbolPath,
  FileSource,
  parseSymbolPath,
  SymbolFinder,
  symbolFinder,
  SymbolPathError,
  symbolSource,
} from "./src/symbols/path/mod.ts";
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
} from "./src/symbols/path/mod.ts";
