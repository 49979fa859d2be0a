/**
 * The summary: what a person wants to know first. A verdict, totals, the worst stacks as a table, misuses as stories,
 * uncertainties, and the next command.
 *
 * @module
 */
import {
  type Analysis,
  type RenderOptions,
  type Report,
  type TraceGroup,
  UNCERTAINTY_KINDS,
} from "../analysis.ts";
import { linesText } from "../escape_text.ts";
import { foldedLine, foldGroups } from "../analysis/fold_groups.ts";
import { counted, fileName, frameTitle, signed, thousands } from "../plain_text.ts";
import { growthSteps, isOpenOrGrowing, stepsText } from "../analysis/growth_steps.ts";
import { suspiciousClosers } from "../analysis/suspicious_closers.ts";
import { tellsCloses } from "../trace_log.ts";
import { symbolsCommand, uncertaintiesBesideVerdict } from "../analysis/uncertainties.ts";
import { verdictOf } from "../analysis/verdict.ts";
import { closerText, misuseStory } from "./_findings.ts";
import { nextSteps } from "./_next_steps.ts";
import { objectList } from "./_object_text.ts";

/** Number of stacks in the table. */
const WORST = 10;
/** Number of stories that are told; the rest are counted. */
const STORIES = 5;
/** Width if the terminal's is unknown. */
const USUAL_WIDTH = 100;
/** Minimum width of a name, even on a narrow terminal. */
const MIN_NAME = 24;
/** Minimum width of the types. */
const MIN_TYPES = 8;
/** Long types get one part in this many of the space for names and types. */
const TYPES_SHARE = 3;
/** Space between two columns of the table. */
const GAP = 2;

/** The report. */
export const SUMMARY: Report = {
  name: "summary",
  brief: "who leaks, in one sentence and a table of the ten worst stacks",
  says: UNCERTAINTY_KINDS,
  render: renderSummary,
};

/** Renders the summary, as wide as asked. */
export function renderSummary(
  analysis: Analysis,
  options: RenderOptions = {},
): string {
  const { width = USUAL_WIDTH } = options;
  const parts = [
    wrapped(verdictOf(analysis).sentence, width),
    [totals(analysis)],
    table(analysis, width),
    stories(analysis, width),
    closers(analysis, width),
    uncertaintiesBesideVerdict(analysis, symbolsCommand(options)).flatMap((text) =>
      wrapped(`Note: ${text}.`, width)
    ),
    nextSteps(analysis, options),
  ];
  return parts.filter((lines) => lines.length > 0).map(linesText).join("\n");
}

/** The counts; a source without traces has only bad references that a verifier saw. */
function totals({ groups, misuses, log, target, diff }: Analysis): string {
  const bad = counted(misuses.length, "bad reference");
  if (log.count === 0) return `${target.name}: no traces${misuses.length === 0 ? "" : `, ${bad}`}`;
  const sum = (of: (group: TraceGroup) => number): number =>
    groups.reduce((total, group) => total + of(group), 0);
  const read = counted(diff?.newTraces ?? log.count, diff === undefined ? "trace" : "new trace");
  const open = `${thousands(sum(({ outstanding }) => outstanding))} open`;
  const counts = tellsCloses(log)
    ? [
      `${thousands(sum(({ opened }) => opened))} opened`,
      `${thousands(sum(({ closed }) => closed))} closed`,
      open,
      bad,
    ]
    : [open];
  return `${target.name}: ${[read, counted(groups.length, "stack"), ...counts].join(", ")}`;
}

interface Column {
  readonly title: string;
  readonly isNumber?: true;
  readonly cell: (group: TraceGroup, analysis: Analysis) => string;
}

const COLUMNS: readonly Column[] = [
  { title: "Suspect", cell: suspectCell },
  {
    title: "Stacks",
    isNumber: true,
    cell: ({ merged }) => merged === undefined ? "" : thousands(merged),
  },
  { title: "Judgement", cell: ({ judgement, isKnown }) => isKnown ? "known" : judgement },
  { title: "Open", isNumber: true, cell: ({ outstanding }) => thousands(outstanding) },
  {
    title: "Grown",
    isNumber: true,
    cell: (group, analysis) => {
      const { delta } = group;
      if (delta === undefined) return "";
      const steps = growthSteps(group, analysis);
      return signed(analysis.hasMarks ? steps.at(-1)! - steps[0]! : delta);
    },
  },
  { title: "Series", cell: (group, analysis) => seriesCell(growthSteps(group, analysis)) },
  {
    title: "Opened",
    isNumber: true,
    cell: ({ opened }, { log }) => tellsCloses(log) ? thousands(opened) : "",
  },
  {
    title: "Closed",
    isNumber: true,
    cell: ({ closed }, { log }) => tellsCloses(log) ? thousands(closed) : "",
  },
  { title: "Bad", isNumber: true, cell: ({ badReferences }) => thousands(badReferences || 0) },
  { title: "Types", cell: (group, analysis) => objectList(analysis, group) },
];

/** The worst stacks, then how many are left out: stacks without open handles, the system's own, and the rest. */
function table(analysis: Analysis, width: number): string[] {
  const folded = foldGroups(analysis, isOpenOrGrowing);
  const shown = folded.shown.slice(0, WORST);
  const lines = shown.length === 0 ? [] : tableLines(analysis, shown, width);
  const notListed = foldedLine(folded, folded.shown.length - shown.length);
  return notListed === undefined ? lines : [...lines, ...wrapped(notListed, width)];
}

/** The first column and the last one, the types, share the remaining space; all others are short. */
function tableLines(analysis: Analysis, groups: readonly TraceGroup[], width: number): string[] {
  const columns = COLUMNS.filter(({ cell, title }) =>
    title !== "Bad" || groups.some((group) => cell(group, analysis) !== "0")
  ).filter(({ cell }) => groups.some((group) => cell(group, analysis) !== ""));
  const rows = [
    columns.map(({ title }) => title),
    ...groups.map((group) => columns.map(({ cell }) => cell(group, analysis))),
  ];
  const widths = columns.map((_, index) => Math.max(...rows.map((row) => row[index]!.length)));
  const last = columns.length - 1;
  const between = widths.slice(1, last).reduce((sum, size) => sum + size + GAP, GAP);
  if (!columns[last]!.isNumber) {
    const share = Math.max(MIN_TYPES, Math.floor((width - between) / TYPES_SHARE));
    const left = Math.max(share, width - between - widths[0]!);
    widths[last] = Math.min(widths[last]!, left);
  }
  widths[0] = Math.min(widths[0]!, Math.max(MIN_NAME, width - between - widths[last]!));
  return rows.map((row) =>
    row.map((text, index) => {
      const size = widths[index]!;
      return columns[index]!.isNumber ? text.padStart(size) : shortened(text, size).padEnd(size);
    }).join(" ".repeat(GAP)).trimEnd()
  );
}

/** What a stack had open from step to step, oldest first; other columns show a single step. */
function seriesCell(steps: readonly number[]): string {
  return steps.length <= 2 ? "" : stepsText(steps, thousands, " ");
}

function suspectCell({ stack }: TraceGroup, { stacks }: Analysis): string {
  const named = stacks.get(stack);
  const suspect = named?.suspect;
  if (suspect !== undefined) {
    const { file, line } = suspect.frame;
    const place = file === undefined ? "" : ` ${fileName(file)}:${line ?? 0}`;
    return `${frameTitle(suspect.frame)}${place}${
      suspect.owner === "framework" ? " [framework]" : ""
    }`;
  }
  const [innermost] = named?.frames ?? [];
  if (innermost === undefined) return "(no stack)";
  return `${frameTitle(innermost)} [no own frame]`;
}

/** A place in the sources at the end of a name. */
const PLACE = / \S+:\d+( \[framework\])?$/;
/** Minimum number of characters kept at the start of a shortened text. */
const MIN_BEGINNING = 8;

/** The end of a name says more than its middle, and a source location says most. */
function shortened(text: string, width: number): string {
  if (text.length <= width) return text;
  const place = PLACE.exec(text)?.[0].length ?? 0;
  const end = Math.min(Math.max(Math.floor((width - 1) / 2), place), width - 1 - MIN_BEGINNING);
  if (end <= 0) return `${text.slice(0, width - 1)}…`;
  return `${text.slice(0, width - 1 - end)}…${text.slice(text.length - end)}`;
}

function stories(analysis: Analysis, width: number): string[] {
  const { misuses } = analysis;
  const lines = misuses.slice(0, STORIES)
    .flatMap((misuse) => wrapped(misuseStory(analysis, misuse), width));
  const more = misuses.length - STORIES;
  if (more > 0) lines.push(`and ${counted(more, "more bad reference")}`);
  return lines;
}

function closers(analysis: Analysis, width: number): string[] {
  return suspiciousClosers(analysis).slice(0, STORIES)
    .flatMap((closer) => wrapped(closerText(analysis, closer), width));
}

/** Breaks a text at blanks; lines after the first are indented. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = `  ${word}`;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  lines.push(line);
  return lines;
}
