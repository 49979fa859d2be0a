/**
 * Which handles leaked, and which of those leaks are known and accepted.
 *
 * @module
 */
import type { Analysis, NamedStack, TraceGroup } from "../analysis.ts";
import type { Baseline } from "./baseline.ts";

/** A stack whose handles are still open. */
export interface Leak {
  /** The opens from the stack. */
  readonly group: TraceGroup;
  /** Identifies the stack in a {@linkcode Baseline}: the text of its key. */
  readonly key: string;
}

/** The leaks, compared with a baseline. */
export interface Leaks {
  /** Leaks that the baseline does not have, or has with fewer handles; biggest first. */
  readonly leaks: readonly Leak[];
  /** Leaks that the baseline allows. */
  readonly known: readonly Leak[];
  /** Keys of the baseline that no longer leak. */
  readonly gone: readonly string[];
}

/**
 * The leaks of an analysis, biggest first.
 *
 * A group leaks if its handles are open and code other than the system's opened them: the system's own libraries keep
 * handles for the life of a process, and nobody can close those.
 */
export function leaksOf({ groups, stacks }: Analysis): Leak[] {
  return groups.flatMap((group) => {
    const stack = stacks.get(group.stack);
    const leaks = group.outstanding > 0 && stack?.suspect !== undefined;
    return leaks ? [leakOf(group, stack)] : [];
  });
}

/** How many handles the stacks of each key have open. */
export function leakedByKey(leaks: readonly Leak[]): ReadonlyMap<string, number> {
  const handles = new Map<string, number>();
  for (const { group, key } of leaks) {
    handles.set(key, (handles.get(key) ?? 0) + group.outstanding);
  }
  return handles;
}

/**
 * Compares the leaks of an analysis with a baseline: a key's number there is the most that its stacks may leave open.
 */
export function findLeaks(analysis: Analysis, baseline: Baseline = new Map()): Leaks {
  const all = leaksOf(analysis);
  if (baseline.size === 0) return { leaks: all, known: [], gone: [] };
  const handles = leakedByKey(all);
  const isKnown = ({ key }: Leak): boolean => handles.get(key)! <= (baseline.get(key) ?? 0);
  return {
    leaks: all.filter((leak) => !isKnown(leak)),
    known: all.filter(isKnown),
    gone: [...baseline.keys()].filter((key) => !handles.has(key)),
  };
}

/** The same analysis with the groups of known leaks marked as such. */
export function markKnown(analysis: Analysis, known: readonly Leak[]): Analysis {
  if (known.length === 0) return analysis;
  const stacks = new Set(known.map(({ group }) => group.stack));
  const groups = analysis.groups.map((group) => ({ ...group, isKnown: stacks.has(group.stack) }));
  return { ...analysis, groups };
}

/** The key is made when somebody asks for it: it is a long text, and most listings have no baseline. */
function leakOf(group: TraceGroup, stack: NamedStack): Leak {
  return {
    group,
    get key(): string {
      return stack.key.text;
    },
  };
}
