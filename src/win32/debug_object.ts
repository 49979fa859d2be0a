/**
 * Debugs a process through ntdll: a debug object, its events, letting the process continue.
 *
 * The documented calls of kernel32 tie a debugger to one of its threads and wait on that thread; a debug object is a
 * handle, so a thread of the runtime's pool can wait for it.
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

/** Members that hold a handle, by the event that delivers it: closing it is up to us. */
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

/** A text for the debugger, from the exception that OutputDebugString raises. */
export interface DebugText {
  /** Its address in the process. */
  readonly address: number;
  /** Its length in characters, including the zero. */
  readonly length: number;
  /** Whether it is UTF-16, from OutputDebugStringW since Windows 10; otherwise ANSI. */
  readonly isWide: boolean;
}

/**
 * Called with a text while the process waits; returns whether the text was for us. If so, it is not passed on: neither
 * to other listeners nor, if it was wide, again in ANSI.
 */
export type OnDebugText = (text: DebugText) => Promise<boolean>;

/** The result of waiting for a process's end. */
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
    // No user address is this high, unless it is a 32-bit program's and was sign-extended.
    address: address > MAX_ADDRESS ? event.get(at.Exception_TextAddressLow) : address,
    length: event.get(at.Exception_TextLength),
    isWide,
  };
}

/** The debugger's side of one process. Disposing it lets the process run on without a debugger. */
export class DebugObject implements Disposable {
  /** The status of creating the object; one that could not be created attaches to nothing. */
  readonly status: NtStatus;
  readonly #library: Deno.DynamicLibrary<typeof FUNCTIONS> = Deno.dlopen(
    systemLibrary("ntdll.dll"),
    FUNCTIONS,
  );
  readonly #handle: bigint;
  /** The client id of the event that keeps the process suspended. */
  #held: Uint8Array<ArrayBuffer> | undefined;

  /** Creates the object. */
  constructor() {
    const handle = new BigInt64Array(1);
    this.status = this.#library.symbols.NtCreateDebugObject(handle, DEBUG_ALL_ACCESS, null, 0);
    this.#handle = handle[0] ?? 0n;
  }

  /** Becomes the debugger of a process; unlike kernel32's call, this one starts no thread in it. */
  attach(process: number): NtStatus {
    return this.#library.symbols.NtDebugActiveProcess(BigInt(process), this.#handle);
  }

  /**
   * Lets a process run until its last thread ends, and holds it there.
   *
   * From outside, that event is the only moment when a program is over and its handle table still complete: the last
   * thread waits there for the debugger before the kernel removes the handle table. Waiting for the process object
   * would be too late, and polling would miss what happens between two polls.
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

  /** Lets the process continue, and closes the object. */
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
