/**
 * A program that we start, suspended before its first instruction so that its memory can be changed. No debugger
 * attaches.
 *
 * @module
 */
import type { NtStatus } from "../ntdll.ts";
import {
  MEM_COMMIT,
  MEM_RESERVE,
  PAGE_READWRITE,
  PROCESS_MITIGATION_POLICY,
  PROCESSINFOCLASS,
  STATUS,
} from "./constants.ts";
import { NTDLL } from "./ntdll_functions.ts";
import { createSuspended, ProgramError } from "./program.ts";
import { PROCESS_BASIC_INFORMATION, PROCESS_INFORMATION } from "./structures.ts";
import { systemLibrary } from "./system_library.ts";

/** What this file calls. */
const FUNCTIONS = {
  NtResumeThread: NTDLL.NtResumeThread,
  NtTerminateProcess: NTDLL.NtTerminateProcess,
  NtQueryInformationProcess: NTDLL.NtQueryInformationProcess,
  NtReadVirtualMemory: NTDLL.NtReadVirtualMemory,
  NtWriteVirtualMemory: NTDLL.NtWriteVirtualMemory,
  NtAllocateVirtualMemory: NTDLL.NtAllocateVirtualMemory,
  NtProtectVirtualMemory: NTDLL.NtProtectVirtualMemory,
  NtDuplicateObject: NTDLL.NtDuplicateObject,
  NtWaitForSingleObject: NTDLL.NtWaitForSingleObject,
  NtClose: NTDLL.NtClose,
} as const satisfies Deno.ForeignLibraryInterface;

/** Bits of two mitigation policies (winnt.h): ProhibitDynamicCode; MicrosoftSignedOnly and StoreSignedOnly. */
const PROHIBIT_DYNAMIC_CODE = 1;
const SIGNED_ONLY = 3;

/** `PEB.ImageBaseAddress` (phnt's ntpebteb.h), 64-bit. A 32-bit process's 64-bit PEB has it too. */
const PEB_IMAGE_BASE = 0x10n;

/** Addresses of allocations are multiples of this. */
const ALLOCATION_GRANULARITY = 0x1_0000n;
/** How far an import table reaches: its entries are 32-bit offsets from the image's base. */
const REACH = 0xf000_0000n;

/** Restrictions that keep a DLL of ours out of a process, or from changing code in it. */
export interface ProcessRestrictions {
  /** Whether only images signed by Microsoft or the Store are loaded. */
  readonly isSignedOnly: boolean;
  /** Whether code may be neither made nor changed. */
  readonly hasFixedCode: boolean;
  /** Whether it is a protected process. */
  readonly isProtected: boolean;
}

/** A program of this system, suspended at its first instruction. Disposing it before it has run ends it. */
export class SuspendedProgram implements Disposable {
  /** Id of its process. */
  readonly processId: number;
  readonly #name: string;
  readonly #process: bigint;
  readonly #thread: bigint;
  readonly #ntdll: Deno.DynamicLibrary<typeof FUNCTIONS>;
  readonly #resources: DisposableStack;
  #isRunning = false;

  /** Starts a program with its arguments; it gets our standard streams and working directory. */
  constructor(command: readonly string[]) {
    this.#name = command[0] ?? "";
    using resources = new DisposableStack();
    this.#ntdll = Deno.dlopen(systemLibrary("ntdll.dll"), FUNCTIONS);
    resources.defer(() => this.#ntdll.close());
    const information = createSuspended(command);
    this.processId = information.get(PROCESS_INFORMATION.dwProcessId);
    this.#process = BigInt(information.get(PROCESS_INFORMATION.hProcess));
    this.#thread = BigInt(information.get(PROCESS_INFORMATION.hThread));
    const { NtClose, NtTerminateProcess } = this.#ntdll.symbols;
    for (const handle of [this.#process, this.#thread]) resources.defer(() => NtClose(handle));
    resources.defer(() => {
      if (!this.#isRunning) NtTerminateProcess(this.#process, STATUS.STATUS_CANCELLED);
    });
    this.#resources = resources.move();
  }

  /** Whether its process is a 32-bit one. */
  get isWow64(): boolean {
    return this.#query(PROCESSINFOCLASS.ProcessWow64Information, 8).getBigUint64(0, true) !== 0n;
  }

  /** Address of the program's image. */
  get imageBase(): bigint {
    const { size, PebBaseAddress } = PROCESS_BASIC_INFORMATION;
    const peb = this.#query(PROCESSINFOCLASS.ProcessBasicInformation, size)
      .getBigUint64(PebBaseAddress.offset, true);
    const base = this.read(peb + PEB_IMAGE_BASE, 8);
    if (base.length < 8) throw this.#error("its process has no image");
    return new DataView(base.buffer).getBigUint64(0, true);
  }

  /** The restrictions on it. Systems that lack a query do not have its restriction either. */
  get restrictions(): ProcessRestrictions {
    const policy = (which: number): number => {
      const buffer = Uint32Array.of(which, 0); // PROCESS_MITIGATION_POLICY_INFORMATION
      const status = this.#tryQuery(
        PROCESSINFOCLASS.ProcessMitigationPolicy,
        new Uint8Array(buffer.buffer),
      );
      return isFailure(status) ? 0 : buffer[1]!;
    };
    const protection = new Uint8Array(1); // PS_PROTECTION
    const isKnown = !isFailure(
      this.#tryQuery(PROCESSINFOCLASS.ProcessProtectionInformation, protection),
    );
    return {
      isSignedOnly: (policy(PROCESS_MITIGATION_POLICY.ProcessSignaturePolicy) & SIGNED_ONLY) !== 0,
      hasFixedCode:
        (policy(PROCESS_MITIGATION_POLICY.ProcessDynamicCodePolicy) & PROHIBIT_DYNAMIC_CODE) !== 0,
      isProtected: isKnown && protection[0] !== 0,
    };
  }

  /** Reads up to `length` bytes of its memory; fewer if the memory ends. */
  read(address: bigint, length: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(length);
    const count = new BigUint64Array(1);
    this.#ntdll.symbols.NtReadVirtualMemory(this.#process, address, bytes, BigInt(length), count);
    return bytes.subarray(0, Number(count[0]));
  }

  /** Writes bytes into its memory, even if that is read-only. */
  write(address: bigint, bytes: Uint8Array<ArrayBuffer>): void {
    const { NtProtectVirtualMemory, NtWriteVirtualMemory } = this.#ntdll.symbols;
    const size = BigInt(bytes.length);
    const old = new Uint32Array(1);
    const protect = (protection: number): NtStatus =>
      NtProtectVirtualMemory(
        this.#process,
        BigUint64Array.of(address),
        BigUint64Array.of(size),
        protection,
        old,
      );
    this.#check(protect(PAGE_READWRITE), "its memory cannot be changed");
    const before = old[0]!;
    const status = NtWriteVirtualMemory(this.#process, address, bytes, size, null);
    protect(before);
    this.#check(status, "its memory cannot be written");
  }

  /** Allocates memory after an image, within reach of an import table's offsets. */
  allocateAfter(image: bigint, imageSize: number, size: number): bigint {
    const { NtAllocateVirtualMemory } = this.#ntdll.symbols;
    const end = image + BigInt(imageSize) + ALLOCATION_GRANULARITY - 1n;
    const first = end / ALLOCATION_GRANULARITY * ALLOCATION_GRANULARITY;
    for (let at = first; at < image + REACH; at += ALLOCATION_GRANULARITY) {
      const base = BigUint64Array.of(at);
      const status = NtAllocateVirtualMemory(
        this.#process,
        base,
        0n,
        BigUint64Array.of(BigInt(size)),
        MEM_RESERVE | MEM_COMMIT,
        PAGE_READWRITE,
      );
      if (!isFailure(status)) return base[0]!;
    }
    throw this.#error("there is no free memory after its image");
  }

  /** Duplicates a handle of ours into it with the rights `access`, and returns the handle's value there. */
  giveHandle(handle: bigint, access: number): number {
    const given = new BigUint64Array(1);
    const status = this.#ntdll.symbols
      .NtDuplicateObject(-1n, handle, this.#process, given, access, 0, 0);
    this.#check(status, "it cannot be given a handle");
    return Number(given[0]);
  }

  /** Lets the program run, waits for its end, and returns its exit status. */
  async runToExit(): Promise<number> {
    this.#isRunning = true;
    const { NtResumeThread, NtWaitForSingleObject } = this.#ntdll.symbols;
    this.#check(NtResumeThread(this.#thread, null), "it cannot be resumed");
    this.#check(await NtWaitForSingleObject(this.#process, 0, null), "its end cannot be awaited");
    return this.#query(PROCESSINFOCLASS.ProcessBasicInformation, PROCESS_BASIC_INFORMATION.size)
      .getUint32(PROCESS_BASIC_INFORMATION.ExitStatus.offset, true);
  }

  /** Ends the program if it has not run, and closes all handles. */
  [Symbol.dispose](): void {
    this.#resources[Symbol.dispose]();
  }

  #query(informationClass: number, size: number): DataView {
    const buffer = new Uint8Array(size);
    this.#check(this.#tryQuery(informationClass, buffer), "its process cannot be queried");
    return new DataView(buffer.buffer);
  }

  #tryQuery(informationClass: number, buffer: Uint8Array<ArrayBuffer>): NtStatus {
    return this.#ntdll.symbols.NtQueryInformationProcess(
      this.#process,
      informationClass,
      buffer,
      buffer.length,
      null,
    );
  }

  #check(status: NtStatus, found: string): void {
    if (isFailure(status)) {
      throw this.#error(`${found} (0x${status.toString(16).toUpperCase()})`);
    }
  }

  #error(found: string): ProgramError {
    return new ProgramError(
      `Cannot record "${this.#name}": ${found}; use kernel tracing (leave out --recorder)`,
    );
  }
}

function isFailure(status: NtStatus): boolean {
  return status >>> 30 === 3;
}
