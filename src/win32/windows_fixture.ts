/**
 * What the tests on Windows and under Wine share: which system this is, its binaries, and a process to look at.
 *
 * @module
 */
import { WindowsNtdll } from "./ntdll.ts";

/** Registers a test that needs Windows or Wine (`scripts/wine.sh test`); elsewhere it is reported as ignored. */
export function windowsTest(name: string, test: () => void | Promise<void>): void {
  Deno.test({ name: `${name} [Windows]`, ignore: Deno.build.os !== "windows", fn: test });
}

/** Registers a test of what Wine alone does. */
export function wineTest(name: string, test: () => void | Promise<void>): void {
  Deno.test({ name: `${name} [Wine]`, ignore: Deno.build.os !== "windows" || !isWine(), fn: test });
}

/** Registers a test that needs handle tracing itself: real Windows. */
export function tracingWindowsTest(name: string, test: () => void | Promise<void>): void {
  Deno.test({ name, ignore: Deno.build.os !== "windows" || isWine(), fn: test });
}

const BINARIES = new URL("../../testdata/windows/", import.meta.url);

/** Path of a small Windows binary of `testdata/windows`, as Windows writes it. */
export function binaryPath(name: string): string {
  return decodeURIComponent(new URL(name, BINARIES).pathname).slice(1).replaceAll("/", "\\");
}

/** Whether this Windows is Wine, which has no handle tracing: only its ntdll has the export. */
function isWine(): boolean {
  try {
    Deno.dlopen("ntdll.dll", { wine_get_version: { parameters: [], result: "pointer" } }).close();
    return true;
  } catch {
    return false;
  }
}

/** How many handles this process has: ProcessHandleCount, class 20, which Wine has too. */
export function ownHandleCount(): number {
  const count = new Uint32Array(1);
  using ntdll = new WindowsNtdll();
  const { status } = ntdll.queryInformationProcess(-1, 20, new Uint8Array(count.buffer));
  if (status !== 0) throw new Error(`Cannot count handles: 0x${status.toString(16)}`);
  return count[0]!;
}

/** `handle_holder64.exe` or its 32-bit twin: a process with one named event, one named pipe and one semaphore. */
export class HandleHolder implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #output: ReadableStreamDefaultReader<Uint8Array>;

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#input = child.stdin.getWriter();
    this.#output = child.stdout.getReader();
  }

  /** Starts the process and waits until its handles are open. */
  static async start(bits: 64 | 32 = 64): Promise<HandleHolder> {
    const command = new Deno.Command(binaryPath(`handle_holder${bits}.exe`), {
      stdin: "piped",
      stdout: "piped",
    });
    const holder = new HandleHolder(command.spawn());
    await holder.#answer();
    return holder;
  }

  /** Its process id. */
  get processId(): number {
    return this.#child.pid;
  }

  /** Has it open an event, which stays open, and open and close a semaphore. */
  async act(): Promise<void> {
    await this.#input.write(new TextEncoder().encode("act\n"));
    await this.#answer();
  }

  /** Ends its standard input and so the process, and waits for that. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#input.close();
    await this.#output.cancel();
    await this.#child.status;
  }

  async #answer(): Promise<void> {
    const { done } = await this.#output.read();
    if (done) throw new Error("Cannot use the handle holder: it has ended");
  }
}
