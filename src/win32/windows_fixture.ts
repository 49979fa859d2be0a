/**
 * What the tests on Windows and under Wine share: which system this is, its binaries, and a process to examine.
 *
 * @module
 */
import { WindowsNtdll } from "./ntdll.ts";
import { NTDLL } from "./ntdll_functions.ts";

/** winnt.h: every right to a process. */
const PROCESS_ALL_ACCESS = 0x1f_ffff;

/** Registers a test that needs Windows or Wine (`scripts/wine.sh test`); elsewhere it is reported as ignored. */
export function windowsTest(name: string, test: () => void | Promise<void>): void {
  Deno.test({ name: `${name} [Windows]`, ignore: Deno.build.os !== "windows", fn: test });
}

/** Registers a test of what only Wine does. */
export function wineTest(name: string, test: () => void | Promise<void>): void {
  Deno.test({ name: `${name} [Wine]`, ignore: Deno.build.os !== "windows" || !isWine(), fn: test });
}

/** Registers a test that needs 32-bit programs to run: Windows, or Wine with the 32-bit half of its DLLs. */
export function windows32Test(name: string, test: () => void | Promise<void>): void {
  Deno.test({ name: `${name} [32-bit]`, ignore: !runs32BitPrograms(), fn: test });
}

/** Registers a test that puts the recorder into 64-bit programs, on x64 processors. */
export function recorderTest(name: string, test: () => void | Promise<void>): void {
  const ignore = Deno.build.os !== "windows" || Deno.build.arch !== "x86_64";
  Deno.test({ name: `${name} [Windows on x64]`, ignore, fn: test });
}

/** The same with 32-bit programs. */
export function recorder32Test(name: string, test: () => void | Promise<void>): void {
  const ignore = !runs32BitPrograms() || Deno.build.arch !== "x86_64";
  Deno.test({ name: `${name} [32-bit on x64]`, ignore, fn: test });
}

function runs32BitPrograms(): boolean {
  if (Deno.build.os !== "windows") return false;
  try {
    return Deno.statSync("C:\\windows\\syswow64\\kernel32.dll").isFile;
  } catch {
    return false;
  }
}

/** Registers a test that needs handle tracing itself: real Windows. */
export function tracingWindowsTest(name: string, test: () => void | Promise<void>): void {
  Deno.test({ name, ignore: Deno.build.os !== "windows" || isWine(), fn: test });
}

const BINARIES = new URL("../../testdata/windows/", import.meta.url);

/** Path of a small Windows binary in `testdata/windows`, in Windows' notation. */
export function binaryPath(name: string): string {
  return decodeURIComponent(new URL(name, BINARIES).pathname).slice(1).replaceAll("/", "\\");
}

/** Whether this Windows is Wine, which has no handle tracing: only its ntdll has the export. */
export function isWine(): boolean {
  try {
    Deno.dlopen("ntdll.dll", { wine_get_version: { parameters: [], result: "pointer" } }).close();
    return true;
  } catch {
    return false;
  }
}

/**
 * Sets `PEB.BeingDebugged` of a process, in both PEBs of a 32-bit one. Windows itself reports exceptions to a debugger
 * because it is attached; Wine because of this byte.
 */
export function showDebugger(processId: number): void {
  using ntdll = new WindowsNtdll();
  const { handle } = ntdll.openProcess(processId, PROCESS_ALL_ACCESS);
  const library = Deno.dlopen("ntdll.dll", { NtWriteVirtualMemory: NTDLL.NtWriteVirtualMemory });
  for (const [informationClass, size, place] of [[0, 0x30, 8], [26, 8, 0]] as const) {
    const information = new Uint8Array(size);
    ntdll.queryInformationProcess(handle, informationClass, information);
    const peb = new DataView(information.buffer).getBigUint64(place, true);
    if (peb !== 0n) {
      library.symbols.NtWriteVirtualMemory(BigInt(handle), peb + 2n, Uint8Array.of(1), 1n, null);
    }
  }
  library.close();
  ntdll.close(handle);
}

/** How many handles this process has: ProcessHandleCount, class 20, which Wine supports too. */
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
