/**
 * Names of objects behind handles of another process, asked for in a way that always comes back.
 *
 * `NtQueryObject` for the name of a synchronous file waits for the file's lock, which a thread that reads from a
 * named pipe may hold for ever. So a worker thread asks, this thread waits with a limit, and a worker that does
 * not answer is given up together with the one duplicate handle that it holds; both end with the process. Such a thread
 * keeps the process, too, from running out by itself: a program that asked for names ends with `Deno.exit`.
 *
 * @module
 */
import { HtraceError } from "../error.ts";
import type { NtStatus } from "../ntdll.ts";
import { workerModule } from "../package_files.ts";
import { NAME_REQUEST, NAME_STATE, type NameWorkerStart } from "./_object_name_request.ts";
import { UNICODE_STRING } from "./structures.ts";
import { systemLibrary } from "./system_library.ts";

/** What came of asking for a name. */
export type ObjectName =
  /** The object's name; empty for an object that has none. */
  | { readonly kind: "named"; readonly name: string }
  /** A call failed: the handle is gone, or its type cannot be duplicated. */
  | { readonly kind: "failed"; readonly status: NtStatus }
  /** The answer did not come in time, or too many before did not. */
  | { readonly kind: "abandoned" };

/** Names cannot be asked for at all. */
export class ObjectNamesError extends HtraceError {
  /** Creates the error: what was found, and what to do. */
  constructor(found: string) {
    super(`Cannot ask for object names: ${found}`);
  }
}

/** How to ask. */
export interface ObjectNamesOptions {
  /** The ntdll that the worker opens. */
  readonly library?: string;
  /** Milliseconds to wait for a name: far more than one takes that comes at all. */
  readonly patience?: number;
}

/** A worker's start opens a DLL and compiles a module; on a busy machine that takes its time. */
const START_PATIENCE = 30_000;

/** Each abandoned question costs a thread and the whole patience, so there is an end to them. */
const MAX_ABANDONED = 16;

/** A thread, the memory shared with it, and the word there that both wait on. */
interface NameWorker {
  readonly thread: Worker;
  readonly memory: SharedArrayBuffer;
  readonly state: Int32Array<SharedArrayBuffer>;
}

/** Asks for names of objects; keeps one worker until disposed. */
export class ObjectNames implements Disposable {
  readonly #library: string;
  readonly #patience: number;
  #worker: NameWorker | undefined;
  /** Handles whose names did not come, as `process:handle`: they are not asked for again. */
  readonly #hung = new Set<string>();

  /** Nothing is opened or started before the first question. */
  constructor({ library = systemLibrary("ntdll.dll"), patience = 200 }: ObjectNamesOptions = {}) {
    this.#library = library;
    this.#patience = patience;
  }

  /** How many handles' names never came; after 16 no more are asked for. */
  get abandoned(): number {
    return this.#hung.size;
  }

  /**
   * Asks for the name of the object behind `handle` of the process that `process` is a handle to; that one needs
   * PROCESS_DUP_HANDLE (0x40).
   */
  read(process: number, handle: number): ObjectName {
    const key = `${process}:${handle}`;
    if (this.#hung.has(key) || this.abandoned >= MAX_ABANDONED) return { kind: "abandoned" };
    const { thread, memory, state } = this.#worker ??= startWorker(this.#library);
    const view = new DataView(memory);
    view.setBigInt64(NAME_REQUEST.process.offset, BigInt(process), true);
    view.setBigInt64(NAME_REQUEST.handle.offset, BigInt(handle), true);
    Atomics.store(state, NAME_REQUEST.state, NAME_STATE.asked);
    Atomics.notify(state, NAME_REQUEST.state);
    if (Atomics.wait(state, NAME_REQUEST.state, NAME_STATE.asked, this.#patience) === "timed-out") {
      this.#hung.add(key);
      thread.terminate();
      this.#worker = undefined;
      return { kind: "abandoned" };
    }
    const status = view.getUint32(NAME_REQUEST.status.offset, true);
    return status === 0 ? { kind: "named", name: nameIn(memory) } : { kind: "failed", status };
  }

  /** Ends the worker; the next question would start another one. */
  [Symbol.dispose](): void {
    if (this.#worker === undefined) return;
    // Asked to end instead of terminated: terminating does not wake a thread from Atomics.wait.
    const { state } = this.#worker;
    Atomics.store(state, NAME_REQUEST.state, NAME_STATE.ended);
    Atomics.notify(state, NAME_REQUEST.state);
    this.#worker = undefined;
  }
}

function startWorker(library: string): NameWorker {
  const memory = new SharedArrayBuffer(NAME_REQUEST.size);
  const state = new Int32Array(memory);
  const thread = new Worker(workerModule("src/win32/_object_name_worker.ts"), { type: "module" });
  thread.postMessage({ memory, library } satisfies NameWorkerStart);
  if (
    Atomics.wait(state, NAME_REQUEST.state, NAME_STATE.starting, START_PATIENCE) === "timed-out"
  ) {
    thread.terminate();
    throw new ObjectNamesError("the worker thread did not start; try again when less is going on");
  }
  return { thread, memory, state };
}

/** The text lies right behind the UNICODE_STRING; its Buffer field points into the worker's own copy. */
function nameIn(memory: SharedArrayBuffer): string {
  const length = new DataView(memory).getUint16(
    NAME_REQUEST.answer + UNICODE_STRING.Length.offset,
    true,
  );
  const text = new Uint16Array(length >> 1);
  new Uint8Array(text.buffer).set(
    new Uint8Array(memory, NAME_REQUEST.answer + UNICODE_STRING.size, text.byteLength),
  );
  return new TextDecoder("utf-16le").decode(text);
}
