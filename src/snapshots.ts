/**
 * The snapshots of a session: trace logs by name, in the order taken.
 *
 * @module
 */
import type { SnapshotLog } from "./analysis/growth.ts";
import { TargetError } from "./error.ts";
import { unusedName } from "./mark.ts";
import type { TraceLog } from "./trace_log.ts";

/** The name of the default snapshot. */
export const UNNAMED = "";

/**
 * The most traces that all snapshots of marks keep together: some 300 MB. A program may set a mark in each of thousands
 * of iterations, and each keeps the whole contents of the ring.
 */
const MAX_MARKED_TRACES = 2 ** 24;

/** Named trace logs, and how many of them the program's marks keep. */
export class Snapshots {
  readonly #logs = new Map<string, TraceLog>();
  /** What the program's marks keep, and how many marks are not kept. */
  #marked = { marks: 0, traces: 0, passedOver: 0 };

  /** By name, the one taken last at the end; the unnamed one has the empty name. */
  get logs(): ReadonlyMap<string, TraceLog> {
    return this.#logs;
  }

  /** Whether the program set any of them. */
  get hasMarks(): boolean {
    return this.#marked.marks > 0;
  }

  /** A snapshot by its name. Throws a `TargetError` that lists the others. */
  get(name: string): TraceLog {
    const log = this.#logs.get(name);
    if (log === undefined) throw new TargetError(this.#missingText(name));
    return log;
  }

  /** Keeps a log as the latest snapshot, in place of one of that name. */
  keep(log: TraceLog, name: string): void {
    this.#logs.delete(name);
    this.#logs.set(name, log);
  }

  /** Keeps logs as the earliest snapshots; those already there, of the same names too, come after them. */
  keepEarlier(earlier: Iterable<readonly [name: string, log: TraceLog]>): void {
    const later = [...this.#logs];
    this.#logs.clear();
    for (const [name, log] of earlier) this.#logs.set(name, log);
    for (const [name, log] of later) this.keep(log, name);
  }

  /** Whether there is room for another mark; a mark without room is counted. */
  admitMark(): boolean {
    if (this.#marked.traces < MAX_MARKED_TRACES) return true;
    this.#marked.passedOver++;
    return false;
  }

  /** Keeps the log of a mark; a reused name gets a number. */
  keepMark(log: TraceLog, name: string): void {
    this.keep(log, unusedName(name, this.#logs));
    this.#marked.marks++;
    this.#marked.traces += log.count;
  }

  /** The marks without room, as a clause for messages. */
  passedMarks(): string[] {
    const { marks, passedOver } = this.#marked;
    return passedOver === 0 ? [] : [
      `the ${passedOver} marks after the first ${marks} are not kept (with all traces of each they take too much memory)`,
    ];
  }

  /** Forgets a snapshot. */
  forget(name: string): void {
    this.#logs.delete(name);
  }

  /** Forgets all of them. */
  clear(): void {
    this.#logs.clear();
    this.#marked = { marks: 0, traces: 0, passedOver: 0 };
  }

  /** All of them, oldest first. */
  list(): SnapshotLog[] {
    return Array.from(this.#logs, ([name, log]) => ({
      name,
      ...(log.readAt && { readAt: log.readAt }),
      log,
    }));
  }

  /** Those with names, oldest first. */
  listNamed(): SnapshotLog[] {
    return this.list().filter(({ name }) => name !== UNNAMED);
  }

  /** Those taken up to the given one, oldest first. */
  listUpTo(last: string): SnapshotLog[] {
    const all = this.list();
    return all.slice(0, all.findIndex(({ name }) => name === last) + 1);
  }

  #missingText(name: string): string {
    if (name === UNNAMED) {
      return 'Cannot compare with the last snapshot: none was taken; take one with "!htrace -snapshot"';
    }
    const known = [...this.#logs.keys()].filter((key) => key !== UNNAMED);
    const others = known.length === 0
      ? "there are none with a name"
      : `there are ${known.join(", ")}`;
    return `Cannot compare with the snapshot "${name}": ${others}; ` +
      `take it with "!htrace -snapshot ${name}"`;
  }
}
