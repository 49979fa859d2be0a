/**
 * The debugger engine, dbgeng.dll: memory and modules of its target, and its own commands.
 *
 * @module
 */
import type { Memory, PointerSize } from "../memory.ts";
import { type Module, moduleNameOf } from "../module.ts";
import { type ComInterface, ComObject, guidBytes } from "./com.ts";
import {
  DEBUG,
  DEBUG_MODULE_PARAMETERS,
  IDebugClient4,
  IDebugControl,
  IDebugDataSpaces,
  IDebugSymbols2,
  IDebugSystemObjects,
} from "./dbgeng_interfaces.ts";
import { DebugEngineError, engineCandidates, loadEngine } from "./dbgeng_library.ts";
import { type HResult, isFailure, resultText } from "./hresult.ts";
import { OutputCallbacks } from "./output_callbacks.ts";

/** What the engine opens. */
export type EngineTarget =
  /** A live process, examined without being debugged; it is suspended until the engine releases it. */
  | { readonly kind: "process"; readonly processId: number }
  /** A user-mode or kernel dump. */
  | { readonly kind: "dump"; readonly path: string }
  /** The kernel of this machine. */
  | { readonly kind: "local kernel" }
  /** The kernel of another machine, by the debugger's connection string, such as `net:port=50000,key=…`. */
  | { readonly kind: "kernel"; readonly connection: string };

/** How long a target may take to come to a stop; a remote kernel waits for its next break. */
const STOP_PATIENCE = 60_000;

const MAX_LONG_PATH = 0x8000;

/** The engine with one target open. Use it on one thread, as the engine requires. */
export class DebugEngine implements Disposable {
  /** The library that was loaded: a full path. */
  readonly library: string;
  readonly #resources = new DisposableStack();
  readonly #client: ComObject<typeof IDebugClient4>;
  readonly #control: ComObject<typeof IDebugControl>;
  readonly #symbols: ComObject<typeof IDebugSymbols2>;
  readonly #data: ComObject<typeof IDebugDataSpaces>;
  readonly #system: ComObject<typeof IDebugSystemObjects>;

  /** Loads the first candidate that exists, and opens the target. */
  constructor(target: EngineTarget, candidates: readonly string[] = engineCandidates()) {
    using untilOpen = new DisposableStack();
    untilOpen.use(this.#resources);
    const { library, path } = loadEngine(candidates);
    this.#resources.defer(() => library.close());
    this.library = path;
    const created = new BigUint64Array(1);
    const result = library.symbols.DebugCreate(guidBytes(IDebugClient4.iid), created);
    const pointer = Deno.UnsafePointer.create(created[0]!);
    if (pointer === null) throw failure("start the debugger engine", "DebugCreate", result);
    this.#client = this.#resources.use(new ComObject(pointer, IDebugClient4));
    this.#control = this.#interface(IDebugControl, "IDebugControl");
    this.#symbols = this.#interface(IDebugSymbols2, "IDebugSymbols2");
    this.#data = this.#interface(IDebugDataSpaces, "IDebugDataSpaces");
    this.#system = this.#interface(IDebugSystemObjects, "IDebugSystemObjects");
    this.#open(target);
    untilOpen.move();
  }

  /** Whether the target is a kernel. */
  get isKernel(): boolean {
    const [class_, qualifier] = [new Uint32Array(1), new Uint32Array(1)];
    this.#control.call("GetDebuggeeType", class_, qualifier);
    return class_[0] === DEBUG.CLASS_KERNEL;
  }

  /** Width of the target's pointers. */
  get pointerSize(): PointerSize {
    return this.#control.call("IsPointer64Bit") === 0 ? 8 : 4;
  }

  /** Build number of the target's Windows. */
  get buildNumber(): number {
    const word = (): Uint32Array<ArrayBuffer> => new Uint32Array(1);
    const text = new Uint8Array(0x100);
    const build = word();
    const result = this.#control.call(
      "GetSystemVersion",
      word(),
      word(),
      build,
      text,
      text.length,
      word(),
      word(),
      text,
      text.length,
      word(),
    );
    if (isFailure(result)) throw failure("read the target's version", "GetSystemVersion", result);
    return build[0]!;
  }

  /** In kernel mode: EPROCESS of the current process. */
  get currentProcess(): bigint {
    const address = new BigUint64Array(1);
    const result = this.#system.call("GetCurrentProcessDataOffset", address);
    if (isFailure(result)) {
      throw failure("find the current process", "GetCurrentProcessDataOffset", result);
    }
    return targetAddress(address[0]!, this.pointerSize);
  }

  /** Modules of the current process, or of the kernel. */
  modules(): Module[] {
    const [loaded, unloaded] = [new Uint32Array(1), new Uint32Array(1)];
    const result = this.#symbols.call("GetNumberModules", loaded, unloaded);
    if (isFailure(result)) throw failure("list the modules", "GetNumberModules", result);
    return Array.from({ length: loaded[0]! }, (_, index) => this.#module(index));
  }

  /** Path of the symbol file that the engine has found for a module along its own symbol path. */
  symbolFile(module: Module): string | undefined {
    const { MODNAME_SYMBOL_FILE } = DEBUG;
    const base = engineAddress(module.base, this.pointerSize);
    const known = this.#moduleName(MODNAME_SYMBOL_FILE, base);
    if (known !== "") return known;
    // The engine defers loading until a name is needed; /f loads now.
    this.#symbols.call("Reload", new TextEncoder().encode(`/f ${module.name}\0`));
    return this.#moduleName(MODNAME_SYMBOL_FILE, base) || undefined;
  }

  /** Address of a symbol such as `nt!ObHeaderCookie`; undefined if the engine finds none of that name. */
  symbolAddress(name: string): bigint | undefined {
    const address = new BigUint64Array(1);
    const text = new TextEncoder().encode(`${name}\0`);
    const result = this.#symbols.call("GetOffsetByName", text, address);
    return isFailure(result) ? undefined : targetAddress(address[0]!, this.pointerSize);
  }

  /** Virtual memory as the current process sees it. */
  memory(): Memory {
    const { pointerSize } = this;
    return {
      pointerSize,
      read: (from, length) => this.#read("ReadVirtual", engineAddress(from, pointerSize), length),
    };
  }

  /** Physical memory of a kernel target. */
  physicalMemory(): Pick<Memory, "read"> {
    return { read: (from, length) => this.#read("ReadPhysical", from, length) };
  }

  /** A pointer-sized value of the engine's debugger data, by its DEBUG_DATA_ index. */
  debuggerData(index: number): bigint {
    const value = new BigUint64Array(1);
    const result = this.#data.call("ReadDebuggerData", index, value, 8, new Uint32Array(1));
    if (isFailure(result)) throw failure("read the debugger data", "ReadDebuggerData", result);
    return targetAddress(value[0]!, this.pointerSize);
  }

  /** Runs one of the engine's own commands, such as `!htrace`, and returns what it printed. */
  execute(command: string): string {
    const attempt = `run "${command}" in ${this.library}`;
    let text = "";
    using callbacks = new OutputCallbacks((piece) => text += piece);
    const set = this.#client.call("SetOutputCallbacks", callbacks.pointer);
    if (isFailure(set)) throw failure(attempt, "SetOutputCallbacks", set);
    const result = this.#control.call(
      "Execute",
      DEBUG.OUTCTL_THIS_CLIENT,
      new TextEncoder().encode(`${command}\0`),
      DEBUG.EXECUTE_NOT_LOGGED,
    );
    this.#client.call("SetOutputCallbacks", null);
    if (isFailure(result)) throw failure(attempt, "Execute", result);
    return text;
  }

  /** Releases the target, which runs on, and the engine. */
  [Symbol.dispose](): void {
    this.#resources[Symbol.dispose]();
  }

  #interface<Interface extends ComInterface>(
    description: Interface,
    name: string,
  ): ComObject<Interface> {
    const found = this.#client.as(description);
    if (found === undefined) {
      throw new DebugEngineError(
        `Cannot use ${this.library}: it has no ${name}; install the Debugging Tools for Windows`,
      );
    }
    return this.#resources.use(found);
  }

  #open(target: EngineTarget): void {
    const { attempt, call, result } = this.#start(target);
    if (isFailure(result)) throw failure(attempt, call, result);
    this.#resources.defer(() => {
      this.#client.call("DetachProcesses");
      this.#client.call("EndSession", DEBUG.END_ACTIVE_DETACH);
    });
    // The engine knows nothing of the target before its first event.
    const waited = this.#control.call("WaitForEvent", 0, STOP_PATIENCE);
    if (waited !== 0) throw failure(attempt, "WaitForEvent", waited);
  }

  #start(target: EngineTarget): { attempt: string; call: string; result: HResult } {
    switch (target.kind) {
      case "process": {
        const { processId } = target;
        const flags = DEBUG.ATTACH_NONINVASIVE;
        return {
          attempt: `attach the debugger engine to process ${processId}`,
          call: "AttachProcess",
          result: this.#client.call("AttachProcess", 0n, processId, flags),
        };
      }
      case "dump":
        return {
          attempt: `open "${target.path}" with the debugger engine`,
          call: "OpenDumpFileWide",
          result: this.#client.call("OpenDumpFileWide", wideText(target.path), 0n),
        };
      case "local kernel":
        return {
          attempt: "open the kernel of this machine",
          call: "AttachKernel",
          result: this.#client.call("AttachKernel", DEBUG.ATTACH_LOCAL_KERNEL, null),
        };
      case "kernel": {
        const options = new TextEncoder().encode(`${target.connection}\0`);
        return {
          attempt: `open the kernel at "${target.connection}"`,
          call: "AttachKernel",
          result: this.#client.call("AttachKernel", DEBUG.ATTACH_KERNEL_CONNECTION, options),
        };
      }
    }
  }

  #module(index: number): Module {
    const base = new BigUint64Array(1);
    const at = this.#symbols.call("GetModuleByIndex", index, base);
    if (isFailure(at)) throw failure(`find module ${index}`, "GetModuleByIndex", at);
    const parameters = new Uint8Array(DEBUG_MODULE_PARAMETERS.size);
    const known = this.#symbols.call("GetModuleParameters", 1, base, 0, parameters);
    if (isFailure(known)) throw failure(`read module ${index}`, "GetModuleParameters", known);
    const view = new DataView(parameters.buffer);
    const path = this.#moduleName(DEBUG.MODNAME_IMAGE, base[0]!);
    return {
      name: moduleNameOf(path),
      path,
      base: targetAddress(base[0]!, this.pointerSize),
      size: view.getUint32(DEBUG_MODULE_PARAMETERS.Size.offset, true),
      timestamp: view.getUint32(DEBUG_MODULE_PARAMETERS.TimeDateStamp.offset, true),
    };
  }

  /** One of the names (a DEBUG_MODNAME_) of the module at the engine's address `base`; empty if it has none. */
  #moduleName(which: number, base: bigint): string {
    const text = new Uint8Array(MAX_LONG_PATH);
    const size = new Uint32Array(1);
    this.#symbols.call(
      "GetModuleNameString",
      which,
      DEBUG.ANY_ID,
      base,
      text,
      text.length,
      size,
    );
    const end = text.indexOf(0);
    return new TextDecoder().decode(text.subarray(0, end < 0 ? text.length : end));
  }

  #read(method: "ReadVirtual" | "ReadPhysical", from: bigint, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    const read = new Uint32Array(1);
    const result = this.#data.call(method, from, bytes, length, read);
    return isFailure(result) ? bytes.subarray(0, 0) : bytes.subarray(0, read[0]!);
  }
}

/**
 * An address of the target in the engine's form. The engine has only 64-bit addresses; those of a 32-bit target are
 * sign-extended (Microsoft's documentation of the debugger engine, "Memory").
 */
export function engineAddress(address: bigint, pointerSize: PointerSize): bigint {
  return pointerSize === 4 ? BigInt.asUintN(64, BigInt.asIntN(32, address)) : address;
}

/** An address that the engine returned, in the target's own form. */
export function targetAddress(address: bigint, pointerSize: PointerSize): bigint {
  return BigInt.asUintN(pointerSize * 8, address);
}

/** S_FALSE, the timeout of WaitForEvent, comes here too. */
function failure(attempt: string, call: string, result: HResult): DebugEngineError {
  return new DebugEngineError(`Cannot ${attempt}: ${call} returned ${resultText(result)}`);
}

/** Zero-terminated UTF-16. */
function wideText(text: string): Uint16Array<ArrayBuffer> {
  return Uint16Array.from({ length: text.length + 1 }, (_, i) => text.charCodeAt(i) || 0);
}
