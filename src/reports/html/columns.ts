/**
 * The columns of the table: what each shows, and how it sorts.
 *
 * @module
 */
import type { GroupJudgement } from "../../analysis.ts";
import type { Model, Row } from "./model.ts";

/** Names of the columns. */
export type ColumnName =
  | "name"
  | "judgement"
  | "type"
  | "open"
  | "grown"
  | "opened"
  | "closed"
  | "bad";

/** A column. */
export interface Column {
  /** Its name, which is also its class. */
  readonly name: ColumnName;
  /** Its head. */
  readonly title: string;
  /** The meaning of the head, for a tooltip. */
  readonly hint: string;
  /** Its sort key: numbers are sorted largest first, texts from A to Z. */
  readonly sortedBy: (row: Row) => number | string;
}

/** Judgements, the clearest leak first. */
const ORDER: readonly GroupJudgement[] = [
  "never closed",
  "growing",
  "outstanding",
  "usually closed",
];

/** The table's columns, from left to right. */
const COLUMNS: readonly Column[] = [
  {
    name: "name",
    title: "Opened by",
    hint: "The first frame of the program's own code in the opening stack",
    sortedBy: ({ name }) => name,
  },
  {
    name: "judgement",
    title: "Judgement",
    hint: "How the handles of this stack usually end",
    sortedBy: ({ judgement, known }) => (known ? 0 : 10) - ORDER.indexOf(judgement),
  },
  {
    name: "type",
    title: "Type",
    hint: "Types of the open handles",
    sortedBy: ({ type }) => type,
  },
  {
    name: "open",
    title: "Open",
    hint: "Handles still open; in a comparison those opened since the snapshot",
    sortedBy: ({ outstanding }) => outstanding,
  },
  {
    name: "grown",
    title: "Grown",
    hint: "Open handles now, minus those at the last snapshot",
    sortedBy: ({ delta = 0 }) => delta,
  },
  {
    name: "opened",
    title: "Opened",
    hint: "How often this stack opened a handle",
    sortedBy: ({ opened }) => opened,
  },
  {
    name: "closed",
    title: "Closed",
    hint: "How many of those handles were closed",
    sortedBy: ({ closed }) => closed,
  },
  {
    name: "bad",
    title: "Bad",
    hint: "Bad references to handles that this stack had opened",
    sortedBy: ({ bad }) => bad,
  },
];

/** Columns that are empty if the source does not report closes. */
const OF_CLOSES: readonly ColumnName[] = ["opened", "closed", "bad"];

/** The columns that have something to show. */
export function columnsOf({ hasGrowth, data: { tellsCloses } }: Model): readonly Column[] {
  return COLUMNS.filter(({ name }) =>
    name === "grown" ? hasGrowth : tellsCloses || !OF_CLOSES.includes(name)
  );
}

/** How the table is sorted. */
export interface Sorting {
  /** The column. */
  readonly column: ColumnName;
  /** Whether it is against the column's own direction. */
  readonly isReversed: boolean;
}

/** Rows sorted by a column; equal rows keep their order. */
export function sortRows(rows: readonly Row[], { column, isReversed }: Sorting): readonly Row[] {
  const { sortedBy } = COLUMNS.find(({ name }) => name === column)!;
  const keys = new Map(rows.map((row) => [row, sortedBy(row)]));
  const sorted = rows.toSorted((a, b) => compare(keys.get(a)!, keys.get(b)!));
  return isReversed ? sorted.reverse() : sorted;
}

function compare(a: number | string, b: number | string): number {
  if (typeof a === "number" && typeof b === "number") return b - a;
  return a < b ? -1 : a > b ? 1 : 0;
}
