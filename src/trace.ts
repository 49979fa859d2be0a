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

/** What a handle refers to: the object's type, name and address, as far as known. */
export interface ObjectInfo {
  /** Object type, such as `Event`. */
  readonly type?: string;
  /** Name of the object, with its directory. */
  readonly name?: string;
  /** Address of the object in kernel memory. */
  readonly address?: bigint;
}

/** A trace's data without its stack. */
export interface HandleOperation {
  /** The operation. */
  readonly type: TraceType;
  /**
   * The handle value as the caller gave it: the two low tag bits may be set on a close or a badref. Only its lower 32
   * bits if it has more.
   */
  readonly handle: number;
  /** The whole handle value, if it does not fit in 32 bits: garbage that a bad reference used as a handle. */
  readonly wideHandle?: bigint;
  /** Process id of the thread that did the operation: not always the traced process. 0 if unknown. */
  readonly processId: number;
  /** Thread id of the thread that did the operation. 0 if unknown. */
  readonly threadId: number;
  /** When it was done, in milliseconds since 1970 UTC, if the source has times. */
  readonly time?: number;
  /** What the handle referred to then, if the source says it. */
  readonly object?: ObjectInfo;
}

/** A view of one trace, for people and for small lists; bulk work stays in the columns of a `TraceLog`. */
export interface HandleTrace extends HandleOperation {
  /** Return addresses, innermost first; kernel frames, if any, come before user frames. */
  readonly stack: BigUint64Array;
}
