/**
 * The user-mode target: a process, through the system calls of an {@linkcode Ntdll}.
 *
 * Live processes, the emulated machine and the tests' stand-in DLL all use this target; they differ only in the
 * `Ntdll`.
 *
 * @module
 */
import type { SymbolFiles } from "../byte_source.ts";
import { TargetError } from "../error.ts";
import { type Memory, MemoryError, type PointerSize } from "../memory.ts";
import type { Module } from "../module.ts";
import type { Ntdll } from "../ntdll.ts";
import type {
  Awaitable,
  Execution,
  HandleEntry,
  ProcessEntry,
  Target,
  TargetIdentity,
  TraceControl,
} from "../target.ts";
import { columnsOf, hasStacks, type StackTable, type TraceLog } from "../trace_log.ts";
import { userLayouts } from "./layouts.ts";
import { processModules } from "./loader.ts";
import { handleTypeName, listHandles } from "./open_handles.ts";
import { ProcessAccess } from "./process_access.ts";
import { type PebAddresses, processMemory, queryPebs } from "./process_memory.ts";
import { isFailure, NtStatusError, PROCESS_RIGHTS, STATUS } from "./status.ts";
import { StructureReader } from "./structure_reader.ts";
import { systemProcesses } from "./system_processes.ts";
import {
  DEFAULT_SLOTS,
  encodeEnable,
  isTracingEnabled,
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
  /** Build number, where known. */
  readonly build?: number;
}

/** Which process to read, and how to reach it. */
export interface ProcessTargetOptions {
  /** The system calls. */
  readonly ntdll: Ntdll;
  /** The process's id. */
  readonly processId: number;
  /** The process's handles, if it is pinned already; the target closes them. */
  readonly access?: ProcessAccess;
  /**
   * Whether the caller, as a debugger, holds the process at its end to read it there: missing data is then no error.
   */
  readonly isHeldAtEnd?: boolean;
  /** How the target names itself in messages. */
  readonly name: string;
  /** Its kind, as the table of kinds names it. */
  readonly kind: string;
  /** Which process it is; only its id if nothing else is known. */
  readonly identity?: TargetIdentity;
  /** First address of the kernel. */
  readonly userEnd: bigint;
  /** The program starts anew whenever the target is opened. */
  readonly restarts?: true;
  /** The system's version, if the caller knows it; else it is read from the process's PEB. */
  readonly windowsVersion?: WindowsVersion;
  /**
   * Queries the name of the object behind a handle of the process; the first argument is a process handle with
   * PROCESS_DUP_HANDLE. Some of these calls never return, so callers run them in a disposable thread if they can;
   * without this function there are no names.
   */
  readonly objectName?: (process: number, handle: number) => string | undefined;
  /** Runs the process, if the caller can. */
  readonly execution?: Execution;
  /** Symbol files that come with the target. */
  readonly symbolFiles?: (module: Module) => Awaitable<SymbolFiles | undefined>;
}

const STACKS_WITHHELD = "Windows withheld all stacks; run elevated, with SeDebugPrivilege";

/**
 * A process, as a {@linkcode Target}. Opens a handle with a right when needed, and closes all handles when disposed.
 */
export class ProcessTarget implements Target, TraceControl {
  /** User mode. */
  readonly mode = "user";
  /** How the target names itself in messages. */
  readonly name: string;
  /** Its kind. */
  readonly kind: string;
  /** Which process it is. */
  readonly identity: TargetIdentity;
  /** Width of the addresses in the system calls. */
  readonly pointerSize: PointerSize;
  /** First address of the kernel. */
  readonly userEnd: bigint;
  /** The program starts anew whenever the target is opened. */
  declare readonly restarts?: true;
  /** Runs the process, if the caller can. */
  declare readonly execution?: Execution;
  /** Symbol files that come with the target. */
  declare readonly symbolFiles?: (module: Module) => Awaitable<SymbolFiles | undefined>;
  readonly #options: ProcessTargetOptions;
  readonly #ntdll: Ntdll;
  readonly #access: ProcessAccess;
  /** Capacity of the ring that this target enabled. */
  #slots: number | undefined;

  /** Creates the target; nothing more is opened until it is needed. */
  constructor(options: ProcessTargetOptions) {
    this.#options = options;
    this.#ntdll = options.ntdll;
    this.#access = options.access ?? new ProcessAccess(options.ntdll, options.processId);
    this.name = options.name;
    this.kind = options.kind;
    this.identity = options.identity ?? { processId: options.processId };
    this.pointerSize = options.ntdll.pointerSize;
    this.userEnd = options.userEnd;
    if (options.restarts) this.restarts = true;
    if (options.execution) this.execution = options.execution;
    if (options.symbolFiles) this.symbolFiles = options.symbolFiles;
  }

  /** Tracing is switched by the target itself. */
  get control(): TraceControl {
    return this;
  }

  /** Traces, newest first; a slot that a thread of the process is still filling is left out. */
  readTraces(into: StackTable): TraceLog {
    const attempt = `read the traces of process ${this.#options.processId}`;
    const readAt = new Date();
    const bytes = asTargetError(() => this.#queryTraces(attempt));
    const columns = columnsOf(into.readEntries(bytes, QUERY_ENTRY_LAYOUTS[this.pointerSize]));
    return {
      ...columns,
      stacks: into,
      readAt,
      parsed: columns.count,
      ...(this.#slots !== undefined && { slots: this.#slots }),
      // Windows 11 24H2 returns traces without any frames to callers that may not see kernel addresses.
      ...(columns.count > 0 && !hasStacks(columns, into) && { incomplete: STACKS_WITHHELD }),
    };
  }

  /** Whether tracing is on; also false if that may not be queried: enabling then says why. */
  isEnabled(): boolean {
    const attempt = `find out whether process ${this.#options.processId} is traced`;
    try {
      return isTracingEnabled(this.#ntdll, this.#access.handle("query", attempt));
    } catch (error) {
      if (error instanceof NtStatusError) return false;
      throw error;
    }
  }

  /**
   * Enables tracing with an empty ring. Without a number of slots the short form is used, which every system supports.
   * With a number, Windows XP, which supports only its own, is recognized by the status that it returns.
   */
  enable(slots?: number): void {
    const attempt = `enable tracing for process ${this.#options.processId}`;
    const wanted = slots ? slotsFor(slots) : undefined;
    let status = this.#setTracing(encodeEnable(wanted), attempt);
    if (status === STATUS.INFO_LENGTH_MISMATCH && wanted !== undefined) {
      if (wanted !== DEFAULT_SLOTS) {
        throw new TargetError(
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
    // Windows XP's documentation says so; what the call returns there is not known, so it is not made.
    if (this.#isWindowsXp()) {
      throw new TargetError(
        `Cannot ${attempt}: on Windows XP only ending the process disables tracing`,
      );
    }
    const status = this.#setTracing(null, attempt);
    if (isFailure(status)) throw controlError(status, attempt);
    this.#slots = undefined;
  }

  /** Modules of the process; of both loaders if it is a 32-bit process on 64-bit Windows. */
  modules(): Module[] {
    const modules = processModules(this.memory(), this.#pebs());
    if (modules.length === 0) {
      this.#checkRuns(`list the modules of process ${this.#options.processId}`);
    }
    return modules;
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

  /** Open handles; with types if its handles may be duplicated, and with names if `objectName` was given. */
  handles(): HandleEntry[] {
    const { processId, objectName } = this.#options;
    const attempt = `list the handles of process ${processId}`;
    const query = this.#access.handle("query", attempt);
    const listed = listHandles(this.#ntdll, query, processId);
    if (listed.length === 0) this.#checkRuns(attempt);
    const duplicate = this.#duplicateHandle(attempt);
    const types = new Map<number, string>();
    return listed.map(({ typeIndex, ...handle }) => {
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
        throw new TargetError(
          `Cannot ${attempt}: there were 0x${answer.totalTraces.toString(16)} at the last of ` +
            `several tries, and still more than fitted; suspend the process or try again`,
        );
      case "failed":
        if (answer.status === STATUS.INVALID_PARAMETER) {
          throw new TargetError(
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
      throw new TargetError(error.message, { cause: error });
    }
  }

  #pebs(): PebAddresses {
    const attempt = `find the modules of process ${this.#options.processId}`;
    return queryPebs(this.#ntdll, this.#access.handle("query", attempt), attempt);
  }

  /** Once ended, a process has no modules or handles, which must not be reported as empty lists. */
  #checkRuns(attempt: string): void {
    if (this.#options.isHeldAtEnd || !this.#access.hasEnded()) return;
    throw new NtStatusError("NtQueryInformationProcess", STATUS.PROCESS_IS_TERMINATING, attempt);
  }

  /** Types and names are an extra: the list does without them if handles may not be duplicated. */
  #duplicateHandle(attempt: string): number | undefined {
    try {
      return this.#access.handle("duplicate", attempt);
    } catch (error) {
      if (error instanceof NtStatusError) return undefined;
      throw error;
    }
  }

  /** Windows XP is version 5.1; a process whose PEB cannot be read is assumed to run on a later Windows. */
  #isWindowsXp(): boolean {
    const { major, minor } = this.system ?? {};
    return major === 5 && minor === 1;
  }

  /** The system's version, from the caller or from the process's PEB. */
  get system(): WindowsVersion | undefined {
    return this.#options.windowsVersion ?? this.#pebVersion();
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

function controlError(status: number, attempt: string): TargetError {
  const cause = new NtStatusError(
    "NtSetInformationProcess",
    status,
    attempt,
    PROCESS_RIGHTS.set,
  );
  return new TargetError(cause.message, { cause });
}

function asTargetError<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof NtStatusError)) throw error;
    throw new TargetError(error.message, { cause: error });
  }
}
