/**
 * Being the debugger of a process, through ntdll: a debug object, its events, letting the process go on.
 *
 * The documented calls of kernel32 tie a debugger to one of its threads and wait on that thread; a debug object is a
 * handle, so that a thread of the runtime's pool can wait.
 *
 * @module
 */
import type { NtStatus } from "../ntdll.ts";
import { NTDLL } from "./ntdll_functions.ts";
import { DBGUI_WAIT_STATE_CHANGE, Structure } from "./structures.ts";

/** What this file calls. */
const FUNCTIONS = {
  NtCreateDebugObject: NTDLL.NtCreateDebugObject,
  NtDebugActiveProcess: NTDLL.NtDebugActiveProcess,
  NtWaitForDebugEvent: NTDLL.NtWaitForDebugEvent,
  NtDebugContinue: NTDLL.NtDebugContinue,
  NtClose: NTDLL.NtClose,
} as const satisfies Deno.ForeignLibraryInterface;

/** `DEBUG_ALL_ACCESS` (ntdbg.h). */
const DEBUG_ALL_ACCESS = 0x1f_000f;

/** `DBG_CONTINUE` (ntstatus.h): the event was dealt with. */
const DBG_CONTINUE = 0x0001_0002;
/** `DBG_EXCEPTION_NOT_HANDLED` (ntstatus.h): the exception is the program's own, as without a debugger. */
const DBG_EXCEPTION_NOT_HANDLED = 0x8001_0001;

/** `DBG_STATE` (ntdbg.h). */
const DBG_STATE = {
  CreateThread: 2,
  CreateProcess: 3,
  ExitProcess: 5,
  Exception: 6,
  Breakpoint: 7,
  SingleStep: 8,
  LoadDll: 9,
} as const;

/** Members that hold a handle of ours, by the event that brings it: each is ours to close. */
const HANDLES = new Map([
  [DBG_STATE.CreateThread, [DBGUI_WAIT_STATE_CHANGE.CreateThread_HandleToThread]],
  [DBG_STATE.CreateProcess, [
    DBGUI_WAIT_STATE_CHANGE.CreateProcess_HandleToProcess,
    DBGUI_WAIT_STATE_CHANGE.CreateProcess_HandleToThread,
    DBGUI_WAIT_STATE_CHANGE.CreateProcess_FileHandle,
  ]],
  [DBG_STATE.LoadDll, [DBGUI_WAIT_STATE_CHANGE.LoadDll_FileHandle]],
]) as ReadonlyMap<number, readonly { readonly offset: number; readonly size: 8 }[]>;

const EXCEPTIONS: ReadonlySet<number> = new Set([
  DBG_STATE.Exception,
  DBG_STATE.Breakpoint,
  DBG_STATE.SingleStep,
]);

/** How the wait for a process's end ended. */
export type ExitAnswer =
  | { readonly kind: "exiting"; readonly exitStatus: number }
  | { readonly kind: "failed"; readonly status: NtStatus };

/** The debugger's side of one process. Disposing it lets the process go on alone. */
export class DebugObject implements Disposable {
  /** How making the object ended; one that could not be made attaches to nothing. */
  readonly status: NtStatus;
  readonly #library: Deno.DynamicLibrary<typeof FUNCTIONS> = Deno.dlopen("ntdll.dll", FUNCTIONS);
  readonly #handle: bigint;
  /** The client id of the event that holds the process still. */
  #held: Uint8Array<ArrayBuffer> | undefined;

  /** Makes the object. */
  constructor() {
    const handle = new BigInt64Array(1);
    this.status = this.#library.symbols.NtCreateDebugObject(handle, DEBUG_ALL_ACCESS, null, 0);
    this.#handle = handle[0] ?? 0n;
  }

  /** Becomes the debugger of a process; unlike kernel32's call this one starts no thread in it. */
  attach(process: number): NtStatus {
    return this.#library.symbols.NtDebugActiveProcess(BigInt(process), this.#handle);
  }

  /**
   * Lets a process run until its last thread ends, and holds it there.
   *
   * That event is the one place from outside where a program is over and its handle table is still whole: the last
   * thread waits in it for the debugger before the kernel takes the handle table away. Waiting for the process
   * object instead comes too late, and a look every now and then misses what happened since.
   */
  async waitForExit(processId: number): Promise<ExitAnswer> {
    const event = new Structure(DBGUI_WAIT_STATE_CHANGE.size);
    const { AppClientId, NewState, ExitProcess_ExitStatus } = DBGUI_WAIT_STATE_CHANGE;
    const wait = this.#library.symbols.NtWaitForDebugEvent;
    for (;;) {
      const status = await wait(this.#handle, 0, null, event.bytes);
      if (status !== 0) return { kind: "failed", status };
      const state = event.get(NewState);
      const clientId = event.bytes.slice(AppClientId, AppClientId + 0x10);
      for (const member of HANDLES.get(state) ?? []) this.#close(event.get(member));
      const isTheProcess = new DataView(clientId.buffer).getUint32(0, true) === processId;
      if (state === DBG_STATE.ExitProcess && isTheProcess) {
        this.#held = clientId;
        return { kind: "exiting", exitStatus: event.get(ExitProcess_ExitStatus) };
      }
      this.#continue(clientId, EXCEPTIONS.has(state) ? DBG_EXCEPTION_NOT_HANDLED : DBG_CONTINUE);
    }
  }

  /** Lets the process go on, and closes the object. */
  [Symbol.dispose](): void {
    if (this.#held) this.#continue(this.#held, DBG_CONTINUE);
    this.#close(Number(this.#handle));
    this.#library.close();
  }

  #continue(clientId: Uint8Array<ArrayBuffer>, status: NtStatus): void {
    this.#library.symbols.NtDebugContinue(this.#handle, clientId, status);
  }

  /** Members without a handle are 0. */
  #close(handle: number): void {
    if (handle !== 0) this.#library.symbols.NtClose(BigInt(handle));
  }
}
