/**
 * The work of the verbs, as calls. The README has the table of verbs and calls.
 *
 * @module
 */
export { assertNoLeaks, LeakError } from "./assert_no_leaks.ts";
export { baselineOf, parseBaseline, renderBaseline, updateBaseline } from "./baseline.ts";
export type { Baseline } from "./baseline.ts";
export { convert } from "./convert.ts";
export type { Conversion } from "./convert.ts";
export { diffSince, processLike, sameProcess, snapshotOf } from "./compare.ts";
export { diffHandleLists } from "./handle_diff.ts";
export type { HandleListDiff, HandleTypeCount, ReplacedHandle } from "./handle_diff.ts";
export {
  groupHandles,
  growthLine,
  handleGrowth,
  mergedName,
  renderHandleGroups,
} from "./handle_groups.ts";
export type {
  GroupOptions,
  HandleGroup,
  HandleGroupsText,
  HandleGrowth,
  HandleSource,
} from "./handle_groups.ts";
export { findGrowth } from "./growth_gate.ts";
export type { GrowingStack, GrowthFound, GrowthOptions } from "./growth_gate.ts";
export { handleSeries, renderHandleSeries } from "./handle_series.ts";
export type { HandleSeries } from "./handle_series.ts";
export { diffHandles, whyHandlesAlone } from "./handles.ts";
export type { HandlesOptions, HandlesResult } from "./handles.ts";
export { NoSymbolsError, openImageSymbols } from "./image_symbols.ts";
export type { ImageSymbols } from "./image_symbols.ts";
export { findLeaks, leaksOf, markKnown } from "./leaks.ts";
export type { Leak, Leaks } from "./leaks.ts";
export { listProcesses } from "./processes.ts";
export { findProcess } from "./find_process.ts";
export { analyzeReadings, inOrderOfTime } from "./readings.ts";
export { handlesOf, record, recordHandles, recordSession, writeRecording } from "./record.ts";
export type { RecordOptions } from "./record.ts";
export { renderAnswers } from "./render_answers.ts";
export { renderHandleDiff } from "./render_handle_diff.ts";
export { FileWriteError } from "./replace_file.ts";
export type { ReplaceOptions } from "./replace_file.ts";
export { runProgram } from "./run.ts";
export type { RunOptions, RunResult } from "./run.ts";
export { searchSymbols } from "./symbol_search.ts";
export type { ModuleSearch } from "./symbol_search.ts";
export { traceStep } from "./trace_step.ts";
export { groupsOf, tracesOf } from "./views.ts";
export type { GroupView, TraceView } from "./views.ts";
