/**
 * What the verbs do, as calls. The README has the table of verbs and calls.
 *
 * @module
 */
export { diffSince, snapshotOf } from "./compare.ts";
export { diffHandles } from "./handles.ts";
export type { HandlesAnswer } from "./handles.ts";
export { listProcesses } from "./processes.ts";
export { record, recordHandles, writeRecording } from "./record.ts";
export { FileWriteError } from "./replace_file.ts";
export type { FileWriter } from "./replace_file.ts";
export { runProgram } from "./run.ts";
export type { RunOptions, RunResult } from "./run.ts";
export { beginsAnew, traceStep } from "./trace_step.ts";
