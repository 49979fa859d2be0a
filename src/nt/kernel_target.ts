/**
 * A kernel-mode target: everything read by walking a kernel's memory.
 *
 * The emulated machine, kernel dumps and a debugger engine differ only in who supplies the address spaces.
 *
 * @module
 */
import type { SymbolFiles } from "../byte_source.ts";
import { HtraceError, TargetError } from "../error.ts";
import { type Memory, MemoryError, type PointerSize } from "../memory.ts";
import type { Module } from "../module.ts";
import type {
  Awaitable,
  Execution,
  HandleEntry,
  ProcessRef,
  Target,
  TargetIdentity,
} from "../target.ts";
import { logWithoutTraces, type StackTable, type TraceLog } from "../trace_log.ts";
import { LastValue } from "./_last_value.ts";
import { type HandleTableWalk, walkHandleTable } from "./handle_table.ts";
import type { WindowsLayouts } from "./layouts.ts";
import { type ModuleWalk, walkKernelModules, walkProcessModules } from "./loader.ts";
import { ObjectTypes, type ObjectTypeVariables } from "./object_types.ts";
import { type KernelProcess, type ProcessWalk, readProcess, walkProcesses } from "./process.ts";
import type { StructureSpace } from "./structure_reader.ts";
import { readTraceDatabase } from "./trace_db.ts";

/** What a walk of a kernel's memory needs. */
export interface KernelTargetOptions {
  /** How the target names itself in messages. */
  readonly name: string;
  /** Its kind, as the table of kinds names it. */
  readonly kind: string;
  /** Layouts of the kernel's structures. */
  readonly layouts: WindowsLayouts;
  /**
   * The address space of a directory table base, such as `translatedMemory` makes over physical memory. A source
   * without page tables may return the same memory for each.
   */
  readonly addressSpace: (directoryTableBase: bigint) => Memory;
  /** The page tables through which system addresses are read: any process's. */
  readonly directoryTableBase: bigint;
  /** Address of PsLoadedModuleList, from KDDEBUGGER_DATA64 or a dump's header. */
  readonly psLoadedModuleList: bigint;
  /** Address of PsActiveProcessHead, from the same place. */
  readonly psActiveProcessHead: bigint;
  /** The link of a process, if the memory of PsActiveProcessHead is missing. */
  readonly processLink?: bigint;
  /** EPROCESS of the process that is current at first; by default the first in the list. */
  readonly initialProcess?: bigint;
  /**
   * Finds where the kernel keeps its object types, by its symbols; without it the types of newer kernels are unknown.
   * It is called only when handles are listed, because it may have to fetch symbols.
   */
  readonly objectTypes?: () => Awaitable<ObjectTypeVariables>;
  /**
   * The memory is that of a dump: what was read once stays true, and a process that was not traced has no traces, which
   * is a result rather than an error.
   */
  readonly isDump?: boolean;
  /** When a dump was written. */
  readonly readAt?: Date;
  /** What is missing from the source itself, each as a clause for messages. */
  readonly gaps?: readonly string[];
  /** Runs the kernel, if it can run. */
  readonly execution?: Execution;
  /** Writes the kernel's memory as a dump, where possible. */
  readonly kernelDump?: (time: Date) => Uint8Array;
  /** Symbol files that come with the target. */
  readonly symbolFiles?: (module: Module) => Awaitable<SymbolFiles | undefined>;
  /** Lets go of what the target holds. */
  readonly dispose?: () => void;
}

/** A kernel in memory, as a {@linkcode Target}. */
export class KernelTarget implements Target {
  /** Kernel mode. */
  readonly mode = "kernel";
  /** How the target names itself in messages. */
  readonly name: string;
  /** Its kind. */
  readonly kind: string;
  /** A kernel is not a process. */
  readonly identity: TargetIdentity = {};
  /** Width of its pointers. */
  readonly pointerSize: PointerSize;
  /** Runs the kernel, if it can run. */
  declare readonly execution?: Execution;
  /** Writes the kernel's memory as a dump. */
  declare readonly kernelDump?: (time: Date) => Uint8Array;
  /** Symbol files that come with the target. */
  declare readonly symbolFiles?: (module: Module) => Awaitable<SymbolFiles | undefined>;
  readonly #options: KernelTargetOptions;
  readonly #system: StructureSpace;
  readonly #processWalk = new LastValue<ProcessWalk>();
  readonly #kernelModuleWalk = new LastValue<ModuleWalk>();
  readonly #ownModuleWalk = new LastValue<ModuleWalk>();
  readonly #handleWalk = new LastValue<HandleTableWalk>();

  /** Creates the target; memory is read on demand. */
  constructor(options: KernelTargetOptions) {
    this.#options = options;
    this.name = options.name;
    this.kind = options.kind;
    this.pointerSize = options.layouts.pointerSize;
    this.#system = {
      memory: options.addressSpace(options.directoryTableBase),
      layouts: options.layouts,
    };
    if (options.execution) this.execution = options.execution;
    if (options.kernelDump) this.kernelDump = options.kernelDump;
    if (options.symbolFiles) this.symbolFiles = options.symbolFiles;
  }

  /** The default process. */
  get defaultProcess(): ProcessRef | undefined {
    const initial = this.#options.initialProcess ?? this.processes()[0]?.process;
    return initial === undefined ? undefined : { process: initial };
  }

  /** Traces of a process, newest first. */
  readTraces(into: StackTable, ref?: ProcessRef): TraceLog {
    const process = this.process(ref);
    const { readAt } = this.#options;
    try {
      return { ...readTraceDatabase(this.#system, process, into), ...(readAt && { readAt }) };
    } catch (error) {
      if (!(error instanceof HtraceError)) throw error;
      if (this.#options.isDump) return this.#withoutTraces(into, process, error);
      if (!(error instanceof MemoryError)) throw error;
      throw new TargetError(error.message, { cause: error });
    }
  }

  /** The kernel's modules, then those of the process. */
  modules(ref?: ProcessRef): Module[] {
    const own = this.#ownModules(this.process(ref));
    return [...this.kernelModules(), ...own.modules];
  }

  /** The system's half of all address spaces, which needs no process. */
  systemMemory(): Memory {
    return this.#system.memory;
  }

  /** The kernel's own modules. */
  kernelModules(): Module[] {
    return [...this.#kernelModules().modules];
  }

  /** The address space of a process, the system's half included. */
  memory(ref?: ProcessRef): Memory {
    return this.#options.addressSpace(this.process(ref).directoryTableBase);
  }

  /** All processes. */
  processes(): KernelProcess[] {
    return [...this.#walkProcesses().processes];
  }

  /** A process by its address or id, or the default one. Throws a `TargetError` if there is none. */
  process(ref: ProcessRef = this.defaultProcess ?? {}): KernelProcess {
    if (ref.process) return readProcess(this.#system, ref.process);
    const named = ref.processId === undefined
      ? undefined
      : this.processes().find(({ processId }) => processId === ref.processId);
    if (named !== undefined) return named;
    throw new TargetError(
      ref.processId === undefined
        ? `Cannot find a process in ${this.name}: its list of processes is missing or empty; ` +
          "name one by its EPROCESS"
        : `Cannot find process ${ref.processId} in ${this.name}: no process has that id; ` +
          `"htrace processes" lists them`,
    );
  }

  /** Open handles of a process; none once it has exited. */
  async handles(ref?: ProcessRef): Promise<readonly HandleEntry[]> {
    return (await this.#walkHandles(this.process(ref))).handles;
  }

  /** What is missing from the system, and from the given or default process, if any. */
  async gaps(ref: ProcessRef | undefined = this.defaultProcess): Promise<string[]> {
    const gaps = [
      ...this.#options.gaps ?? [],
      ...this.#walkProcesses().incomplete,
      ...this.#kernelModules().incomplete,
    ];
    if (ref === undefined) return gaps;
    const process = this.process(ref);
    const handles = await this.#walkHandles(process);
    return [...gaps, ...this.#ownModules(process).incomplete, ...handles.incomplete];
  }

  /** Lets go of what the target holds. */
  [Symbol.dispose](): void {
    this.#options.dispose?.();
  }

  #walkProcesses(): ProcessWalk {
    const { psActiveProcessHead, processLink } = this.#options;
    return this.#once(
      this.#processWalk,
      psActiveProcessHead,
      () => walkProcesses(this.#system, psActiveProcessHead, processLink),
    );
  }

  #kernelModules(): ModuleWalk {
    const { psLoadedModuleList } = this.#options;
    return this.#once(
      this.#kernelModuleWalk,
      psLoadedModuleList,
      () => walkKernelModules(this.#system, psLoadedModuleList),
    );
  }

  #ownModules({ process, peb, wow64Peb, directoryTableBase }: KernelProcess): ModuleWalk {
    if (peb === 0n) return { modules: [], incomplete: [] };
    const memory = this.#options.addressSpace(directoryTableBase);
    const pebs = { native: peb, ...(wow64Peb !== undefined && { wow64: wow64Peb }) };
    return this.#once(this.#ownModuleWalk, process, () => walkProcessModules(memory, pebs));
  }

  async #walkHandles({ objectTable }: KernelProcess): Promise<HandleTableWalk> {
    if (objectTable === 0n) return { handles: [], incomplete: [] };
    const types = new ObjectTypes(this.#system, await this.#options.objectTypes?.() ?? {});
    return this.#once(
      this.#handleWalk,
      objectTable,
      () => walkHandleTable(this.#system, objectTable, types),
    );
  }

  /** The result of a walk: a dump is walked only once for its contents and its gaps. */
  #once<Walk>(last: LastValue<Walk>, key: bigint, walk: () => Walk): Walk {
    return this.#options.isDump ? last.of(key, walk) : walk();
  }

  #withoutTraces(into: StackTable, process: KernelProcess, why: HtraceError): TraceLog {
    return {
      ...logWithoutTraces(into),
      ...(this.#options.readAt && { readAt: this.#options.readAt }),
      process: process.process,
      objectTable: process.objectTable,
      incomplete: why.message,
    };
  }
}
