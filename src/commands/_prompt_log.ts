/**
 * The log file of a debugger prompt: everything that is printed while it is open.
 *
 * @module
 */
import type { LogHost } from "../debugger/_command.ts";
import { escapeControls } from "../escape_text.ts";
import { fileReason } from "../file_reason.ts";
import { FileWriteError } from "../library/replace_file.ts";

/** A log that may be open. */
export class PromptLog implements LogHost, Disposable {
  #open: { readonly path: string; readonly file: Deno.FsFile } | undefined;
  readonly #onFailure: (error: FileWriteError) => void;

  /** `onFailure` is called once if an open log can no longer be written: the disk may be full. */
  constructor(onFailure: (error: FileWriteError) => void) {
    this.#onFailure = onFailure;
  }

  /** Opens a regular file, emptied or at its end; an open log is closed first. */
  open(path: string, { append }: { readonly append: boolean }): void {
    this.close();
    try {
      // Opening a pipe would wait for its reader.
      const old = statOf(path);
      if (old !== undefined && !old.isFile) {
        throw new FileWriteError(path, "it is not a plain file", "name another file");
      }
      const file = Deno.openSync(path, { create: true, write: true, append, truncate: !append });
      this.#open = { path, file };
    } catch (error) {
      if (error instanceof FileWriteError) throw error;
      throw new FileWriteError(path, fileReason(error), "name another file", { cause: error });
    }
  }

  /** Closes the file and returns its path. */
  close(): string | undefined {
    const open = this.#open;
    this.#open = undefined;
    open?.file.close();
    return open?.path;
  }

  /** Adds printed text; does nothing if no log is open. */
  write(text: string): void {
    const open = this.#open;
    if (open === undefined) return;
    try {
      let bytes = new TextEncoder().encode(escapeControls(text));
      while (bytes.length > 0) bytes = bytes.subarray(open.file.writeSync(bytes));
    } catch (error) {
      this.close();
      this.#onFailure(
        new FileWriteError(open.path, fileReason(error), "the log is closed", { cause: error }),
      );
    }
  }

  /** Closes the file. */
  [Symbol.dispose](): void {
    this.close();
  }
}

function statOf(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
