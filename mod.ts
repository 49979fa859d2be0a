/**
 * htrace: find who leaks and who misuses Windows handles.
 *
 * The library's public face; it only exports.
 *
 * @module
 */
export * from "./src/trace.ts";
export * from "./src/trace_log.ts";
export * from "./src/module.ts";
export * from "./src/frame.ts";
export * from "./src/memory.ts";
export * from "./src/byte_source.ts";
export * from "./src/target.ts";
