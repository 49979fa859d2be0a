/**
 * The test bench for claims: the bundled Windows programs in a temporary folder, and what this machine can do.
 *
 * @module
 */
import { join } from "node:path";
import { NtStatusError, STATUS, statusText } from "../../nt/status.ts";
import { packageFile } from "../../package_files.ts";
import { Session } from "../../session.ts";
import { symbolSource } from "../../symbols/path/mod.ts";
import { openTarget } from "../../targets/mod.ts";
import { engineCandidates } from "../../win32/dbgeng_library.ts";
import { systemLibrary } from "../../win32/system_library.ts";
import { type RunOptions, runProgram, type RunResult } from "../run.ts";
import { NotPossibleError } from "./claim.ts";
import { type HeldProcess, Holder } from "./holder.ts";

/** The programs, beside the sources or in the executable. */
const PROGRAMS = packageFile("testdata/windows/");

/** One of our bundled programs, and the files that it needs beside it. */
const FILES = {
  badhandle64: ["badhandle64.exe", "badhandle64.pdb"],
  badhandle32: ["badhandle32.exe", "badhandle32.pdb"],
  holder64: ["handle_holder64.exe"],
} as const satisfies Record<string, readonly [string, ...string[]]>;

/** A bundled program. */
export type ProgramName = keyof typeof FILES;

/** The statuses by which a system says that it has no handle tracing. */
const NOT_THERE: readonly number[] = [STATUS.NOT_IMPLEMENTED, STATUS.INVALID_INFO_CLASS];

/** Claims are tested with it one after the other; disposing it removes the folder. */
export class Bench implements Disposable {
  /** A folder for the claims' files. */
  readonly folder: string = Deno.makeTempDirSync({ prefix: "htrace-selftest-" });
  #tracing: Promise<void> | undefined;

  /** Path of a bundled program, which is unpacked on first use. */
  async program(name: ProgramName): Promise<string> {
    for (const file of FILES[name]) {
      const path = join(this.folder, file);
      if (await isFile(path)) continue;
      await Deno.writeFile(path, await Deno.readFile(new URL(file, PROGRAMS)));
    }
    return join(this.folder, FILES[name][0]);
  }

  /** Path of a file in the folder that no other claim uses. */
  file(extension: string): string {
    return join(this.folder, `${crypto.randomUUID()}${extension}`);
  }

  /** Opens a target, with the symbols that are available. */
  async open(target: string, args: readonly string[] = []): Promise<Session> {
    const opened = await openTarget(target, { args, warn: () => {} });
    return new Session(opened, { symbols: symbolSource({ offline: true }) });
  }

  /** Runs a bundled program under tracing. */
  async run(
    name: ProgramName,
    args: readonly string[],
    slots?: number,
  ): Promise<RunResult> {
    await this.requireTracing();
    return await this.#run(name, args, { ...(slots !== undefined && { slots }) });
  }

  /** Runs a bundled program with the in-process recorder in it. */
  async record(name: ProgramName, args: readonly string[]): Promise<RunResult> {
    requireWindows();
    if (Deno.build.arch === "aarch64") {
      throw new NotPossibleError("the recorder is for programs on x86 and x64 processors");
    }
    return await this.#run(name, args, { recorder: {} });
  }

  /** Starts a process to examine. */
  async hold(): Promise<HeldProcess> {
    requireWindows();
    return await Holder.start(await this.program("holder64"));
  }

  /** Passes if this system traces handles: tested once, with one of our programs. */
  async requireTracing(): Promise<void> {
    requireWindows();
    await (this.#tracing ??= this.#probeTracing());
  }

  async #probeTracing(): Promise<void> {
    const { analysis } = await this.#run("badhandle64", ["churn", "1"]).catch((error: unknown) => {
      const refusal = refusalOf(error);
      if (refusal === undefined || !NOT_THERE.includes(refusal.status)) throw error;
      throw new NotPossibleError(
        `this Windows has no handle tracing: ${statusText(refusal.status)}`,
      );
    });
    // Windows 11 24H2 hides stacks from callers that are not elevated.
    if (analysis.log.incomplete !== undefined) throw new NotPossibleError(analysis.log.incomplete);
  }

  async #run(
    name: ProgramName,
    args: readonly string[],
    options: RunOptions = {},
  ): Promise<RunResult> {
    if (name === "badhandle32") await require32Bit();
    return await runProgram([await this.program(name), ...args], {
      ...options,
      symbols: symbolSource({ offline: true }),
      warn: () => {},
    });
  }

  /** Removes the folder. */
  [Symbol.dispose](): void {
    try {
      Deno.removeSync(this.folder, { recursive: true });
    } catch {
      // Windows keeps the image of a process for a moment after its end; the folder is a temporary one.
    }
  }
}

/** The system call that caused an error, if one did. */
export function refusalOf(error: unknown): NtStatusError | undefined {
  if (error instanceof NtStatusError) return error;
  return error instanceof Error && error.cause !== undefined ? refusalOf(error.cause) : undefined;
}

/** Passes if this Windows runs 32-bit programs. */
async function require32Bit(): Promise<void> {
  const folder = `${Deno.env.get("SystemRoot") ?? "C:\\Windows"}\\SysWOW64`;
  if (await isFile(`${folder}\\kernel32.dll`)) return;
  throw new NotPossibleError("this Windows runs no 32-bit programs");
}

/** Passes on Windows, and on systems that imitate it. */
export function requireWindows(): void {
  if (Deno.build.os !== "windows") throw new NotPossibleError("this is not Windows");
}

/** Path of the Debugging Tools' engine, the only one with extensions; undefined if they are not installed. */
export async function debuggingTools(): Promise<string | undefined> {
  if (Deno.build.os !== "windows") return undefined;
  const own = systemLibrary("dbgeng.dll");
  for (const path of engineCandidates()) if (path !== own && await isFile(path)) return path;
  return undefined;
}

async function isFile(path: string): Promise<boolean> {
  return await Deno.stat(path).then(({ isFile }) => isFile, () => false);
}
