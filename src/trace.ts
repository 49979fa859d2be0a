/**
 * One recorded handle operation with the stack that did it.
 *
 * @module
 */

/** What was done to the handle; printed as `OPEN`, `CLOSE` and `BAD REFERENCE`. */
export type TraceType = "open" | "close" | "badref";

/**
 * The `Type` field of a trace in the kernel's own records, in the user-mode query and in minidumps
 * (handle-tracing reference, A.1): 0 marks a slot that was never written.
 */
export const TRACE_TYPE_CODES: Readonly<Record<TraceType, number>> = {
  open: 1,
  close: 2,
  badref: 3,
};

/** Names the `Type` field of a trace, or undefined for an empty slot or a damaged record. */
export function traceTypeOf(code: number): TraceType | undefined {
  for (const [type, value] of Object.entries(TRACE_TYPE_CODES)) {
    if (value === code) return type as TraceType;
  }
  return undefined;
}

/** A view of one trace, for people and for small lists; bulk work stays in {@linkcode TraceLog} bytes. */
export interface HandleTrace {
  /** The operation. */
  readonly type: TraceType;
  /** The handle value as the caller gave it; the two low tag bits may be set on a close or a badref. */
  readonly handle: number;
  /** Process id of the thread that did the operation: not always the traced process. */
  readonly processId: number;
  /** Thread id of the thread that did the operation. */
  readonly threadId: number;
  /** Return addresses, innermost first; kernel frames, where there are any, come before user frames. */
  readonly stack: BigUint64Array;
}
