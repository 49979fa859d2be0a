/**
 * A program that we start: suspended before its first instruction, and held again just before its end.
 *
 * It is started suspended, so that tracing can be switched on first, and with us as its debugger, because only a
 * debugger is notified before the handle table of an ending process is removed (`debug_object.ts`). The debugger is
 * hidden from where programs look for one: `PEB.BeingDebugged` is cleared before the program runs, so that its loader
 * neither breaks nor switches on the heap's checks.
 *
 * @module
 */
import { TargetError } from "../error.ts";
import { markName, MAX_MARK_LENGTH } from "../mark.ts";
import type { NtStatus } from "../ntdll.ts";
import { commandLine } from "./command_line.ts";
import {
  CREATE_SUSPENDED,
  HANDLE_FLAG_INHERIT,
  PROCESSINFOCLASS,
  STARTF_USESTDHANDLES,
  STATUS,
  STD_HANDLE,
} from "./constants.ts";
import { DebugObject, type DebugText } from "./debug_object.ts";
import { KERNEL32 } from "./kernel32_functions.ts";
import { NTDLL } from "./ntdll_functions.ts";
import {
  PEB,
  PROCESS_BASIC_INFORMATION,
  PROCESS_INFORMATION,
  STARTUPINFOW,
  Structure,
} from "./structures.ts";
import { systemLibrary, utf16 } from "./system_library.ts";

/** What this file calls in kernel32. */
const STARTING = {
  CreateProcessW: KERNEL32.CreateProcessW,
  GetStdHandle: KERNEL32.GetStdHandle,
  SetHandleInformation: KERNEL32.SetHandleInformation,
} as const satisfies Deno.ForeignLibraryInterface;

/** What this file calls in ntdll. */
const FUNCTIONS = {
  NtResumeThread: NTDLL.NtResumeThread,
  NtTerminateProcess: NTDLL.NtTerminateProcess,
  NtSetInformationProcess: NTDLL.NtSetInformationProcess,
  NtQueryInformationProcess: NTDLL.NtQueryInformationProcess,
  NtReadVirtualMemory: NTDLL.NtReadVirtualMemory,
  NtWriteVirtualMemory: NTDLL.NtWriteVirtualMemory,
  NtClose: NTDLL.NtClose,
} as const satisfies Deno.ForeignLibraryInterface;

/** A program cannot be started or followed to its end. */
export class ProgramError extends TargetError {}

/** Inheritable handles that a program gets instead of our standard streams. */
export interface ProgramStreams {
  /** Its standard input. */
  readonly input?: number;
  /** Its standard output. */
  readonly output?: number;
}

/** A program of this system, suspended at its first instruction. Disposing it lets it end, or ends it. */
export class WindowsProgram implements Disposable {
  /** Id of its process. */
  readonly processId: number;
  readonly #name: string;
  readonly #process: number;
  readonly #thread: number;
  readonly #ntdll: Deno.DynamicLibrary<typeof FUNCTIONS>;
  readonly #debug: DebugObject;
  readonly #resources: DisposableStack;
  #isRunning = false;

  /**
   * Starts a program with its arguments; it gets our working directory and our standard streams, except for those
   * given.
   */
  constructor(command: readonly string[], streams: ProgramStreams = {}) {
    this.#name = command[0] ?? "";
    using resources = new DisposableStack();
    this.#ntdll = Deno.dlopen(systemLibrary("ntdll.dll"), FUNCTIONS);
    resources.defer(() => this.#ntdll.close());
    const information = createSuspended(command, streams);
    this.processId = information.get(PROCESS_INFORMATION.dwProcessId);
    this.#process = information.get(PROCESS_INFORMATION.hProcess);
    this.#thread = information.get(PROCESS_INFORMATION.hThread);
    const { NtClose, NtTerminateProcess } = this.#ntdll.symbols;
    for (const handle of [this.#process, this.#thread]) {
      resources.defer(() => NtClose(BigInt(handle)));
    }
    resources.defer(() => {
      if (!this.#isRunning) NtTerminateProcess(BigInt(this.#process), STATUS.STATUS_CANCELLED);
    });
    this.#debug = resources.use(new DebugObject());
    this.#check(this.#debug.status);
    this.#check(this.#debug.attach(this.#process));
    this.#hideDebugger();
    this.#resources = resources.move();
  }

  /** Runs the program until its last thread ends, and returns its exit status; it waits at each mark that it sets. */
  async runToExit(onMark?: (name: string) => unknown): Promise<number> {
    this.#isRunning = true;
    this.#check(this.#ntdll.symbols.NtResumeThread(BigInt(this.#thread), null));
    const answer = await this.#debug.waitForExit(this.processId, async (text) => {
      const name = markName(this.#read(text));
      if (name === undefined || onMark === undefined) return false;
      await onMark(name);
      return true;
    });
    if (answer.kind === "exiting") return answer.exitStatus;
    throw this.#error(answer.status);
  }

  /**
   * A text of the program, up to the length of a mark; empty if unreadable. ANSI is read as one character per byte.
   */
  #read({ address, length, isWide }: DebugText): string {
    const count = Math.min(length, MAX_MARK_LENGTH);
    const bytes = new Uint8Array(count * (isWide ? 2 : 1));
    const { NtReadVirtualMemory } = this.#ntdll.symbols;
    const place = BigInt(address);
    const size = BigInt(bytes.length);
    if (NtReadVirtualMemory(BigInt(this.#process), place, bytes, size, null) !== 0) return "";
    const letters = isWide ? new Uint16Array(bytes.buffer) : bytes;
    return String.fromCharCode(...letters);
  }

  /** Lets the program end, or ends it if it has not run, and closes all handles. */
  [Symbol.dispose](): void {
    this.#resources[Symbol.dispose]();
  }

  /** Keeps our debug object from children, and hides it from the program's loader. */
  #hideDebugger(): void {
    const { NtSetInformationProcess, NtWriteVirtualMemory } = this.#ntdll.symbols;
    const process = BigInt(this.#process);
    const noInherit = new Uint8Array(4);
    // The status is ignored on purpose: Windows has supported it since XP, and Wine, which does not, traces no handles
    // either.
    NtSetInformationProcess(
      process,
      PROCESSINFOCLASS.ProcessDebugFlags,
      noInherit,
      noInherit.length,
    );
    for (const peb of this.#pebs()) {
      const address = peb + BigInt(PEB.BeingDebugged);
      this.#check(NtWriteVirtualMemory(process, address, new Uint8Array(1), 1n, null));
    }
  }

  /** Addresses of the process's PEB and, in a 32-bit process, of its second one. */
  #pebs(): bigint[] {
    const { NtQueryInformationProcess } = this.#ntdll.symbols;
    const query = (informationClass: number, size: number): DataView => {
      const buffer = new Uint8Array(size);
      this.#check(
        NtQueryInformationProcess(BigInt(this.#process), informationClass, buffer, size, null),
      );
      return new DataView(buffer.buffer);
    };
    const { size, PebBaseAddress } = PROCESS_BASIC_INFORMATION;
    const native = query(PROCESSINFOCLASS.ProcessBasicInformation, size)
      .getBigUint64(PebBaseAddress.offset, true);
    const wow64 = query(PROCESSINFOCLASS.ProcessWow64Information, 8).getBigUint64(0, true);
    return wow64 === 0n ? [native] : [native, wow64];
  }

  #check(status: NtStatus): void {
    if (status >>> 30 === 3) throw this.#error(status);
  }

  #error(status: NtStatus): ProgramError {
    return new ProgramError(
      `Cannot follow "${this.#name}" to its end: Windows returned ` +
        `0x${status.toString(16).toUpperCase()}; trace it by its id while it runs`,
    );
  }
}

/** Starts a program suspended, and returns its PROCESS_INFORMATION: two handles that the caller must close. */
export function createSuspended(
  command: readonly string[],
  { input, output }: ProgramStreams = {},
): Structure {
  const information = new Structure(PROCESS_INFORMATION.size);
  const kernel32 = Deno.dlopen(systemLibrary("kernel32.dll"), STARTING);
  try {
    const { GetStdHandle, SetHandleInformation } = kernel32.symbols;
    const ours = {
      input: GetStdHandle(STD_HANDLE.STD_INPUT_HANDLE),
      output: GetStdHandle(STD_HANDLE.STD_OUTPUT_HANDLE),
      error: GetStdHandle(STD_HANDLE.STD_ERROR_HANDLE),
    };
    const startup = new Structure(STARTUPINFOW.size)
      .set(STARTUPINFOW.cb, STARTUPINFOW.size)
      .set(STARTUPINFOW.dwFlags, STARTF_USESTDHANDLES)
      .set(STARTUPINFOW.hStdInput, input ?? Number(ours.input))
      .set(STARTUPINFOW.hStdOutput, output ?? Number(ours.output))
      .set(STARTUPINFOW.hStdError, Number(ours.error));
    // The runtime's children inherit its standard streams only if it starts them itself.
    const makeInheritable = (flags: number): void => {
      for (const handle of Object.values(ours)) {
        SetHandleInformation(handle, HANDLE_FLAG_INHERIT, flags);
      }
    };
    makeInheritable(HANDLE_FLAG_INHERIT);
    const isStarted = kernel32.symbols.CreateProcessW(
      null,
      utf16(commandLine(command)),
      null,
      null,
      1, // inheritable handles are inherited
      CREATE_SUSPENDED,
      null,
      null,
      startup.bytes,
      information.bytes,
    );
    makeInheritable(0);
    // Only GetLastError knows why, and it is not reliable here (README).
    if (isStarted === 0) {
      throw new ProgramError(
        `Cannot start "${command[0]}": Windows could not run it; check its path and your rights`,
      );
    }
  } finally {
    kernel32.close();
  }
  return information;
}
