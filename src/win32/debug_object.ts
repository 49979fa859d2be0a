/**
 * Being the debugger of a process, through ntdll: a debug object, its events, letting the process go on.
 *
 * The documented calls of kernel32 tie a debugger to one of its threads and wait on that thread; a debug object is a
 * handle, so that a thread of the runtime's pool can wait.
 *
 * @module
 */
import type { NtStatus } from "../ntdll.ts";
import { DBG_STATE, DEBUG_ALL_ACCESS, STATUS } from "./constants.ts";
import { NTDLL } from "./ntdll_functions.ts";
import { DBGUI_WAIT_STATE_CHANGE, Structure } from "./structures.ts";
import { systemLibrary } from "./system_library.ts";

/** What this file calls. */
const FUNCTIONS = {
  NtCreateDebugObject: NTDLL.NtCreateDebugObject,
  NtDebugActiveProcess: NTDLL.NtDebugActiveProcess,
  NtWaitForDebugEvent: NTDLL.NtWaitForDebugEvent,
  NtDebugContinue: NTDLL.NtDebugContinue,
  NtClose: NTDLL.NtClose,
} as const satisfies Deno.ForeignLibraryInterface;

/** Members that hold a handle of ours, by the event that brings it: each is ours to close. */
const HANDLES = new Map([
  [DBG_STATE.DbgCreateThreadStateChange, [DBGUI_WAIT_STATE_CHANGE.CreateThread_HandleToThread]],
  [DBG_STATE.DbgCreateProcessStateChange, [
    DBGUI_WAIT_STATE_CHANGE.CreateProcess_HandleToProcess,
    DBGUI_WAIT_STATE_CHANGE.CreateProcess_HandleToThread,
    DBGUI_WAIT_STATE_CHANGE.CreateProcess_FileHandle,
  ]],
  [DBG_STATE.DbgLoadDllStateChange, [DBGUI_WAIT_STATE_CHANGE.LoadDll_FileHandle]],
]) as ReadonlyMap<number, readonly { readonly offset: number; readonly size: 8 }[]>;

/** The highest address of user mode, 64-bit. */
const MAX_ADDRESS = 0x7fff_ffff_ffff;

const EXCEPTIONS: ReadonlySet<number> = new Set([
  DBG_STATE.DbgExceptionStateChange,
  DBG_STATE.DbgBreakpointStateChange,
  DBG_STATE.DbgSingleStepStateChange,
]);

/** A text for the debugger, as the exception that OutputDebugString raises has it. */
export interface DebugText {
  /** Its address in the process. */
  readonly address: number;
  /** Its letters, the zero among them. */
  readonly length: number;
  /** UTF-16, by OutputDebugStringW since Windows 10; otherwise ANSI. */
  readonly isWide: boolean;
}

/**
 * Called while the process waits with a text; returns whether the text was for us. One that was is not said again: neither
 * to other listeners nor, where it was wide, in ANSI.
 */
export type OnDebugText = (text: DebugText) => Promise<boolean>;

/** How the wait for a process's end ended. */
export type ExitAnswer =
  | { readonly kind: "exiting"; readonly exitStatus: number }
  | { readonly kind: "failed"; readonly status: NtStatus };

function debugTextOf(event: Structure): DebugText | undefined {
  const at = DBGUI_WAIT_STATE_CHANGE;
  if (event.get(at.NewState) !== DBG_STATE.DbgExceptionStateChange) return undefined;
  const code = event.get(at.Exception_ExceptionCode);
  const isWide = code === STATUS.DBG_PRINTEXCEPTION_WIDE_C;
  if (!isWide && code !== STATUS.DBG_PRINTEXCEPTION_C) return undefined;
  if (event.get(at.Exception_NumberParameters) < 2) return undefined;
  const address = event.get(at.Exception_TextAddress);
  return {
    // No user's address is this high, unless a 32-bit program's was extended by its sign.
    address: address > MAX_ADDRESS ? event.get(at.Exception_TextAddressLow) : address,
    length: event.get(at.Exception_TextLength),
    isWide,
  };
}

/** The debugger's side of one process. Disposing it lets the process go on alone. */
export class DebugObject implements Disposable {
  /** How making the object ended; one that could not be made attaches to nothing. */
  readonly status: NtStatus;
  readonly #library: Deno.DynamicLibrary<typeof FUNCTIONS> = Deno.dlopen(
    systemLibrary("ntdll.dll"),
    FUNCTIONS,
  );
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
  async waitForExit(processId: number, onText?: OnDebugText): Promise<ExitAnswer> {
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
      if (state === DBG_STATE.DbgExitProcessStateChange && isTheProcess) {
        this.#held = clientId;
        return { kind: "exiting", exitStatus: event.get(ExitProcess_ExitStatus) };
      }
      const text = isTheProcess ? debugTextOf(event) : undefined;
      const isOurs = text !== undefined && await onText?.(text) === true;
      this.#continue(
        clientId,
        EXCEPTIONS.has(state) && !isOurs ? STATUS.DBG_EXCEPTION_NOT_HANDLED : STATUS.DBG_CONTINUE,
      );
    }
  }

  /** Lets the process go on, and closes the object. */
  [Symbol.dispose](): void {
    if (this.#held) this.#continue(this.#held, STATUS.DBG_CONTINUE);
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
