/**
 * A target that a client has open, and queries that leave it unchanged.
 *
 * @module
 */
import type { Analysis } from "../analysis.ts";
import { HtraceError, TargetError, UsageError } from "../error.ts";
import { diffSince, findProcess, processLike, traceStep } from "../library/mod.ts";
import { Session, type SessionRequest } from "../session.ts";
import { symbolSource, type SymbolSourceOptions } from "../symbols/path/mod.ts";
import { openTarget, TARGET_KINDS } from "../targets/mod.ts";
import type { TraceLog } from "../trace_log.ts";

/**
 * Kinds of targets that are only read. A debugger engine can stop a process and reach another machine.
 */
const KINDS = TARGET_KINDS.filter(({ name }) => name !== "debugger engine");

/** How to open a target. */
export interface ExamineOptions {
  /** Arguments of the emulated machine's program. */
  readonly args?: readonly string[];
  /** The process, for a target that has several. */
  readonly process?: string | undefined;
  /** Which output of a debugger log to use. */
  readonly answer?: number | undefined;
  /** Where symbol files come from. */
  readonly symbols: SymbolSourceOptions;
}

/** A target with its session and its id. */
export class ExaminedTarget implements Disposable {
  /** The client's name for it: `t1`. */
  readonly id: string;
  /** The session. */
  readonly session: Session;
  /** Where its symbol files come from. */
  readonly symbols: SymbolSourceOptions;

  private constructor(id: string, session: Session, symbols: SymbolSourceOptions) {
    this.id = id;
    this.session = session;
    this.symbols = symbols;
  }

  /** Opens a target; the emulated machine runs its program to its next stop. */
  static async open(
    id: string,
    spec: string,
    { args = [], process, answer, symbols }: ExamineOptions,
  ): Promise<ExaminedTarget> {
    if (spec === "-") {
      throw new TargetError(
        'Cannot open "-": the standard input is the protocol\'s; save the text as a file',
      );
    }
    const target = await openTarget(
      spec,
      { args, ...(answer !== undefined && { answer }) },
      KINDS,
    );
    using opening = new DisposableStack();
    opening.use(target);
    const session = new Session(target, { symbols: symbolSource(symbols) });
    opening.move(); // the session has it now
    using preparing = new DisposableStack();
    const examined = preparing.use(new ExaminedTarget(id, session, symbols));
    if (process !== undefined) session.process = await findProcess(target, process);
    await traceStep(session);
    preparing.move();
    return examined;
  }

  /** The current traces, or why there are none to read. */
  async readTraces(): Promise<TraceLog | string> {
    try {
      return await this.session.readTraces();
    } catch (error) {
      if (error instanceof HtraceError) return error.message;
      throw error;
    }
  }

  /**
   * An analysis like that of `htrace report`: compared with the last snapshot that was taken or supplied, if any. With
   * a
   * name, it is compared with that snapshot.
   */
  async analyze(request: SessionRequest, snapshot?: string): Promise<Analysis> {
    const names = [...(await this.session.snapshots()).keys()];
    if (snapshot !== undefined && !names.includes(snapshot)) {
      throw new UsageError(
        `Cannot compare ${this.id} with the snapshot "${snapshot}": ` +
          (names.length === 0
            ? "it has none; take one with take_snapshot"
            : `it has ${names.map((name) => `"${name}"`).join(", ")}; name one of them`),
      );
    }
    return await this.#unchanged(async () => {
      const base = snapshot ?? names.at(-1);
      const isMarked = this.session.target.hasMarks && snapshot === undefined;
      return base === undefined || isMarked
        ? await this.session.show(request)
        : await this.session.diff(base, request);
    });
  }

  /** An analysis of all traces, compared with nothing. */
  async list(request: SessionRequest): Promise<Analysis> {
    return await this.#unchanged(() => this.session.show(request));
  }

  /** What was opened since another reading of the same process, and is still open. */
  async analyzeSince(earlier: ExaminedTarget, request: SessionRequest): Promise<Analysis> {
    const { session } = this;
    return await this.#unchanged(async () => {
      session.process ??= processLike(session.target, earlier.session.target.identity);
      return await diffSince(session, earlier.session.target, request);
    });
  }

  /** A debugger's diff also takes a snapshot; here the same query has the same result each time. */
  async #unchanged(ask: () => Promise<Analysis>): Promise<Analysis> {
    const { session } = this;
    const kept = [...await session.snapshots()];
    const { process } = session;
    try {
      return await ask();
    } finally {
      session.process = process;
      for (const name of [...(await session.snapshots()).keys()]) {
        await session.forgetSnapshot(name);
      }
      for (const [name, log] of kept) session.keepSnapshot(log, name);
    }
  }

  /** Releases the target, its stacks and its symbols. */
  [Symbol.dispose](): void {
    this.session[Symbol.dispose]();
  }
}
