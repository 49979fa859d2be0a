/**
 * Files on disk as {@linkcode ByteSource}: only the bytes that are asked for are read.
 *
 * @module
 */
import type { ByteSource } from "../byte_source.ts";

/** An open file; dispose it to close it. */
export class FileSource implements ByteSource, Disposable {
  /** Its path, as it was given. */
  readonly name: string;
  /** Length in bytes when it was opened. */
  readonly size: number;
  readonly #file: Deno.FsFile;

  private constructor(name: string, file: Deno.FsFile, size: number) {
    this.name = name;
    this.#file = file;
    this.size = size;
  }

  /** Opens a file for reading; throws the reason, mostly as Deno words it, when it cannot. */
  static open(path: string): FileSource {
    const file = Deno.openSync(path, { read: true });
    try {
      const info = file.statSync();
      if (!info.isFile) throw new TypeError("it is not a file");
      return new FileSource(path, file, info.size);
    } catch (error) {
      file.close();
      throw error;
    }
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

  /** Closes the file. */
  [Symbol.dispose](): void {
    this.#file.close();
  }
}
