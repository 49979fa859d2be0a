/**
 * A handle list as a target: handles without traces.
 *
 * @module
 */
import type { HandleCounts } from "../handle_counts.ts";
import type { HandleTable } from "../handle_list/handle_list.ts";
import type { HandleEntry, ProcessEntry, ProcessRef, Target, TargetIdentity } from "../target.ts";
import { logWithoutTraces, type StackTable, type TraceLog } from "../trace_log.ts";
import { countsOf, entriesOf, incompleteTables, processesOf, tablesOf } from "./_handle_tables.ts";

const NO_HISTORY = "a handle list has no history";

/** The tables of a text, as a {@linkcode Target}. */
export class HandleListTarget implements Target {
  /** The file, as the user named it. */
  readonly name: string;
  /** A list of handles. */
  readonly kind = "handle list";
  /** The process, if all tables belong to the same one. */
  readonly identity: TargetIdentity;
  /** Handle lists are of processes. */
  readonly mode = "user";
  /** The only addresses in a list are those of objects, which are in the kernel. */
  readonly pointerSize = 8;
  /** What a list cannot show, and which rows are missing from these tables: one message. */
  readonly limits: readonly string[];
  readonly #tables: readonly HandleTable[];

  /** Creates a target from tables. */
  constructor(name: string, tables: readonly HandleTable[]) {
    this.name = name;
    this.#tables = tables;
    this.limits = [[NO_HISTORY, ...incompleteTables(tables)].join("; ")];
    const [process, another] = processesOf(tables);
    const isOne = process !== undefined && another === undefined;
    this.identity = isOne
      ? {
        processId: process.processId,
        ...(process.imageName !== "" && { imageName: process.imageName }),
      }
      : {};
  }

  /** No traces: a list has no history. */
  readTraces(into: StackTable): TraceLog {
    const { readAt: _, ...log } = logWithoutTraces(into);
    return { ...log, incomplete: this.limits[0]! };
  }

  /** No modules. */
  modules(): readonly [] {
    return [];
  }

  /** The rows of all tables, or of one process's tables. */
  handles(process?: ProcessRef): readonly HandleEntry[] {
    return entriesOf(tablesOf(this.#tables, process));
  }

  /** The counts of the tables. */
  handleCounts(process?: ProcessRef): HandleCounts {
    return countsOf(tablesOf(this.#tables, process));
  }

  /** The processes of the list. */
  processes(): readonly ProcessEntry[] {
    return processesOf(this.#tables);
  }

  /** Does nothing: no resources are held. */
  [Symbol.dispose](): void {}
}
