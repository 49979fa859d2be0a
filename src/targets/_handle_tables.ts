/**
 * Turns the handle tables of a text into the handles of a target.
 *
 * @module
 */
import { type HandleCounts, sumHandleCounts, UNKNOWN_TYPE } from "../handle_counts.ts";
import type { HandleTable } from "../handle_list/handle_list.ts";
import type { HandleEntry, ProcessEntry, ProcessRef } from "../target.ts";

/** The rows of tables, each with its process. */
export function entriesOf(tables: readonly HandleTable[]): HandleEntry[] {
  return tables.flatMap(({ process, rows }) =>
    rows.map(({ name, ...row }) => ({
      ...row,
      ...(name !== undefined && { objectName: name }),
      ...(process?.processId !== undefined && { processId: process.processId }),
      ...(process?.name !== undefined && { imageName: process.name }),
      ...(process?.user !== undefined && { user: process.user }),
    }))
  );
}

/** The counts that the tables state, else the counts of their rows. */
export function countsOf(tables: readonly HandleTable[]): HandleCounts {
  return sumHandleCounts(tables.map(({ total, types, names }) => ({
    total,
    types,
    names: new Map(Array.from(names, ([type, byName]) => [type || UNKNOWN_TYPE, byName])),
  })));
}

/** The tables that belong to a process or do not say whose they are. */
export function tablesOf(
  tables: readonly HandleTable[],
  ref: ProcessRef | undefined,
): readonly HandleTable[] {
  if (ref === undefined) return tables;
  return tables.filter(({ process }) => process === undefined || isProcess(process, ref));
}

/** Whether a process is the one referred to. */
export function isProcess(
  { process, processId }: ProcessRef,
  ref: ProcessRef,
): boolean {
  return (ref.processId !== undefined && ref.processId === processId) ||
    (ref.process !== undefined && ref.process === process);
}

/** The processes of the tables, each once, with its number of handles. */
export function processesOf(tables: readonly HandleTable[]): ProcessEntry[] {
  const processes = new Map<number, ProcessEntry>();
  for (const { process, total } of tables) {
    if (process?.processId === undefined) continue;
    processes.set(process.processId, {
      processId: process.processId,
      imageName: process.name ?? "",
      handleCount: total,
      ...(process.process !== undefined && { process: process.process }),
    });
  }
  return [...processes.values()];
}

/** Most incomplete tables to name one by one; the rest are counted. */
const MOST_INCOMPLETE_TABLES = 3;

/** What is missing from tables, each named by its line. */
export function incompleteTables(tables: readonly HandleTable[]): string[] {
  const lacking = tables.flatMap(({ line, incomplete }) =>
    incomplete === undefined ? [] : [`in the list at line ${line} ${incomplete}`]
  );
  const further = lacking.length - MOST_INCOMPLETE_TABLES;
  return further <= 0 ? lacking : [
    ...lacking.slice(0, MOST_INCOMPLETE_TABLES),
    `${further} further lists lack something`,
  ];
}
