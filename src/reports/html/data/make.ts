/**
 * Makes the page's data from an analysis.
 *
 * @module
 */
import type { Analysis, TraceGroup } from "../../../analysis.ts";
import { countHandles } from "../../../handle_counts.ts";
import { suspiciousClosers } from "../../../analysis/suspicious_closers.ts";
import { type StackId, tellsCloses } from "../../../trace_log.ts";
import { verdictOf } from "../../../analysis/verdict.ts";
import { VERSION } from "../../../version.ts";
import { closerText } from "../../_findings.ts";
import type { PageData } from "./page_data.ts";
import { groupRow, misuseRow } from "./rows.ts";
import {
  factsOf,
  nextStep,
  noStacksText,
  notesOf,
  noTimelineText,
  targetText,
} from "./sentences.ts";
import { PageTables } from "./tables.ts";
import { timelineOf } from "./timeline.ts";

/** Limits of the page, which says how much is left out. */
const MAX = {
  /** Groups: a browser stays fast with twice as many as in the largest trace seen so far. */
  groups: 20_000,
  /** Bad references: nobody reads more. */
  misuses: 500,
  /** Notes about closes that look wrong. */
  wrongCloses: 10,
  /** Types of open handles: Windows has some 70. */
  handleTypes: 100,
} as const;

/** Makes the data. */
export function makePageData(analysis: Analysis): PageData {
  const { misuses } = analysis;
  const groups = analysis.groups.slice(0, MAX.groups);
  const tables = new PageTables(analysis);
  const verdict = verdictOf(analysis);
  const rowOfStack = new Map(groups.map(({ stack }, row) => [stack, row]));
  const rows = groups.map((group) => groupRow(analysis, group, tables));
  const timeline = timelineOf({ ...analysis, groups }, tables);
  const types = handleTypes(analysis);
  const parts = {
    htrace: VERSION,
    target: tables.text(targetText(analysis)),
    facts: factsOf(analysis).map((fact) => tables.text(fact)),
    verdict: {
      kind: verdict.kind,
      sentence: tables.text(verdict.sentence),
      group: rowOfStack.get(verdict.group?.stack ?? openedBy(analysis)) ?? -1,
    },
    next: tables.text(nextStep(verdict.kind)),
    notes: notesOf(analysis, groups.length).map((note) => tables.text(note)),
    isDiff: analysis.diff !== undefined,
    tellsCloses: tellsCloses(analysis.log),
    historyLost: analysis.diff?.historyLost ?? false,
    groupsInAll: analysis.groups.length,
    totals: totalsOf(analysis),
    groups: rows,
    ...(rows.length === 0 && { noStacks: tables.text(noStacksText(analysis)) }),
    misuses: misuses.slice(0, MAX.misuses)
      .map((misuse) => misuseRow(analysis, misuse, rowOfStack, tables)),
    wrongCloses: suspiciousClosers(analysis).slice(0, MAX.wrongCloses)
      .map((closer) => tables.text(closerText(analysis, closer))),
    ...(timeline ? { timeline } : { noTimeline: tables.text(noTimelineText(analysis)) }),
    ...(types && {
      handleTypes: types.slice(0, MAX.handleTypes)
        .map(([type, count]) => [tables.text(type), count] as const),
    }),
  };
  // Last, because making rows fills the tables.
  return { ...parts, texts: tables.texts, frames: tables.frames, stacks: tables.stacks };
}

/** The stack that opened the handle of the newest bad reference; -1 if there is none. */
function openedBy({ misuses: [newest], log }: Analysis): StackId {
  return newest?.open === undefined ? -1 : log.stack[newest.open]!;
}

function totalsOf({ groups, misuses }: Analysis): PageData["totals"] {
  const sum = (of: (group: TraceGroup) => number): number =>
    groups.reduce((total, group) => total + of(group), 0);
  const count = (has: (group: TraceGroup) => boolean): number => groups.filter(has).length;
  const isLeft = (group: TraceGroup): boolean => group.closed === 0 && group.outstanding > 0;
  const hasGrowth = groups.some(({ delta }) => delta !== undefined);
  return {
    opened: sum(({ opened }) => opened),
    closed: sum(({ closed }) => closed),
    outstanding: sum(({ outstanding }) => outstanding),
    ...(hasGrowth && { delta: sum(({ delta = 0 }) => delta) }),
    grown: count(({ delta = 0 }) => delta > 0),
    shrunk: count(({ delta = 0 }) => delta < 0),
    neverClosed: count(isLeft),
    neverClosedHandles: sum((group) => isLeft(group) ? group.outstanding : 0),
    bad: misuses.length,
  };
}

function handleTypes({ handles, handleCounts }: Analysis): [string, number][] | undefined {
  const counts = handleCounts ?? (handles && countHandles(handles));
  return counts && [...counts.types].sort(([, a], [, b]) => b - a);
}
