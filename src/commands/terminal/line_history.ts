/**
 * The lines typed at a prompt, kept in a file for the next time.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { FileSource } from "../../file_source.ts";
import { escapeText } from "../../escape_text.ts";

/** The number of lines that are remembered. */
export const MAX_LINES = 500;
/** How much of the file is read, from its end, in bytes; it is shortened when it has grown beyond that. */
const MAX_BYTES = 256 * 1024;

/** The parts of the environment that count: a process's own, or a test's. */
export interface HistoryEnvironment {
  /** The operating system, in the form of `Deno.build.os`. */
  readonly os: string;
  /** Reads an environment variable. */
  readonly get: (name: string) => string | undefined;
}

/** The user's file; undefined if the system has no place for it. */
export function historyFile(
  { os, get }: HistoryEnvironment = { os: Deno.build.os, get: (name) => Deno.env.get(name) },
): string | undefined {
  const home = get("HOME");
  const folder = os === "windows"
    ? get("LOCALAPPDATA")
    : get("XDG_STATE_HOME") ?? (home && join(home, ".local", "state"));
  return folder ? join(folder, "htrace", "history") : undefined;
}

/**
 * Lines of earlier sessions and of this one. A history is a convenience: if it cannot be read or written, the session
 * goes on without it.
 */
export class LineHistory {
  /** The newest first. */
  readonly lines: readonly string[];
  readonly #path: string;
  #last: string | undefined;
  #isBroken = false;

  /** Reads a file that need not exist yet. It becomes one that only the user may read. */
  constructor(path: string) {
    this.#path = path;
    const lines = this.#read();
    this.#last = lines.at(-1);
    this.lines = lines.toReversed();
  }

  /** Adds a line to the file, unless it repeats the last one. */
  add(line: string): void {
    if (this.#isBroken || line.trim() === "" || line === this.#last) return;
    if (escapeText(line) !== line) return;
    this.#last = line;
    this.#try(() => {
      Deno.mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
      Deno.writeTextFileSync(this.#path, `${line}\n`, { append: true, mode: 0o600 });
    });
  }

  #read(): string[] {
    return this.#try(() => {
      const { isFile, size, mode } = Deno.lstatSync(this.#path);
      // A pipe would wait for its writer, a link may lead to one.
      if (!isFile) throw new Deno.errors.InvalidData(this.#path);
      if (mode !== null && (mode & 0o077) !== 0) Deno.chmodSync(this.#path, 0o600);
      const text = readEnd(this.#path, size);
      const lines = text.split("\n")
        .filter((line) => line !== "" && escapeText(line) === line)
        .slice(-MAX_LINES);
      if (size > MAX_BYTES) {
        Deno.writeTextFileSync(this.#path, lines.map((line) => `${line}\n`).join(""));
      }
      return lines;
    }) ?? [];
  }

  #try<T>(work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      this.#isBroken = !(error instanceof Deno.errors.NotFound);
      return undefined;
    }
  }
}

function readEnd(path: string, size: number): string {
  using file = FileSource.open(path);
  const start = Math.max(0, size - MAX_BYTES);
  const text = new TextDecoder().decode(file.read(start, MAX_BYTES));
  return start === 0 ? text : text.slice(text.indexOf("\n") + 1);
}
