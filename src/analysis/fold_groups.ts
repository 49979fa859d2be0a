/**
 * Selects the groups that text reports list: those with open handles or bad references, and those that grew. Groups
 * with only system code are listed only if there are no others. Data formats keep everything.
 *
 * @module
 */
import type { Analysis, TraceGroup } from "../analysis.ts";
import { counted } from "../plain_text.ts";
import { isOpenOrGrowing } from "./growth_steps.ts";

/** Groups that a text lists, and how many it only counts. */
export interface FoldedGroups {
  /** The groups to list, in the analysis's order. */
  readonly shown: readonly TraceGroup[];
  /** How many have nothing to list, in particular no open handles. */
  readonly closed: number;
  /** How many have only system code, as start-up leaves them. */
  readonly system: number;
  /** Open handles of those. */
  readonly systemHandles: number;
}

/** Folds the groups of an analysis; `isListed` says which have something that the text lists. */
export function foldGroups(
  { groups, stacks }: Pick<Analysis, "groups" | "stacks">,
  isListed: (group: TraceGroup) => boolean = (group) =>
    isOpenOrGrowing(group) || group.badReferences > 0,
): FoldedGroups {
  const open = groups.filter(isListed);
  const own = open.filter(({ stack }) => stacks.get(stack)?.suspect !== undefined);
  const isFolded = own.length > 0;
  const system = isFolded
    ? open.filter(({ stack }) => stacks.get(stack)?.suspect === undefined)
    : [];
  return {
    shown: isFolded ? own : open,
    closed: groups.length - open.length,
    system: system.length,
    systemHandles: system.reduce((sum, { outstanding }) => sum + outstanding, 0),
  };
}

/** One line about folded groups, and about `more` that a table has no room for; absent if there are none. */
export function foldedLine(
  { closed, system, systemHandles }: FoldedGroups,
  more = 0,
): string | undefined {
  const parts = [
    ...(more > 0 ? [`${counted(more, "more stack")} with open handles`] : []),
    ...(system > 0
      ? [`${counted(system, "stack")} of the system alone with ${counted(systemHandles, "handle")}`]
      : []),
    ...(closed > 0 ? [`${counted(closed, "stack")} without open handles`] : []),
  ];
  return parts.length === 0 ? undefined : `Not listed: ${parts.join(", ")}.`;
}
