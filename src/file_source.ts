/**
 * Files on disk as {@linkcode ByteSource}: only the requested bytes are read.
 *
 * The only place that opens unchecked file names for reading: every file that a user, a symbol path or an untrusted file
 * names is opened here, because it may be a pipe that would make htrace wait forever.
 *
 * @module
 */
import type { ByteSource } from "./byte_source.ts";
import { isLocalPath } from "./local_path.ts";

/** An open file; dispose it to close it. */
export class FileSource implements ByteSource, Disposable {
  /** Length in bytes when it was opened. */
  readonly size: number;
  #name: string;
  readonly #file: Deno.FsFile;

  private constructor(name: string, file: Deno.FsFile, size: number) {
    this.#name = name;
    this.#file = file;
    this.size = size;
  }

  /** Its path, as it was given, or where it has been moved. */
  get name(): string {
    return this.#name;
  }

  /**
   * Opens a file for reading, and nothing but a file. The path is checked first, because opening a pipe waits for its
   * other
   * end and opening a device may have effects. Then the opened file is checked, which is what counts, because the path may
   * lead elsewhere by then; from here on everything concerns the open file. Rejected: `node:fs`, which could open without
   * waiting, because loading it takes a third of the time of a whole `symbolize` run.
   *
   * @throws the reason if it cannot, for `fileReason` to word.
   */
  static open(path: string): FileSource {
    checkIsFile(Deno.statSync(path));
    const file = Deno.openSync(path);
    try {
      const opened = file.statSync();
      checkIsFile(opened);
      return new FileSource(path, file, opened.size);
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /**
   * Opens a file whose path came from an untrusted file: only a plain path on this machine, see
   * {@linkcode isLocalPath}.
   */
  static openLocal(path: string): FileSource {
    if (!isLocalPath(path, Deno.build.os)) {
      throw new NotAFileError("it is not a plain path of this machine");
    }
    return FileSource.open(path);
  }

  /** Reads up to `length` bytes from `offset`; shorter at the end of the file. */
  read(offset: number, length: number): Uint8Array {
    const bytes = new Uint8Array(Math.max(0, Math.min(length, this.size - offset)));
    return bytes.subarray(0, this.readInto(offset, bytes));
  }

  /** Fills `target` from `offset` and returns the number of bytes; fewer at the end of the file. */
  readInto(offset: number, target: Uint8Array): number {
    this.#file.seekSync(offset, Deno.SeekMode.Start);
    let filled = 0;
    while (filled < target.length) {
      const count = this.#file.readSync(target.subarray(filled));
      if (count === null) break;
      filled += count;
    }
    return filled;
  }

  /** Records where the open file is now, after it was renamed. */
  movedTo(path: string): void {
    this.#name = path;
  }

  /** Closes the file. */
  [Symbol.dispose](): void {
    this.#file.close();
  }
}

/** A path leads to something other than a file, which was not opened; the message completes another message. */
export class NotAFileError extends Error {}

function checkIsFile({ isFile, isDirectory }: Deno.FileInfo): void {
  if (!isFile) throw new NotAFileError(isDirectory ? "it is a folder" : "it is not a file");
}
