/**
 * HRESULTs in words.
 *
 * Values are those of Microsoft's `winerror.h`; the texts are ours, and say what a value means when the
 * debugger engine returns it. A value with the bit 0x10000000 is an NTSTATUS with that bit added (`HRESULT_FROM_NT`);
 * one from 0x80070000 on is a Win32 error (`HRESULT_FROM_WIN32`).
 *
 * @module
 */

/** An HRESULT, as an unsigned 32-bit number; the top bit means failure. */
export type HResult = number;

/** Values that the debugger engine is known to return. */
export const RESULTS: readonly {
  /** The value's name in winerror.h or ntstatus.h. */
  readonly name: string;
  readonly value: HResult;
  /** What it means and, after a semicolon, what to do, if anything can be done. */
  readonly meaning: string;
}[] = [
  { name: "S_FALSE", value: 0x00000001, meaning: "it timed out" }, // of WaitForEvent
  {
    name: "E_NOTIMPL",
    value: 0x80004001,
    meaning: "this engine does not implement it; install the Debugging Tools for Windows",
  },
  { name: "E_FAIL", value: 0x80004005, meaning: "it failed" },
  { name: "ERROR_FILE_NOT_FOUND", value: 0x80070002, meaning: "there is no such file" },
  { name: "ERROR_PATH_NOT_FOUND", value: 0x80070003, meaning: "there is no such folder" },
  { name: "ERROR_ACCESS_DENIED", value: 0x80070005, meaning: "access denied; run elevated" },
  { name: "ERROR_SHARING_VIOLATION", value: 0x80070020, meaning: "another program uses the file" },
  { name: "ERROR_NOT_SUPPORTED", value: 0x80070032, meaning: "this system does not support it" },
  {
    name: "E_INVALIDARG",
    value: 0x80070057,
    meaning: "a parameter was rejected; there may be no such process",
  },
  { name: "ERROR_FILE_CORRUPT", value: 0x80070570, meaning: "the file is damaged" },
  { name: "ERROR_INVALID_NAME", value: 0x8007007b, meaning: "that is not a file name" },
  { name: "STATUS_INVALID_CID", value: 0xd000000b, meaning: "there is no process of that id" },
  { name: "STATUS_ACCESS_DENIED", value: 0xd0000022, meaning: "access denied; run elevated" },
];

/** Whether a result means failure. */
export function isFailure(result: HResult): boolean {
  return result >= 0x8000_0000;
}

/** A result as people see it: `0x80070005: access denied; run elevated`. */
export function resultText(result: HResult): string {
  const code = `0x${result.toString(16).toUpperCase().padStart(8, "0")}`;
  const meaning = RESULTS.find(({ value }) => value === result)?.meaning;
  return meaning === undefined ? code : `${code}: ${meaning}`;
}
