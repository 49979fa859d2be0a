/**
 * HRESULTs in words.
 *
 * Values are those of Microsoft's `winerror.h`; the sentences are ours, and say what a value means when the
 * debugger engine answers it. One with the bit 0x10000000 is an NTSTATUS with that bit added
 * (`HRESULT_FROM_NT`), one from 0x80070000 on is an error of Win32 (`HRESULT_FROM_WIN32`).
 *
 * @module
 */

/** An HRESULT, as an unsigned 32-bit number; the top bit means failure. */
export type HResult = number;

/** What a value means and, after a semicolon, what to do, where there is anything to do. */
const MEANINGS: ReadonlyMap<HResult, string> = new Map([
  [0x00000001, "it timed out"], // S_FALSE, of WaitForEvent
  [0x80004001, "this engine does not implement it; install the Debugging Tools for Windows"], // E_NOTIMPL
  [0x80004005, "it failed"], // E_FAIL
  [0x80070002, "there is no such file"], // ERROR_FILE_NOT_FOUND
  [0x80070003, "there is no such folder"], // ERROR_PATH_NOT_FOUND
  [0x80070005, "access denied; run elevated"], // ERROR_ACCESS_DENIED
  [0x80070020, "another program uses the file"], // ERROR_SHARING_VIOLATION
  [0x80070032, "this system does not support it"], // ERROR_NOT_SUPPORTED
  [0x80070057, "a parameter was refused; there may be no such process"], // E_INVALIDARG
  [0x80070570, "the file is damaged"], // ERROR_FILE_CORRUPT
  [0x8007007b, "that is no file name"], // ERROR_INVALID_NAME
  [0xd000000b, "there is no process of that id"], // STATUS_INVALID_CID
  [0xd0000022, "access denied; run elevated"], // STATUS_ACCESS_DENIED
]);

/** Whether a result means failure. */
export function isFailure(result: HResult): boolean {
  return result >= 0x8000_0000;
}

/** A result as people see it: `0x80070005: access denied; run elevated`. */
export function resultText(result: HResult): string {
  const code = `0x${result.toString(16).toUpperCase().padStart(8, "0")}`;
  const meaning = MEANINGS.get(result);
  return meaning === undefined ? code : `${code}: ${meaning}`;
}
