/**
 * A kernel-mode target: everything read by walking a kernel's memory.
 *
 * The emulated machine, kernel dumps and a debugger engine differ only in who supplies the address spaces.
 *
 * @module
 */
import type { SymbolFiles } from "../byte_source.ts";
import { type Memory, MemoryError, type PointerSize } from "../memory.ts";
import type { Module } from "../module.ts";
import {
  type Execution,
  type HandleEntry,
  type Target,
  type TraceQuery,
  TraceQueryError,
} from "../target.ts";
import type { TraceLog } from "../trace_log.ts";
import { readHandleTable } from "./handle_table.ts";
import type { WindowsLayouts } from "./layouts.ts";
import { kernelModules, processModules } from "./loader.ts";
import type { ObjectTypeVariables } from "./object.ts";
import { type KernelProcess, listProcesses, readProcess } from "./process.ts";
import type { StructureSpace } from "./structure_reader.ts";
import { readTraceDatabase } from "./trace_db.ts";

/** What a kernel's memory is walked with. */
export interface KernelTargetOptions {
  /** How the target names itself in messages. */
  readonly name: string;
  /** Layouts of the kernel's structures. */
  readonly layouts: WindowsLayouts;
  /**
   * The address space of a directory table base, such as `translatedMemory` gives over physical memory. A
   * source without page tables may give the same memory for every one.
   */
  readonly addressSpace: (directoryTableBase: bigint) => Memory;
  /** Page tables that system addresses are read through: any process's. */
  readonly directoryTableBase: bigint;
  /** Address of PsLoadedModuleList, from KDDEBUGGER_DATA64 or a dump's header. */
  readonly psLoadedModuleList: bigint;
  /** Address of PsActiveProcessHead, from the same place. */
  readonly psActiveProcessHead: bigint;
  /** EPROCESS of the process that is current at first; the first in the list where none is given. */
  readonly initialProcess?: bigint;
  /**
   * Finds where the kernel keeps its object types, by its symbols; without it newer kernels' types are unknown. It
   * is asked when handles are listed, because symbols may have to be fetched for it.
   */
  readonly objectTypes?: () => ObjectTypeVariables;
  /** Runs the kernel, where it can run. */
  readonly execution?: Execution;
  /** Symbol files that come with the target. */
  readonly symbolFiles?: (module: Module) => SymbolFiles | undefined;
  /** Lets go of what the target holds. */
  readonly dispose?: () => void;
}

/** A kernel in memory, as a {@linkcode Target}. */
export class KernelTarget implements Target {
  /** Kernel mode. */
  readonly mode = "kernel";
  /** How the target names itself in messages. */
  readonly name: string;
  /** Width of its pointers. */
  readonly pointerSize: PointerSize;
  /** Runs the kernel, where it can run. */
  declare readonly execution?: Execution;
  /** Symbol files that come with the target. */
  declare readonly symbolFiles?: (module: Module) => SymbolFiles | undefined;
  readonly #options: KernelTargetOptions;
  readonly #system: StructureSpace;
  #currentProcess: bigint | undefined;

  /** Creates the target; memory is read when something is asked of it. */
  constructor(options: KernelTargetOptions) {
    this.#options = options;
    this.name = options.name;
    this.pointerSize = options.layouts.pointerSize;
    this.#system = {
      memory: options.addressSpace(options.directoryTableBase),
      layouts: options.layouts,
    };
    this.#currentProcess = options.initialProcess;
    if (options.execution) this.execution = options.execution;
    if (options.symbolFiles) this.symbolFiles = options.symbolFiles;
  }

  /** EPROCESS of the current process. */
  get currentProcess(): bigint {
    const current = this.#currentProcess ?? this.processes()[0]?.process;
    if (current === undefined) {
      throw new TraceQueryError(
        `Cannot find a process in ${this.name}: its list of processes is missing or empty`,
      );
    }
    return current;
  }

  /** Makes another process the current one; throws a `ProcessError` where the address is of none. */
  set currentProcess(address: bigint) {
    this.#currentProcess = readProcess(this.#system, address).process;
  }

  /** Traces of the asked process or of the current one, newest first. */
  readTraces(query: TraceQuery): TraceLog {
    try {
      return readTraceDatabase(this.#system, this.#process(query.process), query);
    } catch (error) {
      if (!(error instanceof MemoryError)) throw error;
      throw new TraceQueryError(error.message, { cause: error });
    }
  }

  /** The kernel's modules, then those of the process. */
  modules(process?: bigint): Module[] {
    const { peb, wow64Peb, directoryTableBase } = this.#process(process);
    const kernel = kernelModules(this.#system, this.#options.psLoadedModuleList);
    if (peb === 0n) return kernel;
    const memory = this.#options.addressSpace(directoryTableBase);
    const pebs = { native: peb, ...(wow64Peb !== undefined && { wow64: wow64Peb }) };
    return [...kernel, ...processModules(memory, pebs)];
  }

  /** The address space of a process, the system's half included. */
  memory(process?: bigint): Memory {
    return this.#options.addressSpace(this.#process(process).directoryTableBase);
  }

  /** All processes. */
  processes(): KernelProcess[] {
    return listProcesses(this.#system, this.#options.psActiveProcessHead);
  }

  /** Open handles of the current process; none once it has exited. */
  handles(): HandleEntry[] {
    const { objectTable } = this.#process();
    if (objectTable === 0n) return [];
    return readHandleTable(this.#system, objectTable, this.#options.objectTypes?.());
  }

  /** Lets go of what the target holds. */
  [Symbol.dispose](): void {
    this.#options.dispose?.();
  }

  #process(address?: bigint): KernelProcess {
    return readProcess(this.#system, address || this.currentProcess);
  }
}
