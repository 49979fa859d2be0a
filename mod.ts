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
export * from "./src/trace.ts";
export * from "./src/trace_log.ts";
export * from "./src/module.ts";
export * from "./src/frame.ts";
export * from "./src/memory.ts";
export * from "./src/byte_source.ts";
export * from "./src/target.ts";
export { type AccessRight, NtStatusError } from "./src/nt/status.ts";
export type { NtStatus } from "./src/ntdll.ts";
export * from "./src/analysis.ts";
export * from "./src/engine.ts";
export * from "./src/symbolizer.ts";
export * from "./src/module_symbols.ts";
export * from "./src/symbol_identity.ts";
export * from "./src/symbol_path/mod.ts";
export * from "./src/session.ts";
export * from "./src/recording/recording.ts";
export * from "./src/targets/mod.ts";
export * from "./src/reports/mod.ts";
export * from "./src/library/mod.ts";
