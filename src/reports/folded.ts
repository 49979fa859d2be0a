/**
 * Folded stacks, as flame graph tools read them: `root;child;leaf COUNT`, one line per stack.
 *
 * @module
 */
import type { Analysis, NamedPart, Report } from "../analysis.ts";
import { flatFrames } from "./_flat_frames.ts";
import type { StackId } from "../trace_log.ts";

/** The report: outstanding handles; with a snapshot, also a file with two counts, before and now. */
export const FOLDED: Report = {
  name: "folded",
  brief: "folded stacks with outstanding handles, for flame graphs",
  extension: ".folded",
  render: renderFolded,
};

/** Handles of a stack: those outstanding, and with a snapshot, those open then and now. */
interface Counts {
  outstanding: number;
  before: number;
  now: number;
}

/** Renders the groups with outstanding handles. With growth there is a second part for difference flame graphs. */
export function renderFolded(analysis: Analysis): string | readonly NamedPart[] {
  const stacks = new Map<string, Counts>();
  let hasGrowth = false;
  for (const { stack, outstanding, series, delta = 0 } of analysis.groups) {
    const name = foldedStack(analysis, stack);
    const counts = stacks.get(name) ?? { outstanding: 0, before: 0, now: 0 };
    const before = series?.at(-1);
    hasGrowth ||= before !== undefined;
    counts.outstanding += outstanding;
    counts.before += before ?? 0;
    counts.now += before === undefined ? outstanding : before + delta;
    stacks.set(name, counts);
  }
  const lines = (of: (counts: Counts) => string): string =>
    Array.from(stacks, ([stack, counts]) => {
      const numbers = of(counts);
      return numbers === "" ? "" : `${stack} ${numbers}\n`;
    }).join("");
  const content = lines(({ outstanding }) => outstanding > 0 ? String(outstanding) : "");
  if (!hasGrowth) return content;
  const diff = lines(({ before, now }) => before + now > 0 ? `${before} ${now}` : "");
  return [{ suffix: "", content }, { suffix: "diff", content: diff }];
}

/** Names outermost first. A name contains no separator or line break: readers support no escapes. */
function foldedStack({ stacks }: Analysis, stack: StackId): string {
  const frames = flatFrames(stacks.get(stack)?.frames ?? []);
  if (frames.length === 0) return "(no stack)";
  return frames.map(({ name }) => plainName(name)).reverse().join(";");
}

function plainName(name: string): string {
  // deno-lint-ignore no-control-regex
  return name.replaceAll(";", ":").replaceAll(/[\x00-\x1f\x7f\x85\u2028\u2029]+/g, " ");
}
