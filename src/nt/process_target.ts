/**
 * The user-mode target: a process, through the system calls of an {@linkcode Ntdll}.
 *
 * Live processes, the emulated machine and the tests' stand-in DLL all come through here; they differ in the
 * `Ntdll` alone.
 *
 * @module
 */
import type { SymbolFiles } from "../byte_source.ts";
import { type Memory, MemoryError, type PointerSize } from "../memory.ts";
import type { Module } from "../module.ts";
import type { Ntdll } from "../ntdll.ts";
import {
  type Execution,
  type HandleEntry,
  type ProcessEntry,
  type Target,
  type TraceControl,
  TraceControlError,
  type TraceQuery,
  TraceQueryError,
} from "../target.ts";
import type { TraceLog } from "../trace_log.ts";
import { userLayouts } from "./layouts.ts";
import { processModules } from "./loader.ts";
import { handleTypeName, listHandles } from "./open_handles.ts";
import { ProcessAccess } from "./process_access.ts";
import { type PebAddresses, processMemory, queryPebs } from "./process_memory.ts";
import { isFailure, NtStatusError, PROCESS_RIGHTS, STATUS } from "./status.ts";
import { StructureReader } from "./structure_reader.ts";
import { systemProcesses } from "./system_processes.ts";
import { entryState, hasStack, isWanted, joinEntries, splitEntries } from "./trace_entries.ts";
import {
  DEFAULT_SLOTS,
  encodeEnable,
  PROCESS_HANDLE_TRACING,
  QUERY_ENTRY_LAYOUTS,
  queryTraces,
  slotsFor,
} from "./tracing.ts";

/** A Windows version, as the PEB of each of its processes has it. */
export interface WindowsVersion {
  /** 5 for XP and Server 2003, 6 for Vista to 8.1, 10 for 10 and 11. */
  readonly major: number;
  /** With 5: 1 is XP, 2 Server 2003. */
  readonly minor: number;
}

/** Which process, and how it is reached. */
export interface ProcessTargetOptions {
  /** The system calls. */
  readonly ntdll: Ntdll;
  /** The process's id. */
  readonly processId: number;
  /** How the target names itself in messages. */
  readonly name: string;
  /** The system's version where the caller knows it; else it is read from the process's PEB. */
  readonly windowsVersion?: WindowsVersion;
  /**
   * Asks for the name of the object behind a handle of the process; the first argument is a process handle
   * with PROCESS_DUP_HANDLE. Some of these questions are never answered, so a caller that can put them in a
   * disposable thread does; without this there are no names.
   */
  readonly objectName?: (process: number, handle: number) => string | undefined;
  /** Runs the process, where the caller can. */
  readonly execution?: Execution;
  /** Symbol files that come with the target. */
  readonly symbolFiles?: (module: Module) => SymbolFiles | undefined;
}

const STACKS_WITHHELD = "Windows withheld all stacks; run elevated, with SeDebugPrivilege";

/** A process, as a {@linkcode Target}. Opens handles when they are needed and closes them when disposed. */
export class ProcessTarget implements Target, TraceControl {
  /** User mode. */
  readonly mode = "user";
  /** How the target names itself in messages. */
  readonly name: string;
  /** Width of the addresses that the system calls speak of. */
  readonly pointerSize: PointerSize;
  /** Runs the process, where the caller can. */
  declare readonly execution?: Execution;
  /** Symbol files that come with the target. */
  declare readonly symbolFiles?: (module: Module) => SymbolFiles | undefined;
  readonly #options: ProcessTargetOptions;
  readonly #ntdll: Ntdll;
  readonly #access: ProcessAccess;
  /** Capacity of the ring that this target enabled. */
  #slots: number | undefined;

  /** Creates the target; nothing is opened before something is asked of it. */
  constructor(options: ProcessTargetOptions) {
    this.#options = options;
    this.#ntdll = options.ntdll;
    this.#access = new ProcessAccess(options.ntdll, options.processId);
    this.name = options.name;
    this.pointerSize = options.ntdll.pointerSize;
    if (options.execution) this.execution = options.execution;
    if (options.symbolFiles) this.symbolFiles = options.symbolFiles;
  }

  /** The target switches its own tracing. */
  get control(): TraceControl {
    return this;
  }

  /**
   * Traces, newest first. All are read and then chosen from, because the system compares handles without
   * masking their low bits and knows no maximum; `parsed` is the number of all traces.
   */
  readTraces(query: TraceQuery): TraceLog {
    const attempt = `read the traces of process ${this.#options.processId}`;
    const layout = QUERY_ENTRY_LAYOUTS[this.pointerSize];
    const bytes = asQueryError(() => this.#queryTraces(attempt));
    // A slot that a thread of the process is just filling is taken, but not whole yet.
    const entries = splitEntries(bytes, layout)
      .filter((entry) => entryState(entry, layout) === "trace");
    const wanted = entries.filter((entry) => isWanted(entry, layout, query));
    // Windows 11 24H2 gives traces without a single frame to callers that may not see kernel addresses.
    const isWithheld = entries.length > 0 && !entries.some((entry) => hasStack(entry, layout));
    return {
      bytes: joinEntries(query.maxTraces ? wanted.slice(0, query.maxTraces) : wanted, layout),
      layout,
      parsed: entries.length,
      ...(this.#slots !== undefined && { slots: this.#slots }),
      ...(isWithheld && { incomplete: STACKS_WITHHELD }),
    };
  }

  /**
   * Enables tracing with an empty ring. Without a number of slots the short form is used, which every system
   * knows; with one, Windows XP, which has no other number than its own, is told apart by its answer.
   */
  enable(slots?: number): void {
    const attempt = `enable tracing for process ${this.#options.processId}`;
    const wanted = slots ? slotsFor(slots) : undefined;
    let status = this.#setTracing(encodeEnable(wanted), attempt);
    if (status === STATUS.INFO_LENGTH_MISMATCH && wanted !== undefined) {
      if (wanted !== DEFAULT_SLOTS) {
        throw new TraceControlError(
          `Cannot ${attempt} with 0x${wanted.toString(16)} slots: this Windows always uses ` +
            `0x${DEFAULT_SLOTS.toString(16)}; leave the number out`,
        );
      }
      status = this.#setTracing(encodeEnable(), attempt);
    }
    if (isFailure(status)) throw controlError(status, attempt);
    this.#slots = wanted ?? DEFAULT_SLOTS;
  }

  /** Disables tracing; the traces are gone. */
  disable(): void {
    const attempt = `disable tracing for process ${this.#options.processId}`;
    // Windows XP's documentation says so; what it answers to the call is not known, so it is not asked.
    if (this.#isWindowsXp()) {
      throw new TraceControlError(
        `Cannot ${attempt}: on Windows XP only ending the process disables tracing`,
      );
    }
    const status = this.#setTracing(null, attempt);
    if (isFailure(status)) throw controlError(status, attempt);
    this.#slots = undefined;
  }

  /** Modules of the process; of both loaders where it is a 32-bit process on 64-bit Windows. */
  modules(): Module[] {
    return processModules(this.memory(), this.#pebs());
  }

  /** The address space of the process. */
  memory(): Memory {
    const attempt = `read the memory of process ${this.#options.processId}`;
    return processMemory(this.#ntdll, this.#access.handle("read", attempt));
  }

  /** The processes of the system that this process runs on. */
  processes(): ProcessEntry[] {
    return systemProcesses(this.#ntdll);
  }

  /** Open handles; with types where the process allows handles to be duplicated, and with names if asked. */
  handles(): HandleEntry[] {
    const { processId, objectName } = this.#options;
    const attempt = `list the handles of process ${processId}`;
    const query = this.#access.handle("query", attempt);
    const duplicate = this.#duplicateHandle(attempt);
    const types = new Map<number, string>();
    return listHandles(this.#ntdll, query, processId).map(({ typeIndex, ...handle }) => {
      if (duplicate === undefined) return handle;
      const type = types.get(typeIndex) ??
        handleTypeName(this.#ntdll, duplicate, handle.handle);
      if (type !== undefined) types.set(typeIndex, type);
      const name = objectName?.(duplicate, handle.handle);
      return { ...handle, ...(type && { type }), ...(name && { objectName: name }) };
    });
  }

  /** Closes the handles to the process. */
  [Symbol.dispose](): void {
    this.#access[Symbol.dispose]();
  }

  #queryTraces(attempt: string): Uint8Array {
    const answer = queryTraces(this.#ntdll, this.#access.handle("query", attempt));
    switch (answer.kind) {
      case "traces":
        return answer.bytes;
      case "growing":
        throw new TraceQueryError(
          `Cannot ${attempt}: there were 0x${answer.totalTraces.toString(16)} at the last of ` +
            `several tries, and still more than fitted; suspend the process or try again`,
        );
      case "failed":
        if (answer.status === STATUS.INVALID_PARAMETER) {
          throw new TraceQueryError(
            `Cannot ${attempt}: tracing is not enabled for it; enable it with "!htrace -enable"`,
          );
        }
        throw new NtStatusError(
          "NtQueryInformationProcess",
          answer.status,
          attempt,
          PROCESS_RIGHTS.query,
        );
    }
  }

  #setTracing(buffer: Uint8Array | null, attempt: string): number {
    try {
      const process = this.#access.handle("set", attempt);
      return this.#ntdll.setInformationProcess(process, PROCESS_HANDLE_TRACING, buffer);
    } catch (error) {
      if (!(error instanceof NtStatusError)) throw error;
      throw new TraceControlError(error.message, { cause: error });
    }
  }

  #pebs(): PebAddresses {
    const attempt = `find the modules of process ${this.#options.processId}`;
    return queryPebs(this.#ntdll, this.#access.handle("query", attempt), attempt);
  }

  /** Types and names are an extra: where handles may not be duplicated the list does without. */
  #duplicateHandle(attempt: string): number | undefined {
    try {
      return this.#access.handle("duplicate", attempt);
    } catch (error) {
      if (error instanceof NtStatusError) return undefined;
      throw error;
    }
  }

  /** Windows XP is version 5.1; a process whose PEB cannot be read is taken for one of a later Windows. */
  #isWindowsXp(): boolean {
    const { major, minor } = this.#options.windowsVersion ?? this.#pebVersion() ?? {};
    return major === 5 && minor === 1;
  }

  #pebVersion(): WindowsVersion | undefined {
    const layouts = userLayouts(this.pointerSize === 8 ? "x64" : "x86");
    try {
      const space = { memory: this.memory(), layouts };
      const peb = new StructureReader(space, "PEB", this.#pebs().native);
      return { major: peb.number("OSMajorVersion"), minor: peb.number("OSMinorVersion") };
    } catch (error) {
      if (error instanceof NtStatusError || error instanceof MemoryError) return undefined;
      throw error;
    }
  }
}

function controlError(status: number, attempt: string): TraceControlError {
  const cause = new NtStatusError(
    "NtSetInformationProcess",
    status,
    attempt,
    PROCESS_RIGHTS.set,
  );
  return new TraceControlError(cause.message, { cause });
}

function asQueryError<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof NtStatusError)) throw error;
    throw new TraceQueryError(error.message, { cause: error });
  }
}
