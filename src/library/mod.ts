/**
 * What the verbs do, as calls. The README has the table of verbs and calls.
 *
 * @module
 */
export * from "./compare.ts";
export * from "./handles.ts";
export * from "./processes.ts";
export * from "./record.ts";
export * from "./replace_file.ts";
export * from "./run.ts";
export * from "./trace_step.ts";
