/**
 * Handle tables while they are being read.
 *
 * @module
 */
import {
  type HandleListLimits,
  type HandleTable,
  type HandleTableProcess,
  type HandleTableSource,
  type ListedHandle,
  OTHER_NAMES,
} from "./handle_list.ts";
import { ownCopy } from "./own_copy.ts";

/** The names and rows of all tables in one text, within the limits. */
export class HandleTableBudget {
  readonly #limits: HandleListLimits;
  readonly #copies = new Map<string, string>();
  #chars = 0;
  #rows = 0;

  /** Begins with nothing used. */
  constructor(limits: HandleListLimits) {
    this.#limits = limits;
  }

  /** A copy of the text, one for all equal texts; undefined if there are too many. */
  name(text: string): string | undefined {
    const known = this.#copies.get(text);
    if (known !== undefined) return known;
    if (this.#copies.size >= this.#limits.names) return undefined;
    if (this.#chars + text.length > this.#limits.nameChars) return undefined;
    this.#chars += text.length;
    const copy = ownCopy(text);
    this.#copies.set(copy, copy);
    return copy;
  }

  /** Counts one more row and returns whether it can be kept. */
  takeRow(): boolean {
    return this.#rows++ < this.#limits.rows;
  }
}

/** Begins a table at a line of the text. */
export type BeginTable = (source: HandleTableSource, line: number) => HandleTableDraft;

/** Collects a table. */
export class HandleTableDraft {
  /** The program and option that printed it. */
  readonly source: HandleTableSource;
  /** The prompt before it. */
  prompt: string | undefined;
  /** Its process, as far as known. */
  process: HandleTableProcess | undefined;
  /** The number of handles that the text states. */
  statedTotal: number | undefined;
  /** Lines between its rows that are none: rests of names that were broken, or an author's remarks. */
  strayLines = 0;

  readonly #line: number;
  readonly #budget: HandleTableBudget;
  readonly #rows: ListedHandle[] = [];
  readonly #names = new Map<string, Map<string, number>>();
  readonly #statedTypes = new Map<string, number>();
  #count = 0;

  /** Begins a table at a line of the text. */
  constructor(source: HandleTableSource, line: number, budget: HandleTableBudget) {
    this.source = source;
    this.#line = line;
    this.#budget = budget;
  }

  /** Number of rows so far. */
  get rowCount(): number {
    return this.#count;
  }

  /** Adds a handle. */
  addRow(row: ListedHandle): void {
    const type = row.type === undefined ? undefined : this.#budget.name(row.type) ?? OTHER_NAMES;
    const name = row.name === undefined ? undefined : this.#budget.name(row.name);
    this.#count++;
    const counted = row.name === undefined ? "" : name ?? OTHER_NAMES;
    const names = this.#names.get(type ?? "") ?? new Map<string, number>();
    names.set(counted, (names.get(counted) ?? 0) + 1);
    this.#names.set(type ?? "", names);
    if ((row.name !== undefined && name === undefined) || !this.#budget.takeRow()) return;
    const { type: _, name: __, ...numbers } = row;
    this.#rows.push({
      ...numbers,
      ...(type === undefined ? {} : { type }),
      ...(name === undefined ? {} : { name }),
    });
  }

  /** Adds a line of a summary; the counts of a type that occurs twice are added up. */
  addType(type: string, count: number): void {
    const key = this.#budget.name(type) ?? OTHER_NAMES;
    this.#statedTypes.set(key, (this.#statedTypes.get(key) ?? 0) + count);
  }

  /** The table. */
  build(): HandleTable {
    const types = this.#statedTypes.size > 0 ? this.#statedTypes : this.#typesOfRows();
    const sum = [...types.values()].reduce((total, count) => total + count, 0);
    const total = this.statedTotal ?? (this.#count > 0 ? this.#count : sum);
    const missing = [this.#missing(total, sum), this.#stray()].filter((part) => part !== undefined)
      .join("; ");
    return {
      source: this.source,
      line: this.#line,
      ...(this.prompt === undefined ? {} : { prompt: this.prompt }),
      ...(this.process === undefined ? {} : { process: this.process }),
      total,
      types,
      names: this.#names,
      rows: this.#rows,
      ...(missing === "" ? {} : { incomplete: missing }),
    };
  }

  /** What the table lacks compared with the number that it states, or with its own rows. */
  #missing(total: number, sumOfTypes: number): string | undefined {
    const words = (count: number): string => count.toLocaleString("en-US");
    const notKept = this.#count - this.#rows.length;
    if (notKept > 0) return `${words(notKept)} rows are counted but not listed`;
    // In kernel mode the number is that of the whole table, even if only one handle was requested.
    if (this.source === "!handle (kernel)") return undefined;
    if (this.#statedTypes.size > 0 && sumOfTypes < total) {
      return `the types of ${words(sumOfTypes)} of the ${words(total)} stated handles are listed`;
    }
    return this.#count > 0 && this.#count < total
      ? `${words(this.#count)} of the ${words(total)} stated handles are listed`
      : undefined;
  }

  /** What may be missing of names. */
  #stray(): string | undefined {
    if (this.strayLines === 0) return undefined;
    const lines = this.strayLines === 1
      ? "1 line"
      : `${this.strayLines.toLocaleString("en-US")} lines`;
    return `${lines} between the rows, of broken names perhaps, could not be read`;
  }

  #typesOfRows(): Map<string, number> {
    const types = new Map<string, number>();
    for (const [type, names] of this.#names) {
      if (type !== "") types.set(type, [...names.values()].reduce((sum, count) => sum + count, 0));
    }
    return types;
  }
}
