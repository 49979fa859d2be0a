/**
 * What the library uses of Deno, implemented with Node.js or Bun: files, the environment, standard input.
 *
 * The bundled library imports this as `Deno` (see `bundles.ts`); nothing is added to the global scope. Under Deno it is
 * Deno itself. Only Deno can call Windows' own libraries; elsewhere such calls throw an error that says so.
 *
 * @module
 */
import fs from "node:fs";
import process from "node:process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { TargetError } from "../../../mod.ts";

/** Node.js' names for systems that Deno names differently. */
const SYSTEMS: Readonly<Record<string, typeof Deno.build.os>> = { win32: "windows" };

/** The code of the error for missing FFI; the other codes are the system's. */
const NO_FFI = "ERR_NEEDS_DENO";

/** A class to which an error belongs by its code, so that `instanceof` works for what Node.js throws. */
function errorClass(...codes: string[]): { [Symbol.hasInstance](error: unknown): boolean } {
  return {
    [Symbol.hasInstance]: (error) =>
      error instanceof Error && "code" in error && codes.includes(String(error.code)),
  };
}

type Info = Pick<
  Deno.FileInfo,
  "isFile" | "isDirectory" | "isSymlink" | "size" | "mtime" | "mode" | "uid" | "gid"
>;

function infoOf(stats: fs.Stats): Info {
  const { size, mtime, mode, uid, gid } = stats;
  return {
    isFile: stats.isFile(),
    isDirectory: stats.isDirectory(),
    isSymlink: stats.isSymbolicLink(),
    ...{ size, mtime, mode, uid, gid },
  };
}

/** An open file with a position, like Deno's. */
class OpenFile implements Disposable {
  readonly #descriptor: number;
  #position = 0;

  constructor(path: string | URL, options: Deno.OpenOptions) {
    this.#descriptor = fs.openSync(path, flagsOf(options));
  }

  statSync(): Info {
    return infoOf(fs.fstatSync(this.#descriptor));
  }

  /** From the start of the file, the only mode that is used. */
  seekSync(offset: number | bigint): number {
    return this.#position = Number(offset);
  }

  readSync(target: Uint8Array): number | null {
    const count = fs.readSync(this.#descriptor, target, 0, target.length, this.#position);
    this.#position += count;
    return count === 0 && target.length > 0 ? null : count;
  }

  read(target: Uint8Array): Promise<number | null> {
    return Promise.resolve(this.readSync(target));
  }

  writeSync(bytes: Uint8Array): number {
    const count = fs.writeSync(this.#descriptor, bytes, 0, bytes.length, this.#position);
    this.#position += count;
    return count;
  }

  sync(): Promise<void> {
    return Promise.resolve(fs.fsyncSync(this.#descriptor));
  }

  close(): void {
    fs.closeSync(this.#descriptor);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** Deno's options as open(2) flags. */
function flagsOf({ read, write, create, createNew, truncate }: Deno.OpenOptions): number {
  const { O_RDONLY, O_WRONLY, O_RDWR, O_CREAT, O_EXCL, O_TRUNC } = fs.constants;
  let flags = write === true ? (read === true ? O_RDWR : O_WRONLY) : O_RDONLY;
  if (create === true) flags |= O_CREAT;
  if (createNew === true) flags |= O_CREAT | O_EXCL;
  if (truncate === true) flags |= O_TRUNC;
  return flags;
}

function needsDeno(): never {
  const runtime = "Bun" in globalThis ? "Bun" : "Node.js";
  throw Object.assign(
    new TargetError(
      `Cannot call Windows from ${runtime}: its libraries are within reach of Deno alone; ` +
        'run "npx htrace", or this program with Deno',
    ),
    { code: NO_FFI },
  );
}

/** What the library uses of `Deno`, and nothing more; `make_test.ts` checks that it is complete. */
const calls = {
  build: { os: SYSTEMS[process.platform] ?? process.platform, arch: process.arch },
  env: { get: (name: string): string | undefined => process.env[name] },
  errors: {
    NotFound: errorClass("ENOENT"),
    NotADirectory: errorClass("ENOTDIR"),
    NotCapable: errorClass(NO_FFI),
  },
  SeekMode: { Start: 0 },
  stdin: {
    get readable(): AsyncIterable<Uint8Array> {
      return Readable.toWeb(process.stdin) as ReadableStream<Uint8Array>;
    },
  },
  cwd: (): string => process.cwd(),

  openSync: (path: string | URL, options: Deno.OpenOptions = { read: true }): OpenFile =>
    new OpenFile(path, options),
  open: async (path: string | URL, options?: Deno.OpenOptions): Promise<OpenFile> =>
    await Promise.resolve(new OpenFile(path, options ?? { read: true })),
  statSync: (path: string): Info => infoOf(fs.statSync(path)),
  stat: async (path: string): Promise<Info> => infoOf(await fs.promises.stat(path)),
  lstatSync: (path: string): Info => infoOf(fs.lstatSync(path)),
  lstat: async (path: string): Promise<Info> => infoOf(await fs.promises.lstat(path)),
  readLink: (path: string): Promise<string> => fs.promises.readlink(path),
  readFileSync: (path: string | URL): Uint8Array => new Uint8Array(fs.readFileSync(path)),
  readFile: async (path: string | URL): Promise<Uint8Array> =>
    new Uint8Array(await fs.promises.readFile(path)),
  writeFileSync: (path: string, bytes: Uint8Array): void => fs.writeFileSync(path, bytes),
  renameSync: (from: string, to: string): void => fs.renameSync(from, to),
  removeSync: (path: string, { recursive = false } = {}): void => {
    const isEmptyFolder = !recursive && fs.lstatSync(path).isDirectory();
    return isEmptyFolder ? fs.rmdirSync(path) : fs.rmSync(path, { recursive });
  },
  mkdirSync: (path: string, options: { recursive?: boolean } = {}): void =>
    void fs.mkdirSync(path, options),
  makeTempDirSync: ({ prefix = "", dir = tmpdir() } = {}): string =>
    fs.mkdtempSync(join(dir, prefix)),
  *readDirSync(path: string): Generator<Pick<Deno.DirEntry, "name" | "isFile">> {
    for (const entry of fs.readdirSync(path, { withFileTypes: true })) {
      yield { name: entry.name, isFile: entry.isFile() };
    }
  },
  chmod: (path: string, mode: number): Promise<void> => fs.promises.chmod(path, mode),
  /** An id that is not given stays unchanged. */
  chown: (path: string, uid: number | null, gid: number | null): Promise<void> =>
    fs.promises.chown(path, uid ?? -1, gid ?? -1),

  dlopen: needsDeno,
};

const available = typeof Deno === "undefined" ? calls : Deno;
export { available as Deno };
