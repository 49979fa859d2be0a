/**
 * Reads the handle lists in a text, line by line.
 *
 * @module
 */
import { DebuggerHandleReader } from "./debugger_handles.ts";
import { HandleExeReader } from "./handle_exe.ts";
import {
  HANDLE_LIST_LIMITS,
  type HandleListLimits,
  type HandleTable,
  type HandleTableProcess,
  type HandleTableSource,
} from "./handle_list.ts";
import { ownCopy } from "./own_copy.ts";
import { linesOfList } from "./run_together.ts";
import { LimitReached } from "./limit_reached.ts";
import { HandleTableBudget, HandleTableDraft } from "./handle_table_draft.ts";

/** Quotation marks before a line. */
const QUOTATION = /^(?:-{30,}\s)?(?:\s*>)+ ?/;

/** Reads the handle lists in one text. */
export class HandleListReader {
  readonly #drafts: HandleTableDraft[] = [];
  readonly #budget: HandleTableBudget;
  #prompt: string | undefined;
  readonly #debugger: DebuggerHandleReader;
  readonly #handleExe: HandleExeReader;

  /** Creates a reader for a text. */
  constructor(limits: HandleListLimits = HANDLE_LIST_LIMITS) {
    this.#budget = new HandleTableBudget(limits);
    const begin = (source: HandleTableSource, line: number): HandleTableDraft => {
      const draft = new HandleTableDraft(source, line, this.#budget);
      draft.prompt = this.#prompt;
      if (this.#drafts.length >= limits.tables) {
        throw new LimitReached("handle tables", limits.tables);
      }
      this.#drafts.push(draft);
      return draft;
    };
    this.#debugger = new DebuggerHandleReader(begin);
    this.#handleExe = new HandleExeReader(begin);
  }

  /** Takes the next line; returns whether it belongs to a list. */
  take(text: string, line: number): boolean {
    const bare = text.includes(">") ? text.replace(QUOTATION, "") : text;
    const lines = linesOfList(bare, bare !== text);
    if (lines.length === 1) return this.#take(bare, line);
    let isList = false;
    for (const part of lines) if (this.#take(part, line)) isList = true;
    return isList;
  }

  #take(text: string, line: number): boolean {
    // The reader of the current list comes first, because most lines of a list are alike.
    return this.#handleExe.isReading
      ? this.#handleExe.take(text, line) || this.#debugger.take(text, line)
      : this.#debugger.take(text, line) || this.#handleExe.take(text, line);
  }

  /** Takes a prompt, which ends the list before it. */
  takePrompt(prompt?: string): void {
    this.#prompt = prompt && ownCopy(prompt);
    this.#debugger.end();
    this.#handleExe.end();
  }

  /** Takes the text after a prompt, which is a whole list if line breaks were lost. */
  takeBehindPrompt(command: string, line: number): void {
    const list =
      /^!handle(?:\s+[-\w]+){0,4}?\s+(?=>*\s*(?:Handle [0-9A-F`]+\s|PROCESS\s|\d+ Handles\s))/i
        .exec(command);
    if (list) this.take(command.slice(list[0].length), line);
  }

  /** The processes that kernel-mode lists describe. */
  get processes(): readonly HandleTableProcess[] {
    return this.#debugger.processes;
  }

  /** Ends the text and returns its tables. */
  end(): HandleTable[] {
    this.takePrompt();
    return this.#drafts.map((draft) => draft.build());
  }
}
