/**
 * The targets that a client has open, by their ids.
 *
 * @module
 */
import { UsageError } from "../error.ts";
import { LIMITS } from "./limits.ts";
import { ExaminedTarget, type ExamineOptions } from "./examined_target.ts";
import { checkIsLocal } from "./network.ts";

/** What the user who started the server allows and configures. */
export interface ServerOptions {
  /** Symbol servers, and paths to other machines, may be used. */
  readonly online: boolean;
  /** A symbol path for targets that are opened without one. */
  readonly symbolPath?: string | undefined;
}

/** The open targets. Disposing closes all. */
export class OpenTargets implements Disposable {
  /** What is allowed. */
  readonly options: ServerOptions;
  readonly #targets = new Map<string, ExaminedTarget>();
  #opened = 0;

  /** Starts without targets. */
  constructor(options: ServerOptions) {
    this.options = options;
  }

  /** Opens a target under a new id; ids are not reused. */
  async open(
    spec: string,
    { symbolPath = this.options.symbolPath, ...options }: Omit<ExamineOptions, "symbols"> & {
      readonly symbolPath?: string | undefined;
    },
  ): Promise<ExaminedTarget> {
    if (this.#targets.size >= LIMITS.targets) {
      throw new UsageError(
        `Cannot open "${spec}": ${LIMITS.targets} targets are open already ` +
          `(${this.#ids()}); close one with close_target`,
      );
    }
    const { online } = this.options;
    if (!online) { for (const path of [spec, symbolPath ?? ""]) checkIsLocal(path, Deno.build.os); }
    const target = await ExaminedTarget.open(`t${this.#opened + 1}`, spec, {
      ...options,
      symbols: {
        ...(symbolPath !== undefined && { path: symbolPath }),
        offline: !online,
      },
    });
    this.#opened++;
    this.#targets.set(target.id, target);
    return target;
  }

  /** An open target. Throws a UsageError for an id that was never given or is closed. */
  get(id: string): ExaminedTarget {
    const target = this.#targets.get(id);
    if (target !== undefined) return target;
    const found = this.#targets.size === 0 ? "no target is open" : `open are ${this.#ids()}`;
    throw new UsageError(`Cannot find the target "${id}": ${found}; open it with open_target`);
  }

  /** Closes a target. */
  close(id: string): void {
    this.get(id)[Symbol.dispose]();
    this.#targets.delete(id);
  }

  /** Closes all targets. */
  [Symbol.dispose](): void {
    for (const id of [...this.#targets.keys()]) this.close(id);
  }

  #ids(): string {
    return [...this.#targets.keys()].join(", ");
  }
}
