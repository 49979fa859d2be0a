/**
 * Names of objects behind handles of another process, queried in a way that never hangs.
 *
 * `NtQueryObject` for the name of a synchronous file waits for the file's lock, which a thread that reads from a named
 * pipe may hold forever. So a worker thread makes the query and this thread waits with a limit. A worker that does not
 * respond is abandoned together with the one duplicate handle that it holds; both end with the process. Such a thread
 * also keeps the process from ending by itself: a program that queried names ends with `Deno.exit`.
 *
 * @module
 */
import { HtraceError } from "../error.ts";
import type { NtStatus } from "../ntdll.ts";
import { workerModule } from "../package_files.ts";
import { NAME_REQUEST, NAME_STATE, type NameWorkerStart } from "./_object_name_request.ts";
import { UNICODE_STRING } from "./structures.ts";
import { systemLibrary } from "./system_library.ts";

/** The result of querying a name. */
export type ObjectName =
  /** The object's name; empty for an object that has none. */
  | { readonly kind: "named"; readonly name: string }
  /** A call failed: the handle is gone, or its type cannot be duplicated. */
  | { readonly kind: "failed"; readonly status: NtStatus }
  /** The result did not arrive in time, or too many earlier ones did not. */
  | { readonly kind: "abandoned" };

/** Names cannot be queried at all. */
export class ObjectNamesError extends HtraceError {
  /** Creates the error: what was found, and what to do. */
  constructor(found: string) {
    super(`Cannot ask for object names: ${found}`);
  }
}

/** How to query names. */
export interface ObjectNamesOptions {
  /** The ntdll that the worker opens. */
  readonly library?: string;
  /** Milliseconds to wait for a name: far more than any query that returns takes. */
  readonly patience?: number;
}

/** A starting worker opens a DLL and compiles a module, which may take a while on a busy machine. */
const START_PATIENCE = 30_000;

/** Each abandoned query costs a thread and the full wait, so there is a limit. */
const MAX_ABANDONED = 16;

/** A thread, the memory shared with it, and the word in it that both wait on. */
interface NameWorker {
  readonly thread: Worker;
  readonly memory: SharedArrayBuffer;
  readonly state: Int32Array<SharedArrayBuffer>;
}

/** Queries names of objects; keeps one worker until disposed. */
export class ObjectNames implements Disposable {
  readonly #library: string;
  readonly #patience: number;
  #worker: NameWorker | undefined;
  /** Handles whose names did not arrive, as `process:handle`: they are not queried again. */
  readonly #hung = new Set<string>();

  /** Nothing is opened or started before the first query. */
  constructor({ library = systemLibrary("ntdll.dll"), patience = 200 }: ObjectNamesOptions = {}) {
    this.#library = library;
    this.#patience = patience;
  }

  /** For how many handles no name arrived; after 16, no more are queried. */
  get abandoned(): number {
    return this.#hung.size;
  }

  /**
   * Queries the name of the object behind a handle of another process. `process` is a handle to that process and needs
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

  /** Ends the worker; the next query would start another one. */
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

/** The text directly follows the UNICODE_STRING, whose Buffer field points into the worker's own copy. */
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
