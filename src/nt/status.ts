/**
 * NTSTATUS values in words.
 *
 * Values and names are those of Microsoft's `ntstatus.h`; the texts are ours, and say what a value means for a tool
 * that examines other processes.
 *
 * @module
 */
import { HtraceError } from "../error.ts";
import type { NtStatus } from "../ntdll.ts";

/** The values that code compares with. */
export const STATUS = {
  SUCCESS: 0x00000000,
  BUFFER_OVERFLOW: 0x80000005,
  NOT_IMPLEMENTED: 0xc0000002,
  INVALID_INFO_CLASS: 0xc0000003,
  INFO_LENGTH_MISMATCH: 0xc0000004,
  INVALID_CID: 0xc000000b,
  INVALID_PARAMETER: 0xc000000d,
  ACCESS_DENIED: 0xc0000022,
  BUFFER_TOO_SMALL: 0xc0000023,
  QUOTA_EXCEEDED: 0xc0000044,
  INSUFFICIENT_RESOURCES: 0xc000009a,
  PROCESS_IS_TERMINATING: 0xc000010a,
} as const satisfies Record<string, NtStatus>;

/** The meaning of each value that this program's calls are known to return. */
const MEANINGS: ReadonlyMap<NtStatus, string> = new Map([
  [0x00000000, "success"], // STATUS_SUCCESS
  [0x80000002, "a buffer was not aligned"], // STATUS_DATATYPE_MISALIGNMENT
  [0x80000005, "the answer did not fit its buffer"], // STATUS_BUFFER_OVERFLOW
  [0x8000000d, "only part of the memory could be read"], // STATUS_PARTIAL_COPY
  [0xc0000001, "the call failed"], // STATUS_UNSUCCESSFUL
  [0xc0000002, "this system does not implement it"], // STATUS_NOT_IMPLEMENTED
  [0xc0000003, "this system does not know it"], // STATUS_INVALID_INFO_CLASS
  [0xc0000004, "the buffer had the wrong length"], // STATUS_INFO_LENGTH_MISMATCH
  [0xc0000005, "a buffer could not be accessed"], // STATUS_ACCESS_VIOLATION
  [0xc0000008, "the handle is not valid"], // STATUS_INVALID_HANDLE
  [0xc000000b, "there is no process of that id"], // STATUS_INVALID_CID
  [0xc000000d, "a parameter was rejected"], // STATUS_INVALID_PARAMETER
  [0xc0000017, "the system is out of memory"], // STATUS_NO_MEMORY
  [0xc0000022, "access denied"], // STATUS_ACCESS_DENIED
  [0xc0000023, "the buffer was too small"], // STATUS_BUFFER_TOO_SMALL
  [0xc0000024, "the handle is of another type of object"], // STATUS_OBJECT_TYPE_MISMATCH
  [0xc0000044, "the process has used up its quota of nonpaged pool"], // STATUS_QUOTA_EXCEEDED
  [0xc0000061, "a privilege is missing"], // STATUS_PRIVILEGE_NOT_HELD
  [0xc000009a, "the system has no nonpaged pool left for it"], // STATUS_INSUFFICIENT_RESOURCES
  [0xc00000bb, "the object does not support it"], // STATUS_NOT_SUPPORTED
  [0xc000010a, "the process has ended"], // STATUS_PROCESS_IS_TERMINATING
]);

/** Whether a status means failure: its two top bits are 11. Warnings, such as a partial copy, are not failures. */
export function isFailure(status: NtStatus): boolean {
  return status >>> 30 === 3;
}

/** A status as people see it, such as `access denied (0xC0000022)`. */
export function statusText(status: NtStatus): string {
  const code = `0x${(status >>> 0).toString(16).toUpperCase().padStart(8, "0")}`;
  return `${MEANINGS.get(status >>> 0) ?? "the call failed"} (${code})`;
}

/** A system call failed. */
export class NtStatusError extends HtraceError {
  /** Name of the system call. */
  readonly call: string;
  /** How it ended. */
  readonly status: NtStatus;

  /**
   * Creates the error. `attempt` completes "Cannot …"; `right` is the access right that the call needs, named if access
   * was denied.
   */
  constructor(call: string, status: NtStatus, attempt: string, right?: AccessRight) {
    const denied = status === STATUS.ACCESS_DENIED && right !== undefined
      ? ` to ${right.name} (0x${right.mask.toString(16)})`
      : "";
    const advice = ADVICE.get(status);
    const end = advice === undefined ? "" : `; ${advice}`;
    super(`Cannot ${attempt}: ${statusText(status)}${denied}${end}`);
    this.call = call;
    this.status = status;
  }
}

/** An access right to a process. */
export interface AccessRight {
  /** Its name in `winnt.h`. */
  readonly name: string;
  /** Its bit. */
  readonly mask: number;
}

/** The rights that this program requests, each in a separate handle; it requests none that it does not use. */
export const PROCESS_RIGHTS = {
  read: { name: "PROCESS_VM_READ", mask: 0x10 },
  duplicate: { name: "PROCESS_DUP_HANDLE", mask: 0x40 },
  set: { name: "PROCESS_SET_INFORMATION", mask: 0x200 },
  query: { name: "PROCESS_QUERY_INFORMATION", mask: 0x400 },
  identify: { name: "PROCESS_QUERY_LIMITED_INFORMATION", mask: 0x1000 },
} as const satisfies Record<string, AccessRight>;

/** What to do about a status, if anything can be done. */
const ADVICE: ReadonlyMap<NtStatus, string> = new Map([
  [STATUS.NOT_IMPLEMENTED, "it takes Windows itself, not a layer that imitates it"],
  [STATUS.INVALID_INFO_CLASS, "it takes Windows itself, not a layer that imitates it"],
  [STATUS.INVALID_CID, '"htrace processes" lists the processes'],
  [STATUS.ACCESS_DENIED, "run elevated or as its user; protected processes refuse everybody"],
  [STATUS.INSUFFICIENT_RESOURCES, "ask for fewer slots"],
  [STATUS.QUOTA_EXCEEDED, "ask for fewer slots"],
]);
