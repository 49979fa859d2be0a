/**
 * Queries whose result has a length that is known only once it fits.
 *
 * @module
 */
import type { NtStatus, QueryResult } from "../ntdll.ts";
import { isFailure, STATUS } from "./status.ts";

/** The result of a query: its bytes, or the status with which it failed. */
export type GrowingResult =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "failed"; readonly status: NtStatus };

const FIRST_SIZE = 0x1_0000;
/** A list of a million handles takes 40 MiB; a result that still does not fit is broken. */
const MAX_SIZE = 0x400_0000;

/** The statuses that different queries return for a buffer that is too small. */
const TOO_SMALL: readonly NtStatus[] = [
  STATUS.INFO_LENGTH_MISMATCH,
  STATUS.BUFFER_OVERFLOW,
  STATUS.BUFFER_TOO_SMALL,
];

/**
 * Queries with ever larger buffers until the result fits. The lengths that systems report for these lists are out of
 * date by the next try, so the size is doubled instead.
 */
export function growingQuery(query: (buffer: Uint8Array) => QueryResult): GrowingResult {
  for (let size = FIRST_SIZE;; size *= 2) {
    const bytes = new Uint8Array(size);
    const { status } = query(bytes);
    if (TOO_SMALL.includes(status) && size < MAX_SIZE) continue;
    const failed = isFailure(status) || TOO_SMALL.includes(status);
    return failed ? { kind: "failed", status } : { kind: "bytes", bytes };
  }
}
