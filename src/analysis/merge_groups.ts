/**
 * Merges groups whose stacks differ only in details: system frames, places within a function, functions of one module.
 *
 * @module
 */
import type { GroupCloser, NamedStack, TraceGroup } from "../analysis.ts";
import type { StackId } from "../trace_log.ts";
import { type JudgedSource, judgementOf } from "./judgement.ts";

/** What makes stacks alike: the same own functions, or the same own modules, in calling order. */
export type MergeBy = "function" | "module";

/** Merges groups of alike stacks; each keeps the stack and the position of its biggest part. */
export function mergeGroups(
  groups: readonly TraceGroup[],
  stacks: ReadonlyMap<StackId, NamedStack>,
  by: MergeBy,
  source: JudgedSource = {},
): TraceGroup[] {
  const alike = new Map<string, TraceGroup[]>();
  for (const group of groups) {
    const key = mergeKey(group, stacks.get(group.stack), by);
    const found = alike.get(key);
    if (found === undefined) alike.set(key, [group]);
    else found.push(group);
  }
  return Array.from(alike.values(), (groups) => merged(groups, source));
}

/** A stack without a key is unlike any other. */
function mergeKey(group: TraceGroup, stack: NamedStack | undefined, by: MergeBy): string {
  const text = stack?.key.text ?? "";
  if (text === "") return `stack ${group.stack}`;
  if (by === "function") return text;
  const modules = text.split(";").map((part) => part.split(/[!+]/, 1)[0]!);
  return modules.filter((module, index) => module !== modules[index - 1]).join(";");
}

/** Merges several groups into one; the first is the biggest. */
function merged(
  groups: readonly TraceGroup[],
  source: JudgedSource,
): TraceGroup {
  const [first] = groups as [TraceGroup];
  if (groups.length === 1) return first;
  const sum = (of: (group: TraceGroup) => number): number =>
    groups.reduce((total, group) => total + of(group), 0);
  const counts = {
    opened: sum(({ opened }) => opened),
    closed: sum(({ closed }) => closed),
    ...(first.delta !== undefined && { delta: sum(({ delta }) => delta ?? 0) }),
    ...(first.series && {
      series: first.series.map((_, step) => sum(({ series }) => series?.[step] ?? 0)),
    }),
  };
  return {
    stack: first.stack,
    ...counts,
    outstanding: sum(({ outstanding }) => outstanding),
    badReferences: sum(({ badReferences }) => badReferences),
    outstandingTraces: Uint32Array.from(
      groups.flatMap(({ outstandingTraces }) => [...outstandingTraces]),
    ).sort(),
    closers: mergedClosers(groups),
    objectTypes: mergedTypes(groups),
    judgement: judgementOf(counts, source),
    isKnown: groups.every(({ isKnown }) => isKnown),
    merged: groups.length,
  };
}

function mergedClosers(groups: readonly TraceGroup[]): GroupCloser[] {
  const counts = new Map<StackId, number>();
  for (const { closers } of groups) {
    for (const { stack, count } of closers) counts.set(stack, (counts.get(stack) ?? 0) + count);
  }
  return Array.from(counts, ([stack, count]) => ({ stack, count }))
    .sort((a, b) => b.count - a.count);
}

function mergedTypes(groups: readonly TraceGroup[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { objectTypes } of groups) {
    for (const [type, count] of objectTypes) counts.set(type, (counts.get(type) ?? 0) + count);
  }
  return counts;
}
