/**
 * Test helper: watches the side effects of runs of the program. Files may be written only where the test says, no path
 * may lead to another machine, and only servers that the test named may be contacted.
 *
 * Deno's own calls are watched, so that attempts count that a permission or a missing file would have hidden.
 *
 * @module
 */
import { join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The permitted effects. */
export interface Allowed {
  /** Folders in which files may be created, changed and removed. */
  readonly folders: readonly string[];
  /** Origins of servers that may be contacted, each with its response. */
  readonly servers?: Readonly<Record<string, (path: string) => Response>>;
}

/** Calls that create, change or remove what their first arguments name: the number of such arguments. */
const WRITERS: Readonly<Record<string, number>> = {
  writeFile: 1,
  writeTextFile: 1,
  mkdir: 1,
  remove: 1,
  rename: 2,
  truncate: 1,
  chmod: 1,
  chown: 1,
  utime: 1,
  create: 1,
  link: 2,
  symlink: 2,
};

/** Calls that inspect what their first argument names. */
const READERS = ["open", "stat", "lstat", "readFile", "readTextFile", "readDir", "readLink"];

/** Calls that no verb uses to read a file. */
const NEVER = [
  "connect",
  "connectTls",
  "listen",
  "dlopen",
  "Command",
  "kill",
  "makeTempDir",
  "makeTempFile",
];

/** Paths that lead to another machine, a device or a pipe: opening one on Windows may send credentials. */
const NOT_LOCAL = /^[\\/]{2}|^\\\?\?\\|^[A-Za-z]+:[\\/]{2}/;

type AnyFunction = (...args: unknown[]) => unknown;

/** Watches until it is disposed. */
export class Effects implements Disposable {
  /** Forbidden effects that occurred. */
  readonly problems: string[] = [];
  /** URLs that were requested. */
  readonly requests: string[] = [];
  readonly #allowed: Allowed;
  readonly #restore = new DisposableStack();

  /** Starts watching. */
  constructor(allowed: Allowed) {
    this.#allowed = allowed;
    for (const [name, paths] of Object.entries(WRITERS)) {
      this.#watch(name, (args) => args.slice(0, paths).forEach((path) => this.#checkWrite(path)));
    }
    for (const name of READERS) {
      this.#watch(name, ([path, options]) => {
        this.#checkRead(path);
        const isWriting = ["write", "append", "create", "createNew", "truncate"]
          .some((key) => (options as Record<string, unknown> | undefined)?.[key] === true);
        if (isWriting) this.#checkWrite(path);
      });
    }
    for (const name of NEVER) {
      this.#watch(name, (args) => this.problems.push(`Deno.${name}(${args[0]}) was called`));
    }
    this.#replace(globalThis, "fetch", (input: unknown) => this.#fetch(String(input)));
  }

  /** Stops watching. */
  [Symbol.dispose](): void {
    this.#restore[Symbol.dispose]();
  }

  #watch(name: string, check: (args: unknown[]) => void): void {
    for (const form of [name, `${name}Sync`]) {
      const original: unknown = Reflect.get(Deno, form);
      if (typeof original !== "function") continue;
      // Also called with `new`.
      this.#replace(
        Deno,
        form,
        new Proxy(original as AnyFunction, {
          apply: (called, self, args) => (check(args), Reflect.apply(called, self, args)),
          construct: (called, args) => (check(args), Reflect.construct(called, args)),
        }),
      );
    }
  }

  #replace(owner: object, name: string, value: unknown): void {
    const original = Object.getOwnPropertyDescriptor(owner, name)!;
    Object.defineProperty(owner, name, { value, configurable: true, writable: true });
    this.#restore.defer(() => Object.defineProperty(owner, name, original));
  }

  #checkWrite(path: unknown): void {
    const place = resolve(pathOf(path));
    const isInside = this.#allowed.folders.some((folder) => {
      const inside = relative(folder, place);
      return inside === "" || !(inside === ".." || inside.startsWith(join("..", "")));
    });
    if (!isInside) this.problems.push(`${place} was written to`);
  }

  #checkRead(path: unknown): void {
    const text = pathOf(path);
    if (NOT_LOCAL.test(text) || text.includes("\0")) {
      this.problems.push(`${text} was looked at`);
    }
  }

  #fetch(url: string): Promise<Response> {
    this.requests.push(url);
    const { origin, pathname } = new URL(url);
    const answer = this.#allowed.servers?.[origin];
    if (answer !== undefined) return Promise.resolve(answer(pathname));
    this.problems.push(`${url} was asked for`);
    return Promise.reject(new TypeError("nobody is there"));
  }
}

function pathOf(path: unknown): string {
  return path instanceof URL ? fileURLToPath(path) : String(path);
}
