/**
 * A minidump as a target: one process, as it was when the dump was written.
 *
 * @module
 */
import type { ByteSource } from "../../byte_source.ts";
import { TargetError } from "../../error.ts";
import type { Frame } from "../../frame.ts";
import type { PointerSize } from "../../memory.ts";
import { isInModule, type Module, moduleNameOf } from "../../module.ts";
import { readImageIdentity } from "../../nt/image.ts";
import type {
  HandleEntry,
  ProcessEntry,
  ProcessRef,
  Target,
  TargetIdentity,
  WindowsSystem,
} from "../../target.ts";
import { TRACE_TYPE_CODES } from "../../trace.ts";
import {
  logWithoutTraces,
  type StackTable,
  type TraceLog,
  type TraceStop,
} from "../../trace_log.ts";
import { findStream, type Minidump, openMinidump } from "./dump.ts";
import { INVALID_HANDLE_CODES, readException } from "./exception.ts";
import { STREAM } from "./format.ts";
import { countHandles, findHandle, readHandleEntries } from "./handles.ts";
import { DumpMemory } from "./memory.ts";
import { readMemoryRegions } from "./memory_regions.ts";
import {
  type DumpModule,
  readModules,
  readUnloadedModules,
  type UnloadedModule,
} from "./modules.ts";
import { objectFactOf, objectFactText, readObjectInformation } from "./object_information.ts";
import { readHandleOperations } from "./operations.ts";
import { readMiscInfo } from "./process.ts";
import { readThreads } from "./threads.ts";
import type { Listing } from "./_entry_list.ts";

/** How to open a dump. */
export interface MinidumpTargetOptions {
  /** Name of the kind in the table of kinds. */
  readonly kind: string;
  /** When the file was last written, for dumps that do not say when they were written. */
  readonly fileTime?: Date;
  /** Called with warnings to show once. */
  readonly warn?: (warning: string) => void;
}

const HOW_TO_TRACE =
  'turn tracing on with "!htrace -enable" or the Handles check of Application Verifier, and write the dump with ' +
  '".dump /mh" or MiniDumpWithHandleData';
const NO_OPERATIONS = `handle tracing was off when the dump was written; ${HOW_TO_TRACE}`;
const NO_HANDLE_DATA = `the dump was written without handle data; ${HOW_TO_TRACE}`;

/** First kernel address by pointer size; a 32-bit program may have been given more. */
const USER_END = { 4: 0x8000_0000n, 8: 0x8000_0000_0000n } as const;
const LARGE_USER_END = 0x1_0000_0000n;

/** A minidump as a {@linkcode Target}. The file is read on demand, and closed on disposal. */
export class MinidumpTarget implements Target {
  /** The file's name, as given. */
  readonly name: string;
  /** Name of the kind in the table of kinds. */
  readonly kind: string;
  /** The process of the dump, as far as the dump identifies it. */
  readonly identity: TargetIdentity;
  /** The system that the process ran on. */
  readonly system: WindowsSystem;
  /** User mode. */
  readonly mode = "user";
  /** Width of the process's pointers, according to the writer. */
  readonly pointerSize: PointerSize;
  /** First kernel address. */
  readonly userEnd: bigint;
  /** Open handles; absent if the dump has no handle data. */
  declare readonly handles?: (process?: ProcessRef) => readonly HandleEntry[];
  readonly #source: ByteSource & Partial<Disposable>;
  readonly #dump: Minidump;
  readonly #options: MinidumpTargetOptions;
  readonly #modules: Listing<DumpModule>;
  readonly #said = new Set<string>();
  #handles: Listing<HandleEntry> | undefined;
  #memory: DumpMemory | undefined;
  #unloaded: readonly UnloadedModule[] | undefined;

  /**
   * Takes ownership of a file.
   *
   * @throws {FormatError} if it is not a minidump of a Windows process, or is too damaged to be read.
   */
  constructor(source: ByteSource & Partial<Disposable>, options: MinidumpTargetOptions) {
    const dump = openMinidump(source);
    this.#source = source;
    this.#dump = dump;
    this.#options = options;
    this.#modules = readModules(dump);
    this.name = source.name;
    this.kind = options.kind;
    this.pointerSize = dump.system.pointerSize;
    this.identity = identityOf(dump, this.#modules.entries);
    this.system = {
      major: dump.system.majorVersion,
      minor: dump.system.minorVersion,
      build: dump.system.buildNumber,
      architecture: dump.system.architecture,
    };
    this.userEnd = userEndOf(dump, this.#modules.entries);
    if (findStream(dump, STREAM.handleData)) {
      this.handles = (process) => {
        this.#checkProcess(process);
        return this.#readHandles();
      };
    }
  }

  /** The recorded traces. A dump without traces has an empty log that says how to make one with traces. */
  readTraces(into: StackTable, process?: ProcessRef): TraceLog {
    this.#checkProcess(process);
    const { timestamp } = this.#dump;
    const readAt = timestamp > 0
      ? new Date(timestamp * 1000)
      : this.#options.fileTime ?? new Date(0);
    const operations = readHandleOperations(this.#dump, into);
    const stop = this.#stopOf(operations);
    const stops = stop && { stops: [stop] };
    if (operations === undefined) {
      const incomplete = this.handles === undefined ? NO_HANDLE_DATA : NO_OPERATIONS;
      return { ...logWithoutTraces(into), readAt, incomplete, ...stops };
    }
    const { stated: _, ...columns } = operations;
    return { ...columns, stacks: into, readAt, parsed: operations.count, ...stops };
  }

  /** The loaded modules. Facts that the writer left out are taken from a module's headers, if the dump has them. */
  modules(process?: ProcessRef): readonly Module[] {
    this.#checkProcess(process);
    this.#warnOf(this.#modules);
    return this.#modules.entries.map((module) => this.#moduleOf(module));
  }

  /** The memory in the dump. */
  memory(): DumpMemory {
    if (this.#memory === undefined) {
      this.#memory = new DumpMemory(this.#dump);
      this.#warnOf(this.#memory);
    }
    return this.#memory;
  }

  /** The frame of an address in an unloaded module: traces outlive modules. */
  frame(address: bigint): Frame | undefined {
    this.#unloaded ??= readUnloadedModules(this.#dump).entries;
    const module = this.#unloaded.find((unloaded) => isInModule(unloaded, address));
    if (module === undefined) return undefined;
    if (this.#modules.entries.some((loaded) => isInModule(loaded, address))) return undefined;
    const { path, base, size } = module;
    return {
      address,
      module: { name: moduleNameOf(path), path, base, size },
      displacement: Number(address - base),
    };
  }

  /** The one process. */
  processes(): readonly ProcessEntry[] {
    const { processId = 0, imageName = "", startTime } = this.identity;
    const handleCount = countHandles(this.#dump);
    return [{
      processId,
      imageName,
      ...(handleCount !== undefined && { handleCount }),
      traced: findStream(this.#dump, STREAM.handleOperationList) !== undefined,
      ...(startTime && { startTime }),
    }];
  }

  /** What the writer queried from the system about a handle's object. */
  objectFacts(handle: number): readonly string[] {
    const found = findHandle(this.#dump, handle);
    if (found === undefined) return [];
    return readObjectInformation(this.#dump, found.objectInformation)
      .map(objectFactOf)
      .flatMap((fact) => fact === undefined ? [] : objectFactText(fact));
  }

  /** Closes the file. */
  [Symbol.dispose](): void {
    this.#source[Symbol.dispose]?.();
  }

  /** Throws if a process other than the dump's is named. */
  #checkProcess({ process, processId }: ProcessRef = {}): void {
    const known = this.identity.processId;
    if (!process && (processId === undefined || known === undefined || processId === known)) return;
    const asked = process ? `0x${process.toString(16)}` : processId;
    throw new TargetError(
      `Cannot read process ${asked} of ${this.name}: the dump is of ` +
        `${known === undefined ? "one process" : `process ${known}`} alone; leave the process out`,
    );
  }

  #readHandles(): readonly HandleEntry[] {
    this.#handles ??= readHandleEntries(this.#dump);
    this.#warnOf(this.#handles);
    return this.#handles.entries;
  }

  #moduleOf(module: DumpModule): Module {
    const { path, base, size, codeView } = module;
    const isKnown = codeView !== undefined && module.timestamp !== 0;
    const identity = isKnown ? undefined : readImageIdentity(this.memory(), base);
    const timestamp = module.timestamp || identity?.timestamp;
    const pdb = codeView?.kind === "RSDS" ? codeView.pdb : identity?.pdb;
    return {
      name: moduleNameOf(path),
      path,
      base,
      size,
      ...(timestamp && { timestamp }),
      ...(pdb && { pdb }),
    };
  }

  /**
   * The invalid-handle exception that caused the dump. The exception does not say which handle it was; the thread's
   * newest bad reference does.
   */
  #stopOf(operations: ReturnType<typeof readHandleOperations>): TraceStop | undefined {
    const exception = readException(this.#dump);
    if (exception === undefined || !INVALID_HANDLE_CODES.has(exception.code)) return undefined;
    const { threadId, code } = exception;
    const { processId } = this.identity;
    const trace =
      operations?.type.findIndex((type, index) =>
        type === TRACE_TYPE_CODES.badref && operations.threadId[index] === threadId
      ) ?? -1;
    return {
      code,
      exception: code,
      threadId,
      ...(processId !== undefined && { processId }),
      ...(operations && trace >= 0 && {
        handle: operations.handle[trace]!,
        stack: operations.stack[trace]!,
      }),
    };
  }

  /** Warns once about what is missing from a list. */
  #warnOf({ incomplete }: { readonly incomplete?: string }): void {
    if (incomplete === undefined || this.#said.has(incomplete)) return;
    this.#said.add(incomplete);
    this.#options.warn?.(`"${this.name}" is not whole: ${incomplete}`);
  }
}

function identityOf(dump: Minidump, modules: readonly DumpModule[]): TargetIdentity {
  const { processId, createTime } = readMiscInfo(dump) ?? {};
  // The loader's list begins with the program, and writers keep its order.
  const path = (modules.find((module) => /\.exe$/i.test(module.path)) ?? modules[0])?.path;
  return {
    ...(processId !== undefined && { processId }),
    ...(path && { imageName: fileNameOf(path) }),
    ...(createTime !== undefined && { startTime: new Date(createTime * 1000) }),
  };
}

/** A 32-bit process with anything above 2 GiB was given a larger address space, up to 3 GiB or 4 GiB. */
function userEndOf(dump: Minidump, modules: readonly DumpModule[]): bigint {
  const { pointerSize } = dump.system;
  const end = USER_END[pointerSize];
  if (pointerSize === 8) return end;
  const isLarge = modules.some(({ base }) => base >= end) ||
    readThreads(dump).entries.some(({ teb }) => teb >= end) ||
    readMemoryRegions(dump).entries.some(({ start, state }) =>
      start >= end && state === "committed"
    );
  return isLarge ? LARGE_USER_END : end;
}

function fileNameOf(path: string): string {
  return path.slice(Math.max(path.lastIndexOf("\\"), path.lastIndexOf("/")) + 1);
}
