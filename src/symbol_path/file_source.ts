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

  /** Opens a file for reading; throws what Deno throws when it cannot. */
  static open(path: string): FileSource {
    const file = Deno.openSync(path, { read: true });
    try {
      const info = file.statSync();
      if (!info.isFile) throw new TypeError(`Cannot read "${path}": it is not a file`);
      return new FileSource(path, file, info.size);
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /** Reads up to `length` bytes from `offset`; shorter at the end of the file. */
  read(offset: number, length: number): Uint8Array {
    const bytes = new Uint8Array(Math.max(0, Math.min(length, this.size - offset)));
    this.#file.seekSync(offset, Deno.SeekMode.Start);
    let filled = 0;
    while (filled < bytes.length) {
      const count = this.#file.readSync(bytes.subarray(filled));
      if (count === null) break;
      filled += count;
    }
    return bytes.subarray(0, filled);
  }

  /** Closes the file. */
  [Symbol.dispose](): void {
    this.#file.close();
  }
}
