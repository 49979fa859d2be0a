/**
 * Targets that the Windows debugger engine opens: a process, a dump, this machine's kernel or another machine's.
 *
 * The engine supplies memory, modules and the PDBs that it found along its own symbol path; in kernel mode the walk is
 * ours, as for every kernel. In user mode it has no call that reads traces: only its own `!htrace` does, a command that
 * prints text.
 *
 * @module
 */
import type { SymbolFiles } from "../byte_source.ts";
import type { Memory, PointerSize } from "../memory.ts";
import type { Module } from "../module.ts";
import { KernelTarget } from "../nt/kernel_target.ts";
import { findLayouts } from "../nt/layouts.ts";
import type { ObjectTypeVariables } from "../nt/object_types.ts";
import { translatedMemory } from "../nt/paging.ts";
import { TargetError } from "../error.ts";
import type { Target, TargetIdentity } from "../target.ts";
import { FileSource } from "../symbols/path/mod.ts";
import { DebugEngine, type EngineTarget } from "../win32/dbgeng.ts";
import { DebugEngineError } from "../win32/dbgeng_library.ts";
import { DEBUG } from "../win32/dbgeng_interfaces.ts";
import { type HeldProcess, holdProcess, PROCESS_ID } from "./_held_process.ts";
import type { TargetKind } from "./_target_kind.ts";

/** What this target needs from an engine: the real one, or a test's. */
export type Engine =
  & Disposable
  & Pick<
    DebugEngine,
    | "library"
    | "isKernel"
    | "pointerSize"
    | "buildNumber"
    | "currentProcess"
    | "modules"
    | "symbolFile"
    | "symbolAddress"
    | "memory"
    | "physicalMemory"
    | "debuggerData"
    | "execute"
  >;

const PREFIX = "dbgeng:";
const KERNEL = "kernel";
/** Ids have 32 bits; a larger number, which no call accepts, can only be a file name. */
const HIGHEST_PROCESS_ID = 0xffff_ffff;

/** The kind, for the table. */
export const DBGENG: TargetKind = {
  name: "debugger engine",
  forms: [
    "dbgeng:1234, dbgeng:file.dmp     a process or a dump, through the Windows debugger engine",
    "dbgeng:kernel[:net:port=…,key=…] the kernel of this machine, or of another one",
  ],
  accepts: ({ text }) => text.startsWith(PREFIX),
  open: (text) => Promise.try(openEngine, text),
};

/** Parses the text after the prefix. */
export function engineTargetOf(text: string): EngineTarget {
  const named = text.slice(PREFIX.length);
  if (named === KERNEL) return { kind: "local kernel" };
  if (named.startsWith(`${KERNEL}:`)) {
    return { kind: "kernel", connection: named.slice(KERNEL.length + 1) };
  }
  const processId = PROCESS_ID.test(named) ? Number(named) : Infinity;
  if (processId <= HIGHEST_PROCESS_ID) return { kind: "process", processId };
  return { kind: "dump", path: named };
}

function openEngine(text: string): Target {
  if (Deno.build.os !== "windows") {
    throw new DebugEngineError(
      `Cannot open "${text}": the debugger engine is part of Windows; name the dump itself`,
    );
  }
  const engineTarget = engineTargetOf(text);
  using untilOpen = new DisposableStack();
  const process = engineTarget.kind === "process"
    ? untilOpen.use(holdProcess(engineTarget.processId))
    : undefined;
  const target = openOnEngine(new DebugEngine(engineTarget), text, process);
  untilOpen.move();
  return target;
}

/** Makes a target from an engine that has something open, and takes ownership of the engine and of the held process. */
export function openOnEngine(engine: Engine, text: string, process?: HeldProcess): Target {
  const name = `${text} (${engine.library})`;
  using untilOpen = new DisposableStack();
  untilOpen.use(engine);
  const target = engine.isKernel
    ? new EngineKernel(engine, name)
    : new EngineProcess(engine, name, process);
  untilOpen.move();
  return target;
}

/** The engine behind a target, if it has one: it runs its own commands, such as its `!htrace`. */
export function debuggerEngine(target: Target): Pick<Engine, "execute"> | undefined {
  return target instanceof EngineProcess || target instanceof EngineKernel
    ? target.engine
    : undefined;
}

/** The PDBs that the engine has found, open as long as the target is. */
class EngineSymbols implements Disposable {
  readonly #engine: Engine;
  readonly #files = new DisposableStack();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  filesOf(module: Module): SymbolFiles | undefined {
    const path = this.#engine.symbolFile(module);
    if (path === undefined || !/\.pdb$/i.test(path)) return undefined;
    try {
      return { pdb: this.#files.use(FileSource.open(path)) };
    } catch {
      return undefined; // it is gone by now: the session searches along its own path
    }
  }

  [Symbol.dispose](): void {
    this.#files[Symbol.dispose]();
  }
}

/** A process or a user-mode dump. */
class EngineProcess implements Target {
  readonly mode = "user";
  readonly name: string;
  readonly kind = DBGENG.name;
  readonly identity: TargetIdentity;
  readonly pointerSize: PointerSize;
  readonly #engine: Engine;
  readonly #process: HeldProcess | undefined;
  readonly #symbols: EngineSymbols;

  constructor(engine: Engine, name: string, process?: HeldProcess) {
    this.identity = process?.identity ?? {};
    this.#process = process;
    this.#engine = engine;
    this.#symbols = new EngineSymbols(engine);
    this.name = name;
    this.pointerSize = engine.pointerSize;
  }

  readTraces(): never {
    throw new TargetError(
      `Cannot read traces of ${this.name}: in user mode the engine shows them only as the text of ` +
        `its own !htrace; use --native, or name the process or the dump itself`,
    );
  }

  modules(): Module[] {
    return this.#engine.modules();
  }

  memory(): Memory {
    return this.#engine.memory();
  }

  symbolFiles(module: Module): SymbolFiles | undefined {
    return this.#symbols.filesOf(module);
  }

  /** The engine behind the target. */
  get engine(): Engine {
    return this.#engine;
  }

  [Symbol.dispose](): void {
    this.#symbols[Symbol.dispose]();
    this.#engine[Symbol.dispose]();
    this.#process?.[Symbol.dispose]();
  }
}

/** Stands for the engine's own view of memory in place of a directory table base, which is never 0. */
const ENGINES_VIEW = 0n;

/** A kernel, live or in a dump. */
class EngineKernel extends KernelTarget {
  readonly #engine: Engine;

  constructor(engine: Engine, name: string) {
    const { pointerSize } = engine;
    const symbols = new EngineSymbols(engine);
    super({
      name,
      kind: DBGENG.name,
      layouts: findLayouts(engine.buildNumber, pointerSize === 8 ? "x64" : "x86"),
      addressSpace: (directoryTableBase) =>
        directoryTableBase === ENGINES_VIEW
          ? engine.memory()
          : translatedMemory(engine.physicalMemory(), {
            mode: pagingModeOf(engine),
            directoryTableBase,
          }),
      directoryTableBase: ENGINES_VIEW,
      psLoadedModuleList: engine.debuggerData(DEBUG.DATA_PS_LOADED_MODULE_LIST),
      psActiveProcessHead: engine.debuggerData(DEBUG.DATA_PS_ACTIVE_PROCESS_HEAD),
      initialProcess: engine.currentProcess,
      objectTypes: () => objectTypesOf(engine),
      symbolFiles: (module) => symbols.filesOf(module),
      dispose: () => {
        symbols[Symbol.dispose]();
        engine[Symbol.dispose]();
      },
    });
    this.#engine = engine;
  }

  /** The engine behind the target. */
  get engine(): Engine {
    return this.#engine;
  }
}

/** Where Windows 7 and later have their object types; empty if the engine has no symbols for the kernel. */
function objectTypesOf(engine: Engine): ObjectTypeVariables {
  const typeIndexTable = engine.symbolAddress("nt!ObTypeIndexTable");
  const headerCookie = engine.symbolAddress("nt!ObHeaderCookie");
  return {
    ...(typeIndexTable !== undefined && { typeIndexTable }),
    ...(headerCookie !== undefined && { headerCookie }),
  };
}

function pagingModeOf(engine: Engine): "x64" | "pae" | "x86" {
  if (engine.pointerSize === 8) return "x64";
  return engine.debuggerData(DEBUG.DATA_PAE_ENABLED) === 0n ? "x86" : "pae";
}
