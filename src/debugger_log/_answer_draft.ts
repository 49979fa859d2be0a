/**
 * An answer while it is being read.
 *
 * @module
 */
import type { AnswerError, AnswerKind, StatedCounts } from "../answer.ts";
import type { LogAnswer } from "./debugger_log.ts";
import type { EntryColumns } from "./entry_columns.ts";

/** Why an answer can be incomplete, in the order in which the reasons are reported. */
const REASONS = {
  startsInside: "starts inside an entry",
  endsInside: "ends inside an entry",
  linesCut: "lines cut off",
  leftOut: "entries left out",
  fewer: "fewer entries than stated",
  noCounts: "no closing counts",
} as const;

/** Collects what is known about an answer. */
export class AnswerDraft {
  /** Its kind, as far as known. */
  kind: AnswerKind;
  command: string | undefined;
  prompt: string | undefined;
  mode: "user" | "kernel" = "user";
  process: bigint | undefined;
  objectTable: bigint | undefined;
  readonly stated: { -readonly [K in keyof StatedCounts]: StatedCounts[K] } = {};
  /** Whether any of the debugger's output was read. */
  hasOutput = false;
  /** Whether `... snapshot successfully taken.` was read. */
  hasSnapshot = false;
  /** Whether `0x... new stack traces ...` was read. */
  hasDiffHeading = false;

  readonly #line: number;
  readonly #firstEntry: number;
  #endEntry: number;
  #error: AnswerError | undefined;
  #pointerDigits = 0;
  #headlessFrames = 0;
  /** Number of entries with more than their first line. */
  #fullEntries = 0;
  #isClosed = false;
  readonly #reasons = new Set<keyof typeof REASONS>();

  /** Begins an answer at a line of the text and at the log's next entry. */
  constructor(kind: AnswerKind, line: number, firstEntry: number) {
    this.kind = kind;
    this.#line = line;
    this.#firstEntry = firstEntry;
    this.#endEntry = firstEntry;
  }

  /** Whether the text has its command. */
  get hasCommand(): boolean {
    return this.command !== undefined;
  }

  /** Whether its last line was read, so that the following lines belong to another answer. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Number of entries so far. */
  get entryCount(): number {
    return this.#endEntry - this.#firstEntry;
  }

  /**
   * Whether there is nothing that can be called an output: a text that only quotes the first line of an entry talks
   * about `!htrace`.
   */
  get isNothing(): boolean {
    if (this.kind !== "entries" || this.hasCommand) return false;
    return this.#fullEntries === 0 && this.#headlessFrames === 0;
  }

  /** Notes that its last line was read. */
  close(): void {
    this.#isClosed = true;
  }

  /** Notes a failure that the debugger reported. A diff between snapshots that are too far apart stays a diff. */
  fail(error: AnswerError): void {
    this.#error = error;
    this.hasOutput = true;
    if (error !== "too-large" && !(this.kind === "enable" && this.hasSnapshot)) this.kind = "error";
    this.close();
  }

  /** Notes that another entry was read. */
  noteEntry(isFull: boolean): void {
    this.#endEntry++;
    if (isFull) this.#fullEntries++;
  }

  /** Notes that a complete frame was read that belongs to no entry. */
  noteHeadlessFrame(): void {
    this.#headlessFrames++;
    this.note(this.entryCount === 0 ? "startsInside" : "leftOut");
  }

  /** Notes the number of digits of an address or of a handle. */
  notePointer(digits: number): void {
    this.#pointerDigits ||= digits;
  }

  /** Notes that something is missing. */
  note(reason: keyof typeof REASONS): void {
    this.#reasons.add(reason);
  }

  /** Notes an author's dots or stars. After the last line of output they mean nothing. */
  noteElision(): void {
    if (!this.#isClosed) this.note("leftOut");
  }

  /** The answer, with the entries that were collected for it. */
  build(
    number: number,
    entries: EntryColumns,
    processOf: (
      answer: Pick<AnswerDraft, "prompt" | "process">,
      mostFrequent: number | undefined,
    ) => number | undefined,
  ): LogAnswer {
    const { command, prompt, process, objectTable } = this;
    const range = entries.range(this.#firstEntry, this.#endEntry);
    const mostFrequent = entries.mostFrequentProcess(this.#firstEntry, this.#endEntry);
    const processId = processOf(this, mostFrequent);
    const incomplete = this.#incomplete();
    return {
      number,
      line: this.#line,
      ...(command === undefined ? {} : { command }),
      ...(prompt === undefined ? {} : { prompt }),
      kind: this.kind,
      mode: this.mode,
      ...(this.entryCount === 0 ? {} : { pointerSize: this.#pointerDigits > 8 ? 8 : 4 }),
      stated: this.stated,
      ...(this.#error === undefined ? {} : { error: this.#error }),
      headlessFrames: this.#headlessFrames,
      entryCount: this.entryCount,
      ...(incomplete === "" ? {} : { incomplete }),
      ...(process === undefined ? {} : { process }),
      ...(objectTable === undefined ? {} : { objectTable }),
      ...(processId === undefined ? {} : { processId }),
      entries: range,
    };
  }

  #incomplete(): string {
    const hasEntries = this.kind === "listing" || this.kind === "diff" || this.kind === "entries";
    if (!hasEntries) return "";
    const reasons = new Set(this.#reasons);
    const stated = this.stated.dumped ?? this.stated.displayed ?? 0;
    if (stated > this.entryCount) reasons.add("fewer");
    if (!this.#isClosed) reasons.add("noCounts");
    const order = Object.keys(REASONS) as (keyof typeof REASONS)[];
    return order.filter((reason) => reasons.has(reason)).map((reason) => REASONS[reason]).join(
      "; ",
    );
  }
}
