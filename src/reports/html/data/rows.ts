/**
 * Groups and bad references as rows of the page.
 *
 * @module
 */
import type { Analysis, Misuse, TraceGroup } from "../../../analysis.ts";
import { operationAt } from "../../../trace_log.ts";
import { misuseTitle } from "../../../plain_text.ts";
import { LAYOUTS } from "../../_debugger_text.ts";
import { misuseStory } from "../../_findings.ts";
import type { GroupRow, HandleRow, MisuseRow, TextId } from "./page_data.ts";
import type { PageTables } from "./tables.ts";

/** How much of long lists is kept. The page counts the rest. */
const KEPT = {
  /** Closers of a group: a person reads the first few. */
  closers: 12,
  /** Handles of a group: three lines of the detail panel. */
  handles: 24,
} as const;

/** A group as a row. */
export function groupRow(analysis: Analysis, group: TraceGroup, tables: PageTables): GroupRow {
  const { stack, closers, delta, series } = group;
  const named = analysis.stacks.get(stack);
  const asked = named?.suspect?.frame ?? named?.frames[0];
  const kept = closers.slice(0, KEPT.closers);
  return {
    key: named?.key.hash ?? "",
    stack: tables.stack(stack),
    frame: asked === undefined ? -1 : tables.frame(asked),
    suspectIs: named?.suspect?.owner ?? "none",
    opened: group.opened,
    closed: group.closed,
    outstanding: group.outstanding,
    bad: group.badReferences,
    ...(delta !== undefined && { delta }),
    ...(series && { series }),
    judgement: group.judgement,
    ...(group.isKnown && { known: true }),
    types: [...group.objectTypes]
      .sort(([, a], [, b]) => b - a)
      .map(([type, count]) => [tables.text(type), count]),
    closers: kept.map(({ stack, count }) => [tables.stack(stack), count]),
    otherCloses: closers.slice(KEPT.closers).reduce((sum, { count }) => sum + count, 0),
    heading: headingOf(analysis, group, tables),
    handles: Array.from(
      group.outstandingTraces.subarray(0, KEPT.handles),
      (trace) => handleRow(analysis, trace, tables),
    ),
  };
}

function headingOf({ log, target }: Analysis, group: TraceGroup, tables: PageTables): TextId {
  const [newest] = group.outstandingTraces;
  if (newest === undefined) return -1;
  const lines = LAYOUTS[target.mode].heading(operationAt(log, newest), target.pointerSize);
  return tables.lines(lines);
}

function handleRow(analysis: Analysis, trace: number, tables: PageTables): HandleRow {
  const { type, name } = analysis.objectOf(trace) ?? {};
  const { handle, wideHandle = handle } = operationAt(analysis.log, trace);
  return [tables.text(`0x${wideHandle.toString(16)}`), tables.text(type), tables.text(name)];
}

/** A bad reference as a row. */
export function misuseRow(
  analysis: Analysis,
  misuse: Misuse,
  rowOfStack: ReadonlyMap<number, number>,
  tables: PageTables,
): MisuseRow {
  const { log } = analysis;
  const stackOf = (trace: number | undefined): number | undefined =>
    trace === undefined ? undefined : log.stack[trace];
  const opened = stackOf(misuse.open);
  const stacks = [
    ["Used by", tables.stack(stackOf(misuse.badReference) ?? misuse.stack)],
    ["Closed by", tables.stack(stackOf(misuse.close))],
    ["Opened by", tables.stack(opened)],
  ] as const;
  const title = misuseTitle(misuse);
  return {
    verdict: misuse.verdict,
    title: tables.text(title),
    story: tables.text(storyWithout(title, misuseStory(analysis, misuse))),
    stacks: stacks.filter(([, stack]) => stack >= 0),
    group: opened === undefined ? -1 : rowOfStack.get(opened) ?? -1,
  };
}

/** Only the story: its title is shown above it. */
function storyWithout(title: string, story: string): string {
  const rest = story.slice(title.length + ": ".length);
  return rest.charAt(0).toUpperCase() + rest.slice(1);
}
