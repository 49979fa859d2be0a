/**
 * Files under a name of their own until they are whole.
 *
 * A file that others look for appears under its name complete or not at all: it is written beside its place and renamed.
 * What an end of the program leaves behind has a name that tells it, and is swept by a later run.
 *
 * @module
 */
import { join } from "node:path";

/**
 * Disposes of a resource where a signal ends the program, for as long as what it returns is not disposed. Who takes
 * signals is the command line's business; a program that uses this one as a library has ways of its own.
 */
export type Guard = (resource: Disposable) => Disposable;

/** The names of temporaries; hidden on Unix, and of no symbol store's or user's making. */
const NAME = /^\.htrace-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.tmp$/;

/** A temporary that nobody has written to for so long is left over: no download takes a day. */
const LEFT_OVER_MILLISECONDS = 24 * 60 * 60 * 1000;

/** A file that is being written; disposing it removes it, unless it was given its name by then. */
export class TemporaryFile implements Disposable {
  /** Where it lies. */
  readonly path: string;
  #file: Deno.FsFile | undefined;
  #isKept = false;
  readonly #guard: Disposable | undefined;

  private constructor(path: string, guard: Guard | undefined) {
    this.path = path;
    this.#file = Deno.openSync(path, { write: true, createNew: true });
    this.#guard = guard?.(this);
  }

  /** Creates one in a folder, which is made where it is missing; `guard` removes it where the program ends early. */
  static create(folder: string, guard?: Guard): TemporaryFile {
    Deno.mkdirSync(folder, { recursive: true });
    return new TemporaryFile(join(folder, `.htrace-${crypto.randomUUID()}.tmp`), guard);
  }

  /** Appends all of some bytes. */
  write(bytes: Uint8Array): void {
    for (let written = 0; written < bytes.length;) {
      written += this.#file?.writeSync(bytes.subarray(written)) ?? bytes.length;
    }
  }

  /** Ends writing: the bytes are on the disk, and the file can be read. */
  async finish(): Promise<void> {
    await this.#file?.sync();
    this.#close();
  }

  /**
   * Ends writing and gives the file its name, in place of what has that name; the folder is made where it is missing.
   * `rename` does it where there is more to keep of the old file than its name.
   */
  async keepAs(
    path: string,
    rename: (from: string, to: string) => void = Deno.renameSync,
  ): Promise<void> {
    await this.finish();
    Deno.mkdirSync(join(path, ".."), { recursive: true });
    rename(this.path, path);
    this.#isKept = true;
    this.#guard?.[Symbol.dispose]();
  }

  /** Removes the file where it was not kept. One that cannot be removed is left to a later sweep. */
  [Symbol.dispose](): void {
    this.#close();
    this.#guard?.[Symbol.dispose]();
    if (this.#isKept) return;
    this.#isKept = true;
    try {
      Deno.removeSync(this.path);
    } catch {
      // Somebody else has removed it, or has it open on Windows.
    }
  }

  #close(): void {
    this.#file?.close();
    this.#file = undefined;
  }
}

/** Removes from a folder what runs that were killed have left there. What cannot be removed does no harm. */
export function sweepTemporaries(folder: string, now: number = Date.now()): void {
  try {
    for (const { name, isFile } of Deno.readDirSync(folder)) {
      if (!isFile || !NAME.test(name)) continue;
      const path = join(folder, name);
      const written = Deno.lstatSync(path).mtime?.getTime() ?? now;
      if (now - written > LEFT_OVER_MILLISECONDS) Deno.removeSync(path);
    }
  } catch {
    // The folder is missing or not ours, or another run sweeps it.
  }
}
