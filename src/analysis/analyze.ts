/**
 * From a trace log to a complete analysis: pairs, groups, misuses, names, keys, suspects, objects, growth.
 *
 * The only place where analyses are made. Counts come from the engine, names from the session.
 *
 * @module
 */
import type { Analysis, DiffSummary, NamedStack, SnapshotInfo, TraceGroup } from "../analysis.ts";
import { analyzeTraces, type MisuseTraces, type StackGroup } from "../engine/engine.ts";
import type { HandleCounts } from "../handle_counts.ts";
import type { Module } from "../module.ts";
import type { HandleEntry, Target, TargetIdentity } from "../target.ts";
import {
  isAboutTraces,
  listTraces,
  needsNames,
  passingTraces,
  type TraceFilter,
} from "../trace_filter.ts";
import {
  type StackId,
  type StackTable,
  tellsCloses,
  type TraceLog,
  type TraceStop,
} from "../trace_log.ts";
import { type MeasuredGrowth, measureGrowth, type SnapshotLog } from "./growth.ts";
import { type ObjectFinder, objectFinder } from "./handle_objects.ts";
import { type JudgedSource, judgementOf, type OwnerPatterns } from "./judgement.ts";
import { type MergeBy, mergeGroups } from "./merge_groups.ts";
import { misusesOf } from "./misuse.ts";
import { type NameAddresses, NamedStacks } from "./named_stacks.ts";
import { withVerifierStops } from "./verifier_misuses.ts";

/** What an analysis is made from. */
export interface AnalysisSource {
  /** What was examined. */
  readonly target: Target;
  /** The table with the stacks of all logs. */
  readonly stacks: StackTable;
  /** All its traces, with complete stacks. */
  readonly log: TraceLog;
  /** How the log differs from a snapshot, with the new opens that no close has ended: only those are then listed. */
  readonly diff?: DiffSummary & { readonly outstanding: Uint32Array };
  /** Snapshots that growth is measured from, oldest first; a diff compared with the last one. */
  readonly snapshots?: readonly SnapshotLog[];
  /** Whether the snapshots are marks that the program set: growth is then judged from mark to mark. */
  readonly hasMarks?: boolean;
  /** Modules of the process. */
  readonly modules: readonly Module[];
  /** Its open handles, read with the log. */
  readonly handles?: readonly HandleEntry[];
  /** What is missing other than traces. */
  readonly gaps?: readonly string[];
  /** Which process it is about, if the target has several. */
  readonly identity?: TargetIdentity;
  /** Their numbers, if the target counts more than it lists. */
  readonly handleCounts?: HandleCounts;
  /** Names addresses. */
  readonly nameAddresses: NameAddresses;
  /** Modules of the addresses named so far that lack symbols. */
  readonly withoutSymbols?: () => readonly Module[];
  /** Which of them were not named, each as a clause for messages. */
  readonly namesLeftOut?: () => readonly string[];
}

/** Options of an analysis. */
export interface AnalysisRequest extends OwnerPatterns {
  /** Which traces and groups to select. */
  readonly filter?: TraceFilter;
  /** Whether debugger text includes each handle's type and name. */
  readonly names?: boolean;
  /** Lists no more than the debugger's own walk reaches, see {@linkcode TraceLog.walk}. */
  readonly asWalked?: boolean;
  /** Merges groups whose stacks are alike. */
  readonly merge?: MergeBy;
}

/** Makes an analysis. */
export async function analyze(
  source: AnalysisSource,
  request: AnalysisRequest = {},
): Promise<Analysis> {
  const { target, diff, modules, handles, gaps, handleCounts, hasMarks = false } = source;
  const { filter = {}, names = false, asWalked = false } = request;
  const log = asShown(source.log, target, source.stacks);
  const newest = diff?.newTraces ?? log.count;
  const stacks = new NamedStacks(log.stacks, source.nameAddresses, request, log.systemStacks);
  if (needsNames(filter)) await stacks.name(new Set(log.stack));
  const all = analyzeTraces(log, { newest });
  const objectOf = objectFinder(log, all.pairOf, handles);
  const passing = passingTraces(log, filter, { objectOf, stacks: stacks.named });
  const { groups, misuses, pairOf } = passing === undefined
    ? all
    : analyzeTraces(log, { newest, selected: passing });

  const kept = {
    groups: filter.only === "misuses" ? [] : groups,
    misuses: filter.only === "leaks" ? [] : misuses,
  };
  const walk = asWalked ? log.walk : undefined;
  const candidates = diff?.outstanding ?? indicesTo(walk?.traces ?? log.count);
  const listed = listTraces(chosen(candidates, kept, filter), passing, log, filter);
  const stops = passing === undefined && filter.only !== "leaks" ? log.stops ?? [] : [];
  await stacks.name(stacksOf(log, listed, kept.groups, kept.misuses, stops));
  const growth = growthOf(source, log, filter);
  const judgedBy = { hasMarks, tellsCloses: tellsCloses(log) };
  const snapshots = (source.snapshots ?? []).map(({ log: _, ...snapshot }) => snapshot);
  const judged = judgeGroups(kept.groups, {
    growth,
    objectOf,
    totals: diff === undefined && passing === undefined ? log.totals : undefined,
    ...judgedBy,
  });
  const merged = request.merge === undefined
    ? judged
    : mergeGroups(judged, stacks.named, request.merge, judgedBy).sort(byGrowth);
  const wanted = merged
    .filter(({ outstanding }) => outstanding >= fewestOutstanding(filter))
    .slice(0, filter.top || Infinity);
  return {
    target: targetOf(source),
    log: { ...log, stacks },
    parsed: parsedOf(walk ?? log, listed, filter, target),
    listed,
    leftOut: {
      traces: countWithout(candidates, listed, log.count),
      groups: all.groups.length - kept.groups.length + merged.length - wanted.length,
    },
    pairOf,
    isOutstanding: outstandingFlags(groups, log.count),
    stacks: wanted.length === judged.length
      ? stacks.named
      : onlyStacks(stacks.named, stacksOf(log, listed, wanted, kept.misuses, stops)),
    groups: wanted,
    misuses: withVerifierStops(
      misusesOf(kept.misuses, log, stacks.named, source.log.stack),
      stops,
      stacks.named,
    ),
    modules,
    ...(handles && { handles }),
    ...(gaps && { gaps }),
    ...(handleCounts && { handleCounts }),
    ...diffOf(log, diff),
    snapshots: snapshots.slice(growth?.first),
    ...(hasMarks && { hasMarks }),
    withoutSymbols: source.withoutSymbols?.() ?? [],
    limits: [
      ...target.limits ?? [],
      ...log.notes ?? [],
      ...source.namesLeftOut?.() ?? [],
      ...partedFrom(snapshots, growth),
    ],
    listsNames: names,
    objectOf,
  };
}

/** The minimum of outstanding handles for a group to be selected. */
function fewestOutstanding({ minOutstanding = 0, only }: TraceFilter): number {
  return only === "leaks" ? Math.max(minOutstanding, 1) : minOutstanding;
}

/** What reports see of the target; its process is the requested one. */
function targetOf({ target, identity }: AnalysisSource): Analysis["target"] {
  if (identity === undefined) return target;
  const { name, kind, mode, pointerSize } = target;
  return { name, kind, mode, pointerSize, identity };
}

/** What the diff found. A text that is itself a diff states how much was new; its entries alone would give less. */
function diffOf({ answer }: TraceLog, diff: DiffSummary | undefined): Pick<Analysis, "diff"> {
  if (answer?.kind === "diff") {
    const newTraces = answer.stated.newTraces ?? diff?.newTraces;
    const historyLost = answer.error === "too-large";
    return newTraces === undefined && !historyLost
      ? {}
      : { diff: { newTraces: newTraces ?? 0, historyLost } };
  }
  return diff ? { diff: { newTraces: diff.newTraces, historyLost: diff.historyLost } } : {};
}

/**
 * A log with the stacks as they are shown and grouped: in user mode what the process itself did, without the kernel
 * frames at the start of a stack.
 */
function asShown(log: TraceLog, { mode, userEnd }: Target, table: StackTable): TraceLog {
  if (mode === "kernel" || userEnd === undefined) return log;
  return { ...log, stack: table.withoutKernelFrames(log.stack, userEnd) };
}

interface Kept {
  readonly groups: readonly StackGroup[];
  readonly misuses: readonly MisuseTraces[];
}

function outstandingFlags(groups: readonly StackGroup[], count: number): Uint8Array {
  const flags = new Uint8Array(count);
  for (const { outstandingTraces } of groups) {
    for (const trace of outstandingTraces) flags[trace] = 1;
  }
  return flags;
}

/** The traces that `--only` selects, newest first. */
function chosen(
  candidates: Uint32Array,
  { groups, misuses }: Kept,
  { only }: TraceFilter,
): Uint32Array {
  if (only === undefined) return candidates;
  const traces = only === "leaks"
    ? groups.flatMap(({ outstandingTraces }) => [...outstandingTraces])
    : misuses.flatMap(({ badReference, close, open }) => [badReference, close ?? [], open ?? []])
      .flat();
  return Uint32Array.from(new Set(traces)).sort();
}

/** Stacks of groups that are left out are named only for selecting and merging. */
function onlyStacks(
  stacks: ReadonlyMap<StackId, NamedStack>,
  ids: readonly StackId[],
): ReadonlyMap<StackId, NamedStack> {
  return new Map(ids.flatMap((id) => {
    const stack = stacks.get(id);
    return stack === undefined ? [] : [[id, stack] as const];
  }));
}

/** Every stack that a report can use. */
function stacksOf(
  log: TraceLog,
  listed: Uint32Array,
  groups: readonly Pick<StackGroup, "stack" | "closers">[],
  misuses: readonly MisuseTraces[],
  stops: readonly TraceStop[],
): StackId[] {
  const isUsed = new Uint8Array(log.stacks.count);
  const use = (trace: number | undefined): void => {
    if (trace !== undefined) isUsed[log.stack[trace]!] = 1;
  };
  listed.forEach(use);
  for (const { stack, closers } of groups) {
    isUsed[stack] = 1;
    for (const closer of closers) isUsed[closer.stack] = 1;
  }
  for (const { badReference, close, open } of misuses) [badReference, close, open].forEach(use);
  for (const { stack } of stops) if (stack !== undefined) isUsed[stack] = 1;
  return Array.from(isUsed.keys()).filter((stack) => isUsed[stack] === 1);
}

/** Growth by stack; undefined without snapshots, if history was lost, and if single traces were selected. */
function growthOf(
  { target, stacks, snapshots = [], diff }: AnalysisSource,
  log: TraceLog,
  filter: TraceFilter,
): MeasuredGrowth | undefined {
  if (snapshots.length === 0 || diff?.historyLost || isAboutTraces(filter)) return undefined;
  return measureGrowth(snapshots.map((snapshot) => asShown(snapshot.log, target, stacks)), log);
}

/** Says from which snapshot growth is measured, if history was lost before it. */
function partedFrom(
  snapshots: readonly SnapshotInfo[],
  growth: MeasuredGrowth | undefined,
): string[] {
  const before = snapshots[(growth?.first ?? 0) - 1];
  const first = snapshots[growth?.first ?? 0];
  if (before === undefined || first === undefined) return [];
  return [
    `history was lost between the snapshots "${before.name}" and "${first.name}": ` +
    "growth is measured from the later one on",
  ];
}

interface GroupFacts extends JudgedSource {
  readonly growth: MeasuredGrowth | undefined;
  readonly objectOf: ObjectFinder;
  /** The totals of stacks, if the log has them and nothing is filtered out. */
  readonly totals: TraceLog["totals"];
}

/** Judges groups and puts them in order. */
function judgeGroups(groups: readonly StackGroup[], facts: GroupFacts): TraceGroup[] {
  return groups.map((group) => judgeGroup(group, facts)).sort(byGrowth);
}

/** The order of groups: most growth first, then most outstanding, then most opened. */
function byGrowth(a: TraceGroup, b: TraceGroup): number {
  return (b.delta ?? 0) - (a.delta ?? 0) || b.outstanding - a.outstanding || b.opened - a.opened;
}

function judgeGroup(group: StackGroup, facts: GroupFacts): TraceGroup {
  const growth = facts.growth?.of(group.stack);
  const totals = facts.totals?.get(group.stack);
  return {
    ...group,
    ...totals,
    outstanding: group.outstandingTraces.length,
    ...growth,
    objectTypes: objectTypesOf(group.outstandingTraces, facts.objectOf),
    judgement: judgementOf({ ...group, ...totals, ...growth }, facts),
    isKnown: false,
  };
}

/** What groups of unknown types share: a ring can have a hundred thousand of them. */
const NO_TYPES: ReadonlyMap<string, number> = new Map();

function objectTypesOf(traces: Uint32Array, objectOf: ObjectFinder): ReadonlyMap<string, number> {
  let types: Map<string, number> | undefined;
  for (const trace of traces) {
    const type = objectOf(trace)?.type;
    if (type === undefined) continue;
    types ??= new Map();
    types.set(type, (types.get(type) ?? 0) + 1);
  }
  return types ?? NO_TYPES;
}

/**
 * Traces that `!htrace` reports as parsed: user mode reads all of them before it selects; kernel mode walks the ring
 * and stops at the last trace that it has to show.
 */
function parsedOf(
  log: Pick<TraceLog, "parsed">,
  listed: Uint32Array,
  { maxTraces }: TraceFilter,
  { mode }: Target,
): number {
  const isFull = maxTraces !== undefined && maxTraces > 0 && listed.length === maxTraces;
  return mode === "kernel" && isFull ? listed.at(-1)! + 1 : log.parsed;
}

/** How many of the candidates are not listed; other listed traces do not count. */
function countWithout(candidates: Uint32Array, listed: Uint32Array, traces: number): number {
  const isListed = new Uint8Array(traces);
  for (const trace of listed) isListed[trace] = 1;
  let count = 0;
  for (const trace of candidates) if (isListed[trace] === 0) count++;
  return count;
}

function indicesTo(count: number): Uint32Array {
  const indices = new Uint32Array(count);
  for (let index = 0; index < count; index++) indices[index] = index;
  return indices;
}
