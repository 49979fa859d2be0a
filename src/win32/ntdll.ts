/**
 * ntdll through Deno's foreign-function interface: the {@linkcode Ntdll} of real Windows (and of Wine).
 *
 * Only calls that return an NTSTATUS are used, because `GetLastError` is not reliable here: the runtime makes
 * system calls of its own between ours and the question.
 *
 * @module
 */
import type { HandleAnswer, Ntdll, NtStatus, QueryAnswer } from "../ntdll.ts";
import { CLIENT_ID, OBJECT_ATTRIBUTES, RTL_OSVERSIONINFOW, Structure } from "./structures.ts";

/**
 * The calls. A HANDLE is an `isize` and not a pointer, so that it stays a number on our side; NTSTATUS is read
 * unsigned. Headers: ntpsapi.h, ntexapi.h, ntobapi.h, ntrtl.h as phnt has them; SDK and WDK headers where they
 * declare the call, too.
 */
const SYMBOLS = {
  // ntpsapi.h, wdm.h
  NtOpenProcess: {
    parameters: [
      "buffer", // PHANDLE ProcessHandle
      "u32", // ACCESS_MASK DesiredAccess
      "buffer", // POBJECT_ATTRIBUTES ObjectAttributes
      "buffer", // PCLIENT_ID ClientId
    ],
    result: "u32",
  },
  // ntobapi.h, winternl.h
  NtClose: {
    parameters: ["isize"], // HANDLE Handle
    result: "u32",
  },
  // ntpsapi.h
  NtSetInformationProcess: {
    parameters: [
      "isize", // HANDLE ProcessHandle
      "u32", // PROCESSINFOCLASS ProcessInformationClass
      "buffer", // PVOID ProcessInformation
      "u32", // ULONG ProcessInformationLength
    ],
    result: "u32",
  },
  // ntpsapi.h, winternl.h
  NtQueryInformationProcess: {
    parameters: [
      "isize", // HANDLE ProcessHandle
      "u32", // PROCESSINFOCLASS ProcessInformationClass
      "buffer", // PVOID ProcessInformation
      "u32", // ULONG ProcessInformationLength
      "buffer", // PULONG ReturnLength
    ],
    result: "u32",
  },
  // ntmmapi.h
  NtReadVirtualMemory: {
    parameters: [
      "isize", // HANDLE ProcessHandle
      "usize", // PVOID BaseAddress
      "buffer", // PVOID Buffer
      "usize", // SIZE_T NumberOfBytesToRead
      "buffer", // PSIZE_T NumberOfBytesRead
    ],
    result: "u32",
  },
  // ntexapi.h, winternl.h
  NtQuerySystemInformation: {
    parameters: [
      "u32", // SYSTEM_INFORMATION_CLASS SystemInformationClass
      "buffer", // PVOID SystemInformation
      "u32", // ULONG SystemInformationLength
      "buffer", // PULONG ReturnLength
    ],
    result: "u32",
  },
  // ntobapi.h, winternl.h
  NtQueryObject: {
    parameters: [
      "isize", // HANDLE Handle
      "u32", // OBJECT_INFORMATION_CLASS ObjectInformationClass
      "buffer", // PVOID ObjectInformation
      "u32", // ULONG ObjectInformationLength
      "buffer", // PULONG ReturnLength
    ],
    result: "u32",
  },
  // ntobapi.h, ntifs.h
  NtDuplicateObject: {
    parameters: [
      "isize", // HANDLE SourceProcessHandle
      "isize", // HANDLE SourceHandle
      "isize", // HANDLE TargetProcessHandle
      "buffer", // PHANDLE TargetHandle
      "u32", // ACCESS_MASK DesiredAccess
      "u32", // ULONG HandleAttributes
      "u32", // ULONG Options
    ],
    result: "u32",
  },
  // ntpsapi.h
  NtSuspendProcess: {
    parameters: ["isize"], // HANDLE ProcessHandle
    result: "u32",
  },
  // ntpsapi.h
  NtResumeProcess: {
    parameters: ["isize"], // HANDLE ProcessHandle
    result: "u32",
  },
  // ntrtl.h, wdm.h
  RtlGetVersion: {
    parameters: ["buffer"], // PRTL_OSVERSIONINFOW VersionInformation
    result: "u32",
  },
  // ntrtl.h
  RtlAdjustPrivilege: {
    parameters: [
      "u32", // ULONG Privilege
      "u8", // BOOLEAN Enable
      "u8", // BOOLEAN Client: the thread's token instead of the process's
      "buffer", // PBOOLEAN WasEnabled
    ],
    result: "u32",
  },
} as const satisfies Deno.ForeignLibraryInterface;

/** `SE_DEBUG_PRIVILEGE` (wdm.h): opens processes of other users; since Windows 11 24H2 also shows stacks. */
export const SE_DEBUG_PRIVILEGE = 20;

/** A Windows version, as `RtlGetVersion` tells it: 10.0.22631, or 5.1.2600 for XP. */
export interface WindowsVersion {
  /** 5 for XP and Server 2003, 6 for Vista to 8.1, 10 for 10 and 11. */
  readonly major: number;
  /** With 5: 1 is XP, 2 Server 2003. */
  readonly minor: number;
  /** The build number. */
  readonly build: number;
}

/** The real ntdll of this process. Dispose it to let go of the library. */
export class WindowsNtdll implements Ntdll, Disposable {
  /** Deno is a 64-bit process wherever it runs on Windows. */
  readonly pointerSize = 8;
  readonly #library: Deno.DynamicLibrary<typeof SYMBOLS>;
  /** Where a call puts its one integer answer; calls are synchronous, so that one place is enough. */
  readonly #answer = new BigUint64Array(1);

  /** Opens the library: Windows' own, or in tests the DLL at a path, which must export the same calls. */
  constructor(library = "ntdll.dll") {
    this.#library = Deno.dlopen(library, SYMBOLS);
  }

  /** `NtOpenProcess`. */
  openProcess(processId: number, access: number): HandleAnswer {
    const attributes = new Structure(OBJECT_ATTRIBUTES.size)
      .set(OBJECT_ATTRIBUTES.Length, OBJECT_ATTRIBUTES.size);
    const clientId = new Structure(CLIENT_ID.size).set(CLIENT_ID.UniqueProcess, processId);
    const status = this.#library.symbols.NtOpenProcess(
      this.#clearedAnswer(),
      access,
      attributes.bytes,
      clientId.bytes,
    );
    return { status, handle: this.#number() };
  }

  /** `NtClose`. */
  close(handle: number): NtStatus {
    return this.#library.symbols.NtClose(BigInt(handle));
  }

  /** `NtSetInformationProcess`. */
  setInformationProcess(
    process: number,
    informationClass: number,
    buffer: Uint8Array | null,
  ): NtStatus {
    return this.#library.symbols.NtSetInformationProcess(
      BigInt(process),
      informationClass,
      buffer,
      buffer?.length ?? 0,
    );
  }

  /** `NtQueryInformationProcess`. */
  queryInformationProcess(
    process: number,
    informationClass: number,
    buffer: Uint8Array,
  ): QueryAnswer {
    const status = this.#library.symbols.NtQueryInformationProcess(
      BigInt(process),
      informationClass,
      buffer,
      buffer.length,
      this.#clearedAnswer(),
    );
    return { status, returnLength: this.#number() };
  }

  /** `NtReadVirtualMemory`. */
  readVirtualMemory(process: number, address: bigint, buffer: Uint8Array): QueryAnswer {
    const status = this.#library.symbols.NtReadVirtualMemory(
      BigInt(process),
      address,
      buffer,
      BigInt(buffer.length),
      this.#clearedAnswer(),
    );
    return { status, returnLength: this.#number() };
  }

  /** `NtQuerySystemInformation`. */
  querySystemInformation(informationClass: number, buffer: Uint8Array): QueryAnswer {
    const status = this.#library.symbols.NtQuerySystemInformation(
      informationClass,
      buffer,
      buffer.length,
      this.#clearedAnswer(),
    );
    return { status, returnLength: this.#number() };
  }

  /** `NtQueryObject`; a name query may never return, see `object_names.ts`. */
  queryObject(handle: number, informationClass: number, buffer: Uint8Array): QueryAnswer {
    const status = this.#library.symbols.NtQueryObject(
      BigInt(handle),
      informationClass,
      buffer,
      buffer.length,
      this.#clearedAnswer(),
    );
    return { status, returnLength: this.#number() };
  }

  /** `NtDuplicateObject`. */
  duplicateObject(
    sourceProcess: number,
    sourceHandle: number,
    targetProcess: number,
    access: number,
    options: number,
  ): HandleAnswer {
    const attributes = 0; // not inheritable: a child of ours must not keep the target's objects alive
    const status = this.#library.symbols.NtDuplicateObject(
      BigInt(sourceProcess),
      BigInt(sourceHandle),
      BigInt(targetProcess),
      this.#clearedAnswer(),
      access,
      attributes,
      options,
    );
    return { status, handle: this.#number() };
  }

  /** `NtSuspendProcess`. */
  suspendProcess(process: number): NtStatus {
    return this.#library.symbols.NtSuspendProcess(BigInt(process));
  }

  /** `NtResumeProcess`. */
  resumeProcess(process: number): NtStatus {
    return this.#library.symbols.NtResumeProcess(BigInt(process));
  }

  /** Which Windows this is. `GetVersion` would answer by the executable's manifest, this one does not. */
  version(): WindowsVersion {
    const info = new Structure(RTL_OSVERSIONINFOW.size)
      .set(RTL_OSVERSIONINFOW.dwOSVersionInfoSize, RTL_OSVERSIONINFOW.size);
    this.#library.symbols.RtlGetVersion(info.bytes); // documented to succeed always
    return {
      major: info.get(RTL_OSVERSIONINFOW.dwMajorVersion),
      minor: info.get(RTL_OSVERSIONINFOW.dwMinorVersion),
      build: info.get(RTL_OSVERSIONINFOW.dwBuildNumber),
    };
  }

  /** Enables a privilege that this process's token holds; C0000061 when it holds none. */
  enablePrivilege(privilege: number): NtStatus {
    return this.#library.symbols.RtlAdjustPrivilege(privilege, 1, 0, this.#clearedAnswer());
  }

  /** Closes the library. */
  [Symbol.dispose](): void {
    this.#library.close();
  }

  #clearedAnswer(): BigUint64Array<ArrayBuffer> {
    this.#answer[0] = 0n;
    return this.#answer;
  }

  #number(): number {
    return Number(this.#answer[0]);
  }
}
