/**
 * A program started by us: not one instruction run yet, and held again just before its end.
 *
 * It is started suspended, so that tracing can be switched on first, and with us as its debugger, because only a
 * debugger is asked before the handle table of an ending process goes (`debug_object.ts`). The program does not see
 * the debugger where programs look: `PEB.BeingDebugged` is cleared before it runs, so that its loader neither breaks
 * nor switches the heap's checks on.
 *
 * @module
 */
import type { NtStatus } from "../ntdll.ts";
import { commandLine } from "./command_line.ts";
import { DebugObject } from "./debug_object.ts";
import { NTDLL } from "./ntdll_functions.ts";
import {
  PROCESS_BASIC_INFORMATION,
  PROCESS_INFORMATION,
  STARTUPINFOW,
  Structure,
} from "./structures.ts";

const KERNEL32 = {
  // processthreadsapi.h. Not RtlCreateUserProcess or NtCreateUserProcess, although they answer with a status: a
  // process of theirs is not announced to the Win32 subsystem, and lacks its manifest's activation context.
  CreateProcessW: {
    parameters: [
      "pointer", // LPCWSTR lpApplicationName: none, the command line begins with it
      "buffer", // LPWSTR lpCommandLine, written to
      "pointer", // LPSECURITY_ATTRIBUTES lpProcessAttributes
      "pointer", // LPSECURITY_ATTRIBUTES lpThreadAttributes
      "i32", // BOOL bInheritHandles
      "u32", // DWORD dwCreationFlags
      "pointer", // LPVOID lpEnvironment: ours
      "pointer", // LPCWSTR lpCurrentDirectory: ours
      "buffer", // LPSTARTUPINFOW lpStartupInfo
      "buffer", // LPPROCESS_INFORMATION lpProcessInformation
    ],
    result: "i32",
  },
  // processenv.h
  GetStdHandle: {
    parameters: ["u32"], // DWORD nStdHandle
    result: "isize",
  },
} as const satisfies Deno.ForeignLibraryInterface;

/** What this file calls of ntdll. */
const FUNCTIONS = {
  NtResumeThread: NTDLL.NtResumeThread,
  NtTerminateProcess: NTDLL.NtTerminateProcess,
  NtSetInformationProcess: NTDLL.NtSetInformationProcess,
  NtQueryInformationProcess: NTDLL.NtQueryInformationProcess,
  NtWriteVirtualMemory: NTDLL.NtWriteVirtualMemory,
  NtClose: NTDLL.NtClose,
} as const satisfies Deno.ForeignLibraryInterface;

/** `CREATE_SUSPENDED` (WinBase.h). */
const CREATE_SUSPENDED = 0x4;
/** `STARTF_USESTDHANDLES` (WinBase.h). */
const STARTF_USESTDHANDLES = 0x100;
/** `STD_INPUT_HANDLE` to `STD_ERROR_HANDLE` (processenv.h): -10 to -12 as DWORDs. */
const STD_HANDLES = { input: 0xffff_fff6, output: 0xffff_fff5, error: 0xffff_fff4 } as const;

/** PROCESSINFOCLASS values (phnt's ntpsapi.h). */
const PROCESS_BASIC_INFORMATION_CLASS = 0;
const PROCESS_WOW64_INFORMATION = 26;
const PROCESS_DEBUG_FLAGS = 31;

/** `PEB.BeingDebugged`, a byte, in both widths (winternl.h). */
const BEING_DEBUGGED = 2n;

/** The exit status of a program that we end before it ran. */
const STATUS_CANCELLED = 0xc000_0120;

/** A program cannot be started or followed to its end. */
export class ProgramError extends TypeError {
  /** Creates the error with the user's sentence. */
  constructor(message: string) {
    super(message);
    this.name = "ProgramError";
  }
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

  /** Starts a program with its arguments; it has our standard streams and folder. */
  constructor(command: readonly string[]) {
    this.#name = command[0] ?? "";
    using resources = new DisposableStack();
    this.#ntdll = Deno.dlopen("ntdll.dll", FUNCTIONS);
    resources.defer(() => this.#ntdll.close());
    const information = createSuspended(command);
    this.processId = information.get(PROCESS_INFORMATION.dwProcessId);
    this.#process = information.get(PROCESS_INFORMATION.hProcess);
    this.#thread = information.get(PROCESS_INFORMATION.hThread);
    const { NtClose, NtTerminateProcess } = this.#ntdll.symbols;
    for (const handle of [this.#process, this.#thread]) {
      resources.defer(() => NtClose(BigInt(handle)));
    }
    resources.defer(() => {
      if (!this.#isRunning) NtTerminateProcess(BigInt(this.#process), STATUS_CANCELLED);
    });
    this.#debug = resources.use(new DebugObject());
    this.#check(this.#debug.status);
    this.#check(this.#debug.attach(this.#process));
    this.#hideDebugger();
    this.#resources = resources.move();
  }

  /** Runs the program until its last thread ends, and answers its exit status. */
  async runToExit(): Promise<number> {
    this.#isRunning = true;
    this.#check(this.#ntdll.symbols.NtResumeThread(BigInt(this.#thread), null));
    const answer = await this.#debug.waitForExit(this.processId);
    if (answer.kind === "exiting") return answer.exitStatus;
    throw this.#error(answer.status);
  }

  /** Lets the program end, or ends it where it has not run, and closes all handles. */
  [Symbol.dispose](): void {
    this.#resources[Symbol.dispose]();
  }

  /** Children do not get our debug object, and the program's loader does not see it. */
  #hideDebugger(): void {
    const { NtSetInformationProcess, NtWriteVirtualMemory } = this.#ntdll.symbols;
    const process = BigInt(this.#process);
    const noInherit = new Uint8Array(4);
    // Its status is nobody's: Windows has had it since XP, and Wine, which has not, traces no handles either.
    NtSetInformationProcess(process, PROCESS_DEBUG_FLAGS, noInherit, noInherit.length);
    for (const peb of this.#pebs()) {
      const address = peb + BEING_DEBUGGED;
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
    const native = query(PROCESS_BASIC_INFORMATION_CLASS, size)
      .getBigUint64(PebBaseAddress.offset, true);
    const wow64 = query(PROCESS_WOW64_INFORMATION, 8).getBigUint64(0, true);
    return wow64 === 0n ? [native] : [native, wow64];
  }

  #check(status: NtStatus): void {
    if (status >>> 30 === 3) throw this.#error(status);
  }

  #error(status: NtStatus): ProgramError {
    return new ProgramError(
      `Cannot follow "${this.#name}" to its end: Windows answered ` +
        `0x${status.toString(16).toUpperCase()}; trace it by its id while it runs`,
    );
  }
}

/** Starts a program suspended, and answers its PROCESS_INFORMATION: two handles that are ours to close. */
function createSuspended(command: readonly string[]): Structure {
  const information = new Structure(PROCESS_INFORMATION.size);
  const kernel32 = Deno.dlopen("kernel32.dll", KERNEL32);
  try {
    const standard = (which: number): number => Number(kernel32.symbols.GetStdHandle(which));
    const startup = new Structure(STARTUPINFOW.size)
      .set(STARTUPINFOW.cb, STARTUPINFOW.size)
      .set(STARTUPINFOW.dwFlags, STARTF_USESTDHANDLES)
      .set(STARTUPINFOW.hStdInput, standard(STD_HANDLES.input))
      .set(STARTUPINFOW.hStdOutput, standard(STD_HANDLES.output))
      .set(STARTUPINFOW.hStdError, standard(STD_HANDLES.error));
    const isStarted = kernel32.symbols.CreateProcessW(
      null,
      utf16(commandLine(command)),
      null,
      null,
      1, // handles that are inheritable are inherited: the standard streams are among them
      CREATE_SUSPENDED,
      null,
      null,
      startup.bytes,
      information.bytes,
    );
    // Why is known to GetLastError alone, which is not reliable here (README).
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

/** A text as Windows takes it: UTF-16 with a zero at its end. */
function utf16(text: string): Uint16Array<ArrayBuffer> {
  return Uint16Array.from({ length: text.length + 1 }, (_, index) => text.charCodeAt(index) || 0);
}
