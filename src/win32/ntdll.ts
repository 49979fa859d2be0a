/**
 * ntdll through Deno's foreign-function interface: the {@linkcode Ntdll} of real Windows (and of Wine).
 *
 * Only calls that return an NTSTATUS are used, because `GetLastError` is not reliable here: the runtime makes its own
 * system calls between ours and the query.
 *
 * @module
 */
import type { HandleResult, Ntdll, NtStatus, QueryResult } from "../ntdll.ts";
import { NTDLL } from "./ntdll_functions.ts";
import { CLIENT_ID, OBJECT_ATTRIBUTES, RTL_OSVERSIONINFOW, Structure } from "./structures.ts";
import { systemLibrary } from "./system_library.ts";

/** What this file calls. */
const FUNCTIONS = {
  NtOpenProcess: NTDLL.NtOpenProcess,
  NtClose: NTDLL.NtClose,
  NtSetInformationProcess: NTDLL.NtSetInformationProcess,
  NtQueryInformationProcess: NTDLL.NtQueryInformationProcess,
  NtReadVirtualMemory: NTDLL.NtReadVirtualMemory,
  NtQuerySystemInformation: NTDLL.NtQuerySystemInformation,
  NtQueryObject: NTDLL.NtQueryObject,
  NtDuplicateObject: NTDLL.NtDuplicateObject,
  RtlGetVersion: NTDLL.RtlGetVersion,
  RtlAdjustPrivilege: NTDLL.RtlAdjustPrivilege,
} as const satisfies Deno.ForeignLibraryInterface;

/** A Windows version, as `RtlGetVersion` returns it: 10.0.22631, or 5.1.2600 for XP. */
export interface WindowsVersion {
  /** 5 for XP and Server 2003, 6 for Vista to 8.1, 10 for 10 and 11. */
  readonly major: number;
  /** With 5: 1 is XP, 2 Server 2003. */
  readonly minor: number;
  /** The build number. */
  readonly build: number;
}

/** The real ntdll of this process. Dispose it to release the library. */
export class WindowsNtdll implements Ntdll, Disposable {
  /** Deno is a 64-bit process wherever it runs on Windows. */
  readonly pointerSize = 8;
  readonly #library: Deno.DynamicLibrary<typeof FUNCTIONS>;
  /** Where a call puts its one integer result; calls are synchronous, so one place is enough. */
  readonly #answer = new BigUint64Array(1);

  /** Opens the library: Windows' own or, in tests, the DLL at a path, which must export the same calls. */
  constructor(library = systemLibrary("ntdll.dll")) {
    this.#library = Deno.dlopen(library, FUNCTIONS);
  }

  /** `NtOpenProcess`. */
  openProcess(processId: number, access: number): HandleResult {
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
  ): QueryResult {
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
  readVirtualMemory(process: number, address: bigint, buffer: Uint8Array): QueryResult {
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
  querySystemInformation(informationClass: number, buffer: Uint8Array): QueryResult {
    const status = this.#library.symbols.NtQuerySystemInformation(
      informationClass,
      buffer,
      buffer.length,
      this.#clearedAnswer(),
    );
    return { status, returnLength: this.#number() };
  }

  /** `NtQueryObject`; a name query may never return, see `object_names.ts`. */
  queryObject(handle: number, informationClass: number, buffer: Uint8Array): QueryResult {
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
  ): HandleResult {
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

  /** Which Windows this is. The result of `GetVersion` would depend on the executable's manifest; this one does not. */
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

  /** Enables a privilege that this process's token holds; C0000061 if it does not hold it. */
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
