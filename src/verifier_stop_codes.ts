/**
 * The meanings of Application Verifier's stop codes.
 *
 * @module
 */
import type { MisuseVerdict } from "./analysis.ts";
import type { TraceStop } from "./trace_log.ts";

/** The meaning of a stop code of the handle checks. */
export interface VerifierStopCode {
  /** In words. */
  readonly words: string;
  /** Whether a handle was used wrongly; absent for leaks. */
  readonly verdict?: MisuseVerdict;
  /** Whether the first parameter is the handle. */
  readonly hasHandle?: true;
}

/** The stops about handles (Microsoft Learn, Application Verifier, stop codes: Handles and Leak). */
export const VERIFIER_STOP_CODES: ReadonlyMap<number, VerifierStopCode> = new Map([
  [0x300, { words: "invalid handle", verdict: "unknown" }],
  [0x301, { words: "invalid TLS index", verdict: "unknown" }],
  [0x302, { words: "wrong parameters of WaitForMultipleObjects", verdict: "unknown" }],
  [0x303, { words: "NULL handle", verdict: "never open" }],
  [0x304, { words: "wait on a thread handle in DllMain", verdict: "unknown", hasHandle: true }],
  [0x305, { words: "wrong type of object for the handle", verdict: "unknown", hasHandle: true }],
  [0x901, { words: "leaked handle", hasHandle: true }],
  [0x902, { words: "leaked registry key", hasHandle: true }],
]);

/** Why a process was stopped, as the start of a message. */
export function stopText({ code, handle, threadId, processId }: TraceStop): string {
  const hex = (value: number): string => `0x${value.toString(16)}`;
  const where = [
    ...(threadId === undefined ? [] : [`thread ${hex(threadId)}`]),
    ...(processId === undefined ? [] : [`process ${hex(processId)}`]),
  ].join(" of ");
  const which = handle === undefined ? "the source does not say which" : `handle ${hex(handle)}`;
  const stop = VERIFIER_STOP_CODES.get(code);
  const why = stop && stop.verdict === undefined
    ? `over a ${stop.words}`
    : "at a misuse of a handle";
  return `stopped ${why} (code ${hex(code)}): ${which}${where && `, in ${where}`}`;
}
