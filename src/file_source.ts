/**
 * Files on disk as {@linkcode ByteSource}: only the bytes that are asked for are read.
 *
 * The one place that opens a file for reading whose name nobody has looked at yet: whatever a user, a symbol path or an
 * untrusted file names is opened here, or it may be a pipe that is waited for without end.
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

  /** Its path, as it was given, or where it was moved to since. */
  get name(): string {
    return this.#name;
  }

  /**
   * Opens a file for reading, and nothing but a file. A look at the path comes first, because opening a pipe waits for
   * its other end and opening a device may do something. What counts is the look at what was opened, because the path
   * may lead elsewhere by then: from here on everything concerns the open file. Rejected: `node:fs`, which could open
   * without waiting, because loading it takes as long as a third of a whole run of `symbolize`.
   *
   * @throws the reason when it cannot, for `fileReason` to word.
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
   * Opens a file whose path came out of an untrusted file: only a plain path of this machine, see
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

  /** Fills `target` from `offset` and gives the number of bytes; fewer at the end of the file. */
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

  /** Says where the open file is now, after it got another name. */
  movedTo(path: string): void {
    this.#name = path;
  }

  /** Closes the file. */
  [Symbol.dispose](): void {
    this.#file.close();
  }
}

/** What a path leads to is not a file, and not opened; the message is the reason, for the tail of another. */
export class NotAFileError extends Error {}

function checkIsFile({ isFile, isDirectory }: Deno.FileInfo): void {
  if (!isFile) throw new NotAFileError(isDirectory ? "it is a folder" : "it is not a file");
}
