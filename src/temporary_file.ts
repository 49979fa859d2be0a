/**
 * Writes files under a temporary name until they are complete.
 *
 * A file that others look for appears under its name complete or not at all: it is written beside its place and renamed.
 * If the program is killed, the leftover is recognizable by its name, and a later run removes it.
 *
 * @module
 */
import { join } from "node:path";

/**
 * Disposes of a resource if a signal ends the program, until the returned object is disposed. Only the command line
 * handles signals; a program that uses this one as a library has its own ways.
 */
export type Guard = (resource: Disposable) => Disposable;

/** The names of temporary files; hidden on Unix, and unlike names in a symbol store or of a user. */
const NAME = /^\.htrace-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.tmp$/;

/** A temporary file that nobody has written to for this long is a leftover: no download takes a day. */
const LEFT_OVER_MILLISECONDS = 24 * 60 * 60 * 1000;

/** A file that is being written; disposing removes it, unless it already has its final name. */
export class TemporaryFile implements Disposable {
  /** Its path. */
  readonly path: string;
  #file: Deno.FsFile | undefined;
  #isKept = false;
  readonly #guard: Disposable | undefined;

  private constructor(path: string, guard: Guard | undefined) {
    this.path = path;
    this.#file = Deno.openSync(path, { write: true, createNew: true });
    this.#guard = guard?.(this);
  }

  /** Creates one in a folder, which is created if missing; `guard` removes the file if the program ends early. */
  static create(folder: string, guard?: Guard): TemporaryFile {
    Deno.mkdirSync(folder, { recursive: true });
    return new TemporaryFile(join(folder, `.htrace-${crypto.randomUUID()}.tmp`), guard);
  }

  /** Appends bytes, all of them. */
  write(bytes: Uint8Array): void {
    for (let written = 0; written < bytes.length;) {
      written += this.#file?.writeSync(bytes.subarray(written)) ?? bytes.length;
    }
  }

  /** Finishes writing: the bytes are on disk, and the file can be read. */
  async finish(): Promise<void> {
    await this.#file?.sync();
    this.#close();
  }

  /**
   * Finishes writing and gives the file its name, replacing what has that name; the folder is created if missing.
   * `rename` does it if more than the name of the old file must be kept.
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

  /** Removes the file if it was not kept. One that cannot be removed is left to a later sweep. */
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

/** Removes from a folder what killed runs have left there. Files that cannot be removed do no harm. */
export function sweepTemporaries(folder: string, now: number = Date.now()): void {
  try {
    for (const { name, isFile } of Deno.readDirSync(folder)) {
      if (!isFile || !NAME.test(name)) continue;
      const path = join(folder, name);
      const written = Deno.lstatSync(path).mtime?.getTime() ?? now;
      if (now - written > LEFT_OVER_MILLISECONDS) Deno.removeSync(path);
    }
  } catch {
    // The folder is missing or not ours, or another run is sweeping it.
  }
}
