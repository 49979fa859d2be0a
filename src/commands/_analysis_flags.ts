/**
 * What verbs that show an analysis share: format, filter, process, symbols.
 *
 * @module
 */
import type { MergeBy } from "../analysis/merge_groups.ts";
import type { Report } from "../analysis.ts";
import type { Session, SessionRequest } from "../session.ts";
import { parseCount, PROCESS } from "./_arguments.ts";
import { FILTER_FLAGS, type FilterFlags, filterOf, ownerPatternsOf } from "./_filter_flags.ts";
import { REPORT_FLAGS, type ReportFlags } from "./_report_flags.ts";
import { SYMBOL_FLAGS, type SymbolFlags } from "./_symbol_flags.ts";

/** The user's options for an analysis. */
export interface AnalysisFlags extends ReportFlags, FilterFlags, SymbolFlags {
  /** A process other than the current one, of a target that has several. */
  readonly process?: string;
  /** Which output of a debugger log to use. */
  readonly answer?: number;
  /** Merges groups whose stacks are alike. */
  readonly merge?: MergeBy;
}

/** The definitions of {@linkcode AnalysisFlags}, to be spread into a verb's own flags. */
export const ANALYSIS_FLAGS = {
  process: PROCESS,
  answer: {
    kind: "parsed",
    parse: parseCount,
    optional: true,
    placeholder: "n",
    brief: "Which !htrace output of a debugger log, from 1; otherwise the last one with entries",
  },
  merge: {
    kind: "enum",
    values: ["function", "module"],
    optional: true,
    brief: "Merge stacks with the same own functions, or the same own modules",
  },
  ...REPORT_FLAGS,
  ...FILTER_FLAGS,
  ...SYMBOL_FLAGS,
} as const;

/** The option for opening a target that selects an answer. */
export function answerOf({ answer }: AnalysisFlags): { readonly answer?: number } {
  return answer === undefined ? {} : { answer };
}

/** What the flags request from a session: the debugger's own text needs no objects unless names are requested. */
export async function requestOf(
  flags: AnalysisFlags,
  session: Session,
  { name }: Report,
): Promise<SessionRequest> {
  const { names = false, process, merge } = flags;
  const { findProcess } = await import("../library/find_process.ts");
  return {
    ...(process !== undefined && { process: await findProcess(session.target, process) }),
    filter: filterOf(flags),
    ...ownerPatternsOf(flags),
    names,
    ...(merge && { merge }),
    objects: names || name !== "classic" || flags.objectType !== undefined,
  };
}
