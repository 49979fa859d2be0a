/**
 * Handle lists of one process as steps in time: how many handles of each type and name every list has.
 *
 * @module
 */
import { linesText } from "../escape_text.ts";
import { isGrowing, stepsText } from "../analysis/growth_steps.ts";
import { signed, thousands } from "../plain_text.ts";
import { ByObject } from "./_by_object.ts";
import { limited, objectText } from "./_handle_text.ts";
import { areNamed, type GroupOptions, groupsOf, type HandleSource } from "./handle_groups.ts";

/** How many handles of a type and, if they have one, a name each list has. */
export interface HandleSeries {
  /** Name of the type; `unknown` if a list does not say. */
  readonly type: string;
  /** Name of the objects; absent for those without one. */
  readonly name?: string;
  /** Handles in each list, oldest first. */
  readonly counts: readonly number[];
}

/** Default number of lines of the text. */
const USUAL_TOP = 10;

/**
 * What changed over several lists, oldest first: the most grown from the first to the last comes first. If one of the
 * lists has no names, only types are counted.
 */
export function handleSeries(
  lists: readonly HandleSource[],
  options: Pick<GroupOptions, "mergeNames"> = {},
): HandleSeries[] {
  const byName = lists.every(areNamed);
  const series = new ByObject<{ type: string; name?: string; counts: number[] }>();
  for (const [step, list] of lists.entries()) {
    for (const { count, ...group } of groupsOf(list, { ...options, byName })) {
      const entry = series.get(
        group.type,
        group.name ?? "",
        () => ({ ...group, counts: lists.map(() => 0) }),
      );
      entry.counts[step] = count;
    }
  }
  return series.values.filter(({ counts }) => counts.some((count) => count !== counts[0]))
    .sort((a, b) => grownBy(b) - grownBy(a));
}

/** The series as a table for people. */
export function renderHandleSeries(
  lists: readonly HandleSource[],
  { top = USUAL_TOP, ...options }: Pick<GroupOptions, "mergeNames"> & {
    readonly top?: number | undefined;
  } = {},
): string {
  const series = handleSeries(lists, options);
  const rows = series.map((entry) => [
    signed(grownBy(entry)),
    stepsText(entry.counts, thousands, " "),
    objectText({ type: entry.type, objectName: entry.name ?? "" }) +
    (isGrowing(entry.counts) ? "  (rises at every step)" : ""),
  ]);
  const [grown = 0, counts = 0] = [0, 1].map((column) =>
    rows.reduce((width, row) => Math.max(width, row[column]!.length), 0)
  );
  const title = `Open handles over ${lists.length} readings: ` +
    (rows.length === 0 ? "no change of type or name" : "what changed, the most grown first");
  return linesText([
    title,
    ...limited(
      rows,
      top,
      ([change = "", steps = "", object = ""]) =>
        `  ${change.padStart(grown)}  ${steps.padEnd(counts)}  ${object}`,
    ),
  ]);
}

function grownBy({ counts }: HandleSeries): number {
  return counts.at(-1)! - counts[0]!;
}
