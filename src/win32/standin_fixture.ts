/**
 * The controls of the stand-in for ntdll (`badhandle/ntdll_standin/controls.h`): which Windows it behaves as, and
 * the traces that its processes record.
 *
 * @module
 */
import { TRACE_TYPE_CODES, type TraceType } from "../trace.ts";
import { binaryPath } from "./windows_fixture.ts";

/** Registers a test that needs the stand-in: a DLL for x64, which a process on ARM64 cannot load. */
export function standinTest(name: string, test: () => void | Promise<void>): void {
  const ignore = Deno.build.os !== "windows" || Deno.build.arch !== "x86_64";
  Deno.test({ name: `${name} [stand-in]`, ignore, fn: test });
}

/** Path of the DLL, for `new WindowsNtdll(path)`. */
export const STANDIN_PATH: string = binaryPath("ntdll_standin.dll");

/** How the stand-in can be made to behave, the `STANDIN_` bits of controls.h. */
export const BEHAVIOUR = {
  shortFormOnly: 0x01,
  windows11_24H2: 0x02,
  restrictedCaller: 0x04,
  noDebugPrivilege: 0x08,
  foreignProcesses: 0x10,
  pipeNamesHang: 0x20,
  noPool: 0x40,
  neverEnough: 0x80,
} as const;

const CONTROLS = {
  StandinReset: { parameters: [], result: "void" },
  StandinBehave: { parameters: ["u32"], result: "void" }, // ULONG behaviour
  StandinSetVersion: { parameters: ["u32", "u32", "u32"], result: "void" }, // major, minor, build
  StandinSetExiting: { parameters: ["u32"], result: "void" }, // ULONG process_id
  StandinRecord: {
    parameters: [
      "u32", // ULONG process_id
      "u32", // ULONG type
      "u32", // ULONG handle
      "u32", // ULONG by_process
      "u32", // ULONG by_thread
      "buffer", // const PVOID *stack
      "u32", // ULONG frames
    ],
    result: "u32",
  },
  StandinSlots: { parameters: ["u32"], result: "u32" }, // ULONG process_id
} as const satisfies Deno.ForeignLibraryInterface;

/** The stand-in, reset when opened and when disposed. */
export class Standin implements Disposable {
  readonly #library: Deno.DynamicLibrary<typeof CONTROLS> = Deno.dlopen(STANDIN_PATH, CONTROLS);

  /** Opens the DLL and sets its behaviour, a sum of {@linkcode BEHAVIOUR} bits. */
  constructor(behaviour = 0) {
    this.#library.symbols.StandinReset();
    this.behave(behaviour);
  }

  /** Changes the behaviour. */
  behave(behaviour: number): void {
    this.#library.symbols.StandinBehave(behaviour);
  }

  /** The version that RtlGetVersion returns. */
  setVersion(major: number, minor: number, build: number): void {
    this.#library.symbols.StandinSetVersion(major, minor, build);
  }

  /** Makes a process behave as if its handle table were gone. */
  setExiting(processId: number): void {
    this.#library.symbols.StandinSetExiting(processId);
  }

  /** Records an operation of a thread of the process itself; returns the NTSTATUS. */
  record(
    processId: number,
    type: TraceType,
    handle: number,
    threadId: number,
    stack: readonly bigint[],
  ): number {
    return this.#library.symbols.StandinRecord(
      processId,
      TRACE_TYPE_CODES[type],
      handle,
      processId,
      threadId,
      BigUint64Array.from(stack),
      stack.length,
    );
  }

  /** Number of slots in the process's ring, 0 while its tracing is off. */
  slots(processId: number): number {
    return this.#library.symbols.StandinSlots(processId);
  }

  /** Turns all tracing off and releases the DLL. */
  [Symbol.dispose](): void {
    this.#library.symbols.StandinReset();
    this.#library.close();
  }
}
