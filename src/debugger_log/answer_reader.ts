/**
 * Reads the outputs of `!htrace`, segment by segment.
 *
 * Nothing is guessed: the kind of an output follows from its command, its headings and its counts; whatever is missing
 * from it is noted.
 *
 * @module
 */
import type { AnswerError, AnswerKind } from "../answer.ts";
import { ownCopy } from "../handle_list/own_copy.ts";
import { AnswerDraft } from "./_answer_draft.ts";
import { EntryReader, type LogTables, readHead } from "./_entry_reader.ts";
import { bareHtraceCommand, htraceCommand, kindOfCommand, type PromptLine } from "./commands.ts";
import type { LogAnswer } from "./debugger_log.ts";
import { readFrame } from "./frame_text.ts";
import { LimitReached } from "../handle_list/limit_reached.ts";
import { LOG_LIMITS } from "./limits.ts";
import type { LineKind } from "./line_kinds.ts";
import type { Segment } from "./segments.ts";

/** The errors by the lines that say why a command failed. */
const ERRORS: Readonly<Partial<Record<LineKind, AnswerError>>> = {
  "not enabled": "not-enabled",
  "not available": "not-available",
  "enable failed": "enable-failed",
  "snapshot failed": "snapshot-failed",
};

/** Kinds whose answers have entries. */
const WITH_ENTRIES: readonly AnswerKind[] = ["listing", "diff", "entries"];

/** Returns the process of an answer; `mostFrequent` is the most frequent process id of its entries. */
export type ProcessOfAnswer = (
  answer: { readonly prompt: string | undefined; readonly process: bigint | undefined },
  mostFrequent: number | undefined,
) => number | undefined;

/** Reads the answers in one text. */
export class AnswerReader {
  readonly #tables: LogTables;
  readonly #entry: EntryReader;
  readonly #drafts: AnswerDraft[] = [];
  #current: AnswerDraft | undefined;
  /** A line that looks like a command without a prompt, until the following lines show whether it is one. */
  #bareCommand: { readonly command: string; readonly line: number } | undefined;
  /** The first line of a kernel-mode heading, until the second line confirms it. */
  #heading: { readonly process: bigint; readonly line: number } | undefined;

  /** Creates a reader that adds to the tables of a log. */
  constructor(tables: LogTables) {
    this.#tables = tables;
    this.#entry = new EntryReader(tables);
  }

  /** Whether an entry is open, so that a frame belongs to it. */
  get isInEntry(): boolean {
    return this.#entry.isOpen;
  }

  /** Whether any output was read, not only commands. Valid after the end of the text. */
  get hasOutput(): boolean {
    return this.#drafts.some((draft) => draft.hasOutput);
  }

  /** Takes a prompt and the command after it; the output before it has ended. */
  takePrompt({ prompt, command }: PromptLine, line: number): void {
    this.#closeCurrent();
    this.#bareCommand = undefined;
    const htrace = htraceCommand(command);
    if (htrace === undefined) return;
    const draft = this.#begin(kindOfCommand(htrace), line);
    draft.command = ownCopy(htrace);
    draft.prompt = ownCopy(prompt);
    if (prompt.includes("kd")) draft.mode = "kernel";
  }

  /** Takes any other segment. */
  take({ kind, text, line }: Segment): void {
    switch (kind) {
      case "frame":
        return this.#takeFrame(text, line);
      case "handle":
        return this.#takeHandle(text, line);
      case "thread":
        if (this.#entry.isOpen) this.#entry.takeThread(text);
        else this.#openEntries(line).note("startsInside");
        return;
      case "separator":
        return this.#endEntry();
      case "parsed":
      case "dumped":
      case "displayed":
      case "new traces":
        return this.#takeCount(kind, text, line);
      case "ignoring":
      case "outstanding":
        this.#openDiff(line);
        return;
      case "none outstanding":
        return this.#openDiff(line).close();
      case "too large":
        return this.#openDiff(line).fail("too-large");
      case "enabled":
        this.#openState("enable", line);
        return;
      case "disabled":
        return this.#openState("disable", line).close();
      case "snapshot":
        return this.#takeSnapshot(line);
      case "not enabled":
      case "not available":
      case "enable failed":
      case "snapshot failed":
        return this.#takeError(ERRORS[kind]!, line);
      case "process":
        this.#heading = { process: numberIn(text), line };
        return;
      case "object table":
        return this.#takeHeading(numberIn(text));
      case "elision":
        this.#current?.noteElision();
        return;
      case "text":
        return this.#takeText(text.trim(), line);
      case "blank":
      case "fence":
      case "noise":
      case "prompt":
        return;
    }
  }

  /** Takes a complete frame that is already in the table. Only while `isInEntry`. */
  takeKnownFrame(frame: number): void {
    this.#entry.takeKnownFrame(frame);
  }

  /** Takes the last characters of a text if they form an incomplete line. */
  takeCutText(text: string): void {
    const current = this.#openCurrent();
    if (current === undefined || text === "" || !WITH_ENTRIES.includes(current.kind)) return;
    const address = /^0(?:x([0-9A-Fa-f`]*))?$/.exec(text);
    if (address && this.#entry.isOpen) {
      this.#entry.takeCutAddress((address[1] ?? "").replaceAll("`", ""));
    } else if ("Handle = 0x".startsWith(text) || /^Handle\s+(?:=\s*)?0x[0-9A-Fa-f`]*/.test(text)) {
      this.#endEntry();
      current.note("endsInside");
    }
  }

  /** Ends the text and returns its answers; `processOf` returns their processes. */
  end(processOf: ProcessOfAnswer): LogAnswer[] {
    this.#closeCurrent(true);
    const { entries } = this.#tables;
    return this.#drafts.map((draft, index) => draft.build(index + 1, entries, processOf));
  }

  #takeHandle(text: string, line: number): void {
    this.#endEntry();
    const head = readHead(text);
    if (head === undefined) {
      this.#current?.note("linesCut");
      return;
    }
    const draft = this.#openEntries(line);
    this.#entry.begin(head);
    if (draft.entryCount === 0) draft.mode = head.mode;
    if (head.mode === "user") draft.notePointer(head.digits);
  }

  #takeFrame(text: string, line: number): void {
    if (this.#entry.isOpen) {
      this.#current?.notePointer(this.#entry.takeFrame(text));
      return;
    }
    const read = readFrame(text);
    if (read && read.displacement !== "missing") this.#openEntries(line).noteHeadlessFrame();
  }

  #takeText(text: string, line: number): void {
    const command = bareHtraceCommand(text);
    if (this.#current?.kind === "help" && /^!\w*\.?htrace\b/i.test(text)) {
      this.#current.hasOutput = true;
    } else if (command !== undefined && !this.#entry.isOpen) {
      this.#bareCommand = { command, line };
    } else if (text !== "") {
      this.#bareCommand = undefined;
    }
  }

  #takeCount(
    kind: "parsed" | "dumped" | "displayed" | "new traces",
    text: string,
    line: number,
  ): void {
    const count = Number(numberIn(text));
    if (!Number.isSafeInteger(count)) return;
    this.#endEntry();
    if (kind === "new traces") {
      this.#openDiff(line, true).stated.newTraces = count;
    } else if (kind === "displayed") {
      const draft = this.#openDiff(line);
      draft.stated.displayed = count;
      draft.close();
    } else {
      const draft = this.#openListing(line, kind);
      draft.stated[kind] = count;
      if (kind === "dumped") draft.close();
    }
  }

  #takeSnapshot(line: number): void {
    const current = this.#openCurrent();
    const takes = current?.kind === "enable" || current?.kind === "snapshot" ||
      current?.kind === "diff";
    const draft = current && takes && !current.hasSnapshot && current.entryCount === 0
      ? current
      : this.#begin("snapshot", line);
    draft.hasSnapshot = true;
    draft.hasOutput = true;
  }

  #takeError(error: AnswerError, line: number): void {
    const current = this.#openCurrent();
    const takes = current && current.entryCount === 0 &&
      (current.command !== undefined || current.kind === "enable");
    (takes ? current : this.#begin("error", line)).fail(error);
  }

  #takeHeading(objectTable: bigint): void {
    const heading = this.#heading;
    if (heading === undefined) return;
    const current = this.#openCurrent();
    const takes = current?.kind === "listing" && !current.hasOutput;
    const draft = current && takes ? current : this.#begin("listing", heading.line);
    draft.mode = "kernel";
    draft.process = heading.process;
    draft.objectTable = objectTable;
    draft.hasOutput = true;
  }

  /** The answer that is open, that is, still without its last line. */
  #openCurrent(): AnswerDraft | undefined {
    return this.#current?.isClosed ? undefined : this.#current;
  }

  /** The answer that entries belong to: the open one, otherwise a new one about which nothing else is known. */
  #openEntries(line: number): AnswerDraft {
    const current = this.#openCurrent();
    const takes = current && WITH_ENTRIES.includes(current.kind) &&
      current.stated.parsed === undefined;
    const draft = takes ? current : this.#begin("entries", line);
    draft.hasOutput = true;
    return draft;
  }

  #openListing(line: number, count: "parsed" | "dumped"): AnswerDraft {
    const current = this.#openCurrent();
    const takes = current && WITH_ENTRIES.includes(current.kind) &&
      current.stated[count] === undefined;
    const draft = takes ? current : this.#begin("listing", line);
    if (draft.kind === "entries") draft.kind = "listing";
    draft.hasOutput = true;
    return draft;
  }

  /** The open diff, otherwise a new one; a snapshot without its own command was the beginning of a diff. */
  #openDiff(line: number, isHeading = false): AnswerDraft {
    const current = this.#openCurrent();
    const isDiff = current?.kind === "diff" && !(isHeading && current.hasDiffHeading);
    const becomesDiff = current?.kind === "entries" && !isHeading ||
      current?.kind === "snapshot" && current.command === undefined;
    const draft = current && (isDiff || becomesDiff) ? current : this.#begin("diff", line);
    draft.kind = "diff";
    draft.hasOutput = true;
    draft.hasDiffHeading ||= isHeading;
    return draft;
  }

  /** `Handle tracing enabled.` and `disabled.` belong to the command before them, if there is one. */
  #openState(kind: "enable" | "disable", line: number): AnswerDraft {
    const current = this.#openCurrent();
    const takes = current?.kind === kind && !current.hasOutput;
    const draft = current && takes ? current : this.#begin(kind, line);
    draft.hasOutput = true;
    return draft;
  }

  #begin(kind: AnswerKind, line: number): AnswerDraft {
    const bare = this.#bareCommand;
    this.#closeCurrent();
    if (this.#drafts.length >= LOG_LIMITS.parts) {
      throw new LimitReached("outputs of !htrace", LOG_LIMITS.parts);
    }
    const draft = new AnswerDraft(
      bare === undefined ? kind : kindOfCommand(bare.command),
      bare?.line ?? line,
      this.#tables.entries.count,
    );
    draft.command = bare && ownCopy(bare.command);
    this.#bareCommand = undefined;
    this.#current = draft;
    return draft;
  }

  #closeCurrent(isAtEnd = false): void {
    this.#endEntry(isAtEnd && this.#current?.isClosed === false);
    this.#heading = undefined;
    if (this.#current && !this.#current.isNothing) this.#drafts.push(this.#current);
    this.#current = undefined;
  }

  #endEntry(isAtEnd = false): void {
    const ended = this.#entry.end(isAtEnd);
    if (ended === undefined) return;
    this.#current?.noteEntry(ended.isFull);
    if (ended.hasCutLines) this.#current?.note("linesCut");
    if (ended.endsInside) this.#current?.note("endsInside");
  }
}

/** The first number with `0x` in a text. */
function numberIn(text: string): bigint {
  return BigInt(/0x[0-9A-Fa-f]+/.exec(text.replaceAll("`", ""))?.[0] ?? 0);
}
