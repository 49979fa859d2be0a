/**
 * The memory that {@linkcode ObjectNames} shares with its worker: one request and its result.
 *
 * @module
 */
import type { Member } from "./structures.ts";

/** Whose turn it is: the value of {@linkcode NAME_REQUEST.state}. */
export const NAME_STATE = {
  /** The worker has not opened its ntdll yet. */
  starting: 0,
  /** The worker waits for a request. */
  idle: 1,
  /** The worker is processing a request. */
  asked: 2,
  /** The worker is no longer needed. */
  ended: 3,
} as const;

/** Longest result: a UNICODE_STRING and as much text as its 16-bit length can count. */
const MAX_RESULT = 0x10 + 0x10000;

/** The shared memory. `state` is a 32-bit word at 0 that both sides wait on. */
export const NAME_REQUEST = {
  size: 0x20 + MAX_RESULT,
  state: 0, // index into an Int32Array
  /** Out: the NTSTATUS of the first call that failed, or 0. */
  status: { offset: 0x04, size: 4 },
  /** In: handle to the process that has the handle; needs PROCESS_DUP_HANDLE. */
  process: { offset: 0x08, size: 8 },
  /** In: the handle's value in that process. */
  handle: { offset: 0x10, size: 8 },
  /** Out: OBJECT_NAME_INFORMATION, a UNICODE_STRING directly followed by its text. */
  answer: 0x20,
} as const satisfies Record<string, number | Member>;

/** First message to the worker. */
export interface NameWorkerStart {
  /** {@linkcode NAME_REQUEST.size} bytes. */
  readonly memory: SharedArrayBuffer;
  /** The ntdll to open. */
  readonly library: string;
}
