/**
 * The system calls that user-mode tracing needs, as bytes and NTSTATUS values.
 *
 * This seam has two kinds of implementation: Deno FFI to a real ntdll (or to the tests' stand-in DLL), and the emulated
 * machine, which runs its guest kernel's own code for every call. Handles are plain numbers; −1 is the current process.
 *
 * @module
 */
import type { PointerSize } from "./memory.ts";

/** An NTSTATUS, as an unsigned 32-bit number; the top two bits 11 mean failure. */
export type NtStatus = number;

/** The result of a query: the status and the length that the call reported. */
export interface QueryResult {
  /** How the call ended. */
  readonly status: NtStatus;
  /** The call's ReturnLength; 0 if it reported none. */
  readonly returnLength: number;
}

/** The result of a call that creates a handle. */
export interface HandleResult {
  /** How the call ended. */
  readonly status: NtStatus;
  /** The new handle; 0 unless the call succeeded. The caller closes it. */
  readonly handle: number;
}

/** The system calls. No method throws because of a status: the caller turns statuses into messages. */
export interface Ntdll {
  /** Width of pointers in the buffers that these calls take and fill. */
  readonly pointerSize: PointerSize;
  /** NtOpenProcess by process id with the given PROCESS_ access rights. */
  openProcess(processId: number, access: number): HandleResult;
  /** NtClose. */
  close(handle: number): NtStatus;
  /** NtSetInformationProcess; the buffer's length is the call's length, null passes no buffer and 0. */
  setInformationProcess(
    process: number,
    informationClass: number,
    buffer: Uint8Array | null,
  ): NtStatus;
  /** NtQueryInformationProcess; the buffer is read (some classes take input in it) and filled in place. */
  queryInformationProcess(
    process: number,
    informationClass: number,
    buffer: Uint8Array,
  ): QueryResult;
  /** NtReadVirtualMemory into `buffer`; `returnLength` is the number of bytes read. */
  readVirtualMemory(process: number, address: bigint, buffer: Uint8Array): QueryResult;
  /** NtQuerySystemInformation, filling `buffer` in place. */
  querySystemInformation(informationClass: number, buffer: Uint8Array): QueryResult;
  /** NtQueryObject, filling `buffer` in place. Name queries may block for ever: see the live target. */
  queryObject(handle: number, informationClass: number, buffer: Uint8Array): QueryResult;
  /** NtDuplicateObject; options are the DUPLICATE_ bits. */
  duplicateObject(
    sourceProcess: number,
    sourceHandle: number,
    targetProcess: number,
    access: number,
    options: number,
  ): HandleResult;
}
