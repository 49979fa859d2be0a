/**
 * What the tests on Windows and under Wine share: a process to look at and the stand-in's controls.
 *
 * @module
 */

/** Registers a test that needs Windows or Wine (`scripts/wine.sh test`); elsewhere it is reported as ignored. */
export function windowsTest(name: string, test: () => void | Promise<void>): void {
  Deno.test({ name: `${name} [Windows]`, ignore: Deno.build.os !== "windows", fn: test });
}

/** Registers a test of what Wine alone does. */
export function wineTest(name: string, test: () => void | Promise<void>): void {
  Deno.test({ name: `${name} [Wine]`, ignore: Deno.build.os !== "windows" || !isWine(), fn: test });
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

/** `handle_holder.exe`: a process with one named event, one named pipe and one semaphore. */
export class HandleHolder implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
  }

  /** Starts the process and waits until its handles are open. */
  static async start(): Promise<HandleHolder> {
    const child = new Deno.Command(binaryPath("handle_holder.exe"), {
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const reader = child.stdout.getReader();
    const { value } = await reader.read();
    reader.releaseLock();
    if (value === undefined) throw new Error("Cannot start handle_holder.exe: it ended at once");
    return new HandleHolder(child);
  }

  /** Its process id. */
  get processId(): number {
    return this.#child.pid;
  }

  /** Ends its standard input and so the process, and waits for that. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child.stdin.close();
    await this.#child.stdout.cancel();
    await this.#child.status;
  }
}
