/**
 * What the verbs do, as calls. The README has the table of verbs and calls.
 *
 * @module
 */
export { diffSince, snapshotOf } from "./compare.ts";
export { diffHandleLists } from "./handle_diff.ts";
export type { HandleListDiff, HandleTypeCount, ReplacedHandle } from "./handle_diff.ts";
export { diffHandles } from "./handles.ts";
export type { HandlesAnswer } from "./handles.ts";
export { BaselineError, leaksOf, parseBaseline, renderBaseline } from "./leaks.ts";
export type { Baseline, Leak } from "./leaks.ts";
export { listProcesses } from "./processes.ts";
export { record, recordHandles, writeRecording } from "./record.ts";
export { renderHandleDiff } from "./render_handle_diff.ts";
export { FileWriteError } from "./replace_file.ts";
export type { FileWriter } from "./replace_file.ts";
export { runProgram } from "./run.ts";
export type { RunOptions, RunResult } from "./run.ts";
export { beginsAnew, traceStep } from "./trace_step.ts";
