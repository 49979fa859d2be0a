/**
 * The structures that this folder writes and reads itself, at their 64-bit offsets: Deno runs only as a 64-bit
 * process on Windows.
 *
 * Structures that the queries of the `Ntdll` seam fill are not here: their bytes are passed up as they are and read in
 * `nt/`.
 *
 * @module
 */

/** An integer or pointer member: byte offset and width in bytes, little-endian. */
export interface Member {
  /** Byte offset from the start of the structure. */
  readonly offset: number;
  /** Width in bytes. */
  readonly size: 2 | 4 | 8;
}

/** `OBJECT_ATTRIBUTES` (ntdef.h), 64-bit. */
export const OBJECT_ATTRIBUTES = {
  size: 0x30,
  Length: { offset: 0x00, size: 4 },
  RootDirectory: { offset: 0x08, size: 8 },
  ObjectName: { offset: 0x10, size: 8 },
  Attributes: { offset: 0x18, size: 4 },
  SecurityDescriptor: { offset: 0x20, size: 8 },
  SecurityQualityOfService: { offset: 0x28, size: 8 },
} as const;

/** `CLIENT_ID` (ntdef.h), 64-bit. */
export const CLIENT_ID = {
  size: 0x10,
  UniqueProcess: { offset: 0x00, size: 8 },
  UniqueThread: { offset: 0x08, size: 8 },
} as const;

/** `UNICODE_STRING` (ntdef.h), 64-bit; `Length` counts bytes. */
export const UNICODE_STRING = {
  size: 0x10,
  Length: { offset: 0x00, size: 2 },
  MaximumLength: { offset: 0x02, size: 2 },
  Buffer: { offset: 0x08, size: 8 },
} as const;

/** `RTL_OSVERSIONINFOW` (wdm.h): five ULONGs and a text of 128 UTF-16 units. */
export const RTL_OSVERSIONINFOW = {
  size: 0x114,
  dwOSVersionInfoSize: { offset: 0x00, size: 4 },
  dwMajorVersion: { offset: 0x04, size: 4 },
  dwMinorVersion: { offset: 0x08, size: 4 },
  dwBuildNumber: { offset: 0x0c, size: 4 },
} as const;

/** `SECURITY_ATTRIBUTES` (minwinbase.h), 64-bit. */
export const SECURITY_ATTRIBUTES = {
  size: 0x18,
  nLength: { offset: 0x00, size: 4 },
  lpSecurityDescriptor: { offset: 0x08, size: 8 },
  bInheritHandle: { offset: 0x10, size: 4 },
} as const;

/** `STARTUPINFOW` (processthreadsapi.h), 64-bit. */
export const STARTUPINFOW = {
  size: 0x68,
  cb: { offset: 0x00, size: 4 },
  dwFlags: { offset: 0x3c, size: 4 },
  hStdInput: { offset: 0x50, size: 8 },
  hStdOutput: { offset: 0x58, size: 8 },
  hStdError: { offset: 0x60, size: 8 },
} as const;

/** `PROCESS_INFORMATION` (processthreadsapi.h), 64-bit. */
export const PROCESS_INFORMATION = {
  size: 0x18,
  hProcess: { offset: 0x00, size: 8 },
  hThread: { offset: 0x08, size: 8 },
  dwProcessId: { offset: 0x10, size: 4 },
  dwThreadId: { offset: 0x14, size: 4 },
} as const;

/** `PROCESS_BASIC_INFORMATION` (winternl.h), 64-bit. */
export const PROCESS_BASIC_INFORMATION = {
  size: 0x30,
  ExitStatus: { offset: 0x00, size: 4 },
  PebBaseAddress: { offset: 0x08, size: 8 },
} as const;

/** `PEB` (winternl.h), as far as it is the same in both widths. */
export const PEB = {
  /** A BOOLEAN of one byte. */
  BeingDebugged: 0x02,
} as const;

/**
 * `DBGUI_WAIT_STATE_CHANGE` (phnt's ntdbg.h), 64-bit: an event of a debug object. What follows `AppClientId` depends on
 * `NewState`; the largest is an exception's record.
 */
export const DBGUI_WAIT_STATE_CHANGE = {
  size: 0xb8,
  NewState: { offset: 0x00, size: 4 },
  /** A CLIENT_ID of 0x10 bytes. */
  AppClientId: 0x08,
  CreateThread_HandleToThread: { offset: 0x18, size: 8 },
  CreateProcess_HandleToProcess: { offset: 0x18, size: 8 },
  CreateProcess_HandleToThread: { offset: 0x20, size: 8 },
  CreateProcess_FileHandle: { offset: 0x30, size: 8 },
  LoadDll_FileHandle: { offset: 0x18, size: 8 },
  ExitProcess_ExitStatus: { offset: 0x18, size: 4 },
  // An EXCEPTION_RECORD (winnt.h), 64-bit also for 32-bit programs.
  Exception_ExceptionCode: { offset: 0x18, size: 4 },
  Exception_NumberParameters: { offset: 0x30, size: 4 },
  /** Length of the text with its zero, in characters, for the exceptions of OutputDebugString. */
  Exception_TextLength: { offset: 0x38, size: 8 },
  /** Its address, and the lower half of it. */
  Exception_TextAddress: { offset: 0x40, size: 8 },
  Exception_TextAddressLow: { offset: 0x40, size: 4 },
} as const;

/** A zeroed structure whose members are read and written through their table entries. */
export class Structure {
  /** The bytes, in the form for calls. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;

  /** Makes a structure of `size` zero bytes. */
  constructor(size: number) {
    this.bytes = new Uint8Array(size);
    this.#view = new DataView(this.bytes.buffer);
  }

  /** Writes a member, cut to its width. */
  set(member: Member, value: number): this {
    if (member.size === 2) this.#view.setUint16(member.offset, value, true);
    else if (member.size === 4) this.#view.setUint32(member.offset, value, true);
    else this.#view.setBigInt64(member.offset, BigInt(value), true);
    return this;
  }

  /** Reads a member as an unsigned number; 64-bit ones as far as a number is exact. */
  get(member: Member): number {
    if (member.size === 2) return this.#view.getUint16(member.offset, true);
    if (member.size === 4) return this.#view.getUint32(member.offset, true);
    return Number(this.#view.getBigUint64(member.offset, true));
  }
}
