/**
 * A debugger log as a target: the traces of one of its answers, the names that came with them, and the handle tables
 * and verifier stops near it.
 *
 * @module
 */
import type { Answer } from "../answer.ts";
import type { DebuggerLog, LogAnswer, LogStop } from "../debugger_log/debugger_log.ts";
import { FrameKeys } from "../debugger_log/frame_keys.ts";
import { TargetError, UsageError } from "../error.ts";
import type { Frame } from "../frame.ts";
import type { HandleCounts } from "../handle_counts.ts";
import type { HandleTable } from "../handle_list/handle_list.ts";
import type { PointerSize } from "../memory.ts";
import type {
  HandleEntry,
  ProcessEntry,
  ProcessRef,
  Target,
  TargetIdentity,
  TargetMode,
} from "../target.ts";
import type { StackId, StackTable, TraceLog, TraceStop } from "../trace_log.ts";
import { VERIFIER_STOP_CODES } from "../verifier_stop_codes.ts";
import { countsOf, entriesOf, isProcess, processesOf, tablesOf } from "./_handle_tables.ts";

/** Which answer to use, and where to report that there are several. */
export interface AnswerChoice {
  /** Its number, from 1; by default the last one with entries. */
  readonly answer?: number | undefined;
  /** Called once if one of several was chosen. */
  readonly warn?: ((warning: string) => void) | undefined;
}

/** A debugger log, as a {@linkcode Target}. */
export class DebuggerLogTarget implements Target {
  /** The file, as the user named it. */
  readonly name: string;
  /** Debugger text. */
  readonly kind = "debugger log";
  /** The process that the chosen answer is about. */
  readonly identity: TargetIdentity;
  /** The mode of the chosen answer. */
  readonly mode: TargetMode;
  /** The width of its pointers; that of 64-bit Windows if the text has none. */
  readonly pointerSize: PointerSize;
  /** What the chosen answer leaves out. */
  readonly limits: readonly string[];
  /** All answers of the text. */
  readonly answers: readonly LogAnswer[];
  readonly #log: DebuggerLog;
  readonly #chosen: LogAnswer | undefined;
  readonly #keys: FrameKeys;

  /** Chooses an answer of a log. Throws a `UsageError` if there is no answer of that number. */
  constructor(name: string, log: DebuggerLog, { answer, warn }: AnswerChoice = {}) {
    this.name = name;
    this.#log = log;
    this.answers = log.answers;
    this.#keys = new FrameKeys(log.frames);
    this.#chosen = answer === undefined ? lastWithEntries(log.answers) : log.answers[answer - 1];
    if (answer !== undefined && this.#chosen === undefined) throw unknownAnswer(name, answer, log);
    if (answer === undefined) warnOfOthers(this.#chosen, log.answers, warn);
    this.identity = identityOf(this.#chosen, log);
    this.mode = this.#chosen?.mode ?? "user";
    this.pointerSize = this.#chosen?.pointerSize ?? 8;
    this.limits = this.#chosen?.kind === "diff" ? [DIFF_LIMIT] : [];
  }

  /** The entries of the chosen answer, or, for another process, of its last answer with entries. */
  readTraces(into: StackTable, process?: ProcessRef): TraceLog {
    const answer = this.#answerOf(process);
    const log = this.#traceLog(into, answer);
    const stops = this.#log.stops.filter(isAboutHandles).map((stop) => this.#stopOf(into, stop));
    return stops.length === 0 ? log : { ...log, stops };
  }

  /** The earlier full listing of the same process, with which the chosen one can be compared. */
  readSnapshots(into: StackTable): ReadonlyMap<string, TraceLog> {
    const chosen = this.#chosen;
    if (chosen === undefined || !isFullListing(chosen)) return new Map();
    const earlier = this.answers.findLast((answer) =>
      answer.number < chosen.number && isFullListing(answer) &&
      answer.processId === chosen.processId && answer.process === chosen.process
    );
    return earlier === undefined ? new Map() : new Map([["", this.#traceLog(into, earlier)]]);
  }

  /** A text has names, but no images. */
  modules(): readonly [] {
    return [];
  }

  /** The frame of an address that was read. */
  frame(address: bigint): Frame | undefined {
    return this.#keys.frame(address);
  }

  /** The handles in the nearest table after the answer, else before it. */
  handles(process?: ProcessRef): readonly HandleEntry[] {
    return entriesOf(this.#tablesBeside(process));
  }

  /** The counts of that table. */
  handleCounts(process?: ProcessRef): HandleCounts | undefined {
    const tables = this.#tablesBeside(process);
    return tables.length === 0 ? undefined : countsOf(tables);
  }

  /** The processes that the answers and tables are about. */
  processes(): readonly ProcessEntry[] {
    const listed = new Map(processesOf(this.#log.tables).map((entry) => [entry.processId, entry]));
    for (const { processId, process } of this.answers) {
      if (processId === undefined || listed.has(processId)) continue;
      const { imageName = "" } = this.#log.processes.find((known) =>
        known.processId === processId
      ) ?? {};
      listed.set(processId, { processId, imageName, ...(process !== undefined && { process }) });
    }
    return [...listed.values()];
  }

  /** Does nothing: no resources are held. */
  [Symbol.dispose](): void {}

  #answerOf(process: ProcessRef | undefined): LogAnswer | undefined {
    const chosen = this.#chosen;
    if (process === undefined || (chosen && isProcess(chosen, process))) return chosen;
    const answer = this.answers.findLast((other) =>
      other.entries.count > 0 && isProcess(other, process)
    );
    if (answer !== undefined) return answer;
    const known = this.processes().map(({ processId, imageName }) =>
      `${processId}${imageName === "" ? "" : ` ${imageName}`}`
    );
    const asked = process.processId ?? `0x${process.process?.toString(16)}`;
    throw new TargetError(
      `Cannot read process ${asked} of ${this.name}: the text has no traces of it; ` +
        (known.length === 0 ? "leave the process out" : `choose one of ${known.join(", ")}`),
    );
  }

  #traceLog(into: StackTable, answer: LogAnswer | undefined): TraceLog {
    if (answer === undefined) {
      return { ...NO_ENTRIES, stacks: into, parsed: 0 };
    }
    const { entries, incomplete, stated, process, objectTable } = answer;
    const ids = new Map<number, StackId>();
    const stack = entries.stack.map((number) => this.#stackOf(into, number, ids));
    return {
      ...entries,
      stack,
      stacks: into,
      parsed: stated.parsed ?? entries.count,
      ...(incomplete !== undefined && { incomplete }),
      ...(process !== undefined && { process }),
      ...(objectTable !== undefined && { objectTable }),
      answer: withoutEntries(answer),
    };
  }

  #stackOf(into: StackTable, number: number, ids: Map<number, StackId>): StackId {
    let id = ids.get(number);
    if (id === undefined) {
      id = into.intern(this.#keys.addresses(this.#log.stacks.get(number)));
      ids.set(number, id);
    }
    return id;
  }

  #stopOf(into: StackTable, stop: LogStop): TraceStop {
    const { stack, line: _, message: __, framesFrom: ___, ...rest } = stop;
    if (stack === undefined) return rest;
    return { ...rest, stack: this.#stackOf(into, stack, new Map()) };
  }

  #tablesBeside(process: ProcessRef | undefined): readonly HandleTable[] {
    const answer = this.#answerOf(process);
    if (answer === undefined) return tablesOf(this.#log.tables, process);
    const tables = this.#log.tables.filter((table) => table.rows.length > 0 && isOf(table, answer));
    const beside = tables.find(({ line }) => line > answer.line) ?? tables.at(-1);
    return beside === undefined ? [] : [beside];
  }
}

const DIFF_LIMIT =
  "a diff lists only outstanding opens, not closes or handles that were closed again";

const INVALID_HANDLE = 0xc000_0008;

/** Application Verifier also stops programs for heap and lock errors. */
function isAboutHandles({ code, exception }: LogStop): boolean {
  return VERIFIER_STOP_CODES.has(code) || exception === INVALID_HANDLE;
}

/** A log without any answer has only stops or tables. */
const NO_ENTRIES = {
  count: 0,
  type: new Uint8Array(),
  handle: new Uint32Array(),
  processId: new Uint32Array(),
  threadId: new Uint32Array(),
  stack: new Uint32Array(),
};

/** An answer's data without its entries. */
function withoutEntries({ entries: _, ...answer }: LogAnswer): Answer {
  return answer;
}

/** The last answer with entries; if there is none, the last listing or diff, else the last answer. */
function lastWithEntries(answers: readonly LogAnswer[]): LogAnswer | undefined {
  return answers.findLast(({ entries }) => entries.count > 0) ??
    answers.findLast(({ kind }) => kind === "listing" || kind === "diff" || kind === "entries") ??
    answers.at(-1);
}

function warnOfOthers(
  chosen: LogAnswer | undefined,
  answers: readonly LogAnswer[],
  warn: AnswerChoice["warn"],
): void {
  const others = answers.filter(({ entries }) => entries.count > 0).length;
  if (chosen === undefined || others < 2) return;
  warn?.(
    `the text has ${answers.length} answers of !htrace: reading number ${chosen.number}, the last one with ` +
      `entries, at line ${chosen.line}; --answers lists them, --answer <n> chooses one`,
  );
}

function unknownAnswer(name: string, answer: number, { answers }: DebuggerLog): UsageError {
  const there = answers.length === 1 ? "there is 1" : `there are ${answers.length}`;
  return new UsageError(
    `Cannot choose answer ${answer} of "${name}": ${there}; list them with --answers`,
  );
}

function identityOf(
  answer: LogAnswer | undefined,
  { processes, stops, tables }: DebuggerLog,
): TargetIdentity {
  const processId = answer === undefined
    ? stops[0]?.processId ?? tables[0]?.process?.processId
    : answer.processId;
  const { imageName } = processes.find((process) => process.processId === processId) ?? {};
  return {
    ...(processId !== undefined && { processId }),
    ...(imageName !== undefined && processId !== undefined && { imageName }),
  };
}

/** Whether an answer lists all handles: one for a single handle shows only part of the ring. */
function isFullListing({ kind, command = "", entries, stated, mode }: LogAnswer): boolean {
  if (kind !== "listing" || entries.count === 0) return false;
  const [, handle] = command.trim().split(/\s+/);
  const isOfAll = handle === undefined || /^(?:0x)?0+$/i.test(handle);
  const blankSlot = mode === "kernel" ? 1 : 0;
  return isOfAll && (stated.parsed ?? entries.count) <= entries.count + blankSlot;
}

/** Whether a table belongs to the answer's process, as far as either says. */
function isOf({ process, prompt }: HandleTable, answer: LogAnswer): boolean {
  if (process !== undefined) {
    return isProcess(process, answer) ||
      (answer.processId === undefined && answer.process === undefined);
  }
  return prompt === undefined || answer.prompt === undefined ||
    systemOf(prompt) === systemOf(answer.prompt);
}

/** The part of a prompt that names the process: `1` of `1:004>`. */
function systemOf(prompt: string): string | undefined {
  return /^(?:\|\|\d+:)?(\d+):\d/.exec(prompt)?.[1];
}
