/**
 * Application Verifier stops: as printed by the debugger and by `!analyze -v`, and in the verifier's XML log (Microsoft
 * Learn, Application Verifier stop codes).
 *
 * @module
 */
import { hexNumber } from "../handle_list/hex_number.ts";
import { LimitReached } from "../handle_list/limit_reached.ts";
import { ownCopy } from "../handle_list/own_copy.ts";
import { VERIFIER_STOP_CODES } from "../verifier_stop_codes.ts";
import type { LogTables } from "./_entry_reader.ts";
import type { PromptLine } from "./commands.ts";
import type { LogStop } from "./debugger_log.ts";
import type { LogFrame } from "./frame_table.ts";
import { readNamedFrame } from "./frame_text.ts";
import { LOG_LIMITS } from "./limits.ts";

/** The stop for a NULL handle. */
const NULL_HANDLE = 0x303;

const STOP = /VERIFIER STOP ([0-9A-F]{1,16})\s*: pid 0x([0-9A-F]+)\s*:\s*(.*)$/i;
const PARAMETER = /^([0-9A-F]{8,16}) : (.*)$/i;
const ANALYZED = /^(?:AVRF|APPLICATION_VERIFIER)[A-Z0-9_]* \(([0-9a-f]{1,8})\)$/;
const ARGUMENT = /^Arg([1-4]): ([0-9a-f`]{8,17}),\s*(.*)$/i;

const XML_SESSION = /<avrf:logSession\b[^>]*\bPID="(\d+)"/;
const XML_ENTRY = /<avrf:logEntry\b[^>]*\bStopCode="0x([0-9A-Fa-f]+)"/;
const XML_MESSAGE = /<avrf:message>([^<]*)/;
const XML_PARAMETER = /<avrf:parameter1>\s*([0-9A-Fa-f]+)\s*-\s*([^<]*)/;
const XML_TRACE = /<avrf:trace>(.*?)\s*\(\s*(?:@|[^()]* @)\s*\d+\s*\)\s*<\/avrf:trace>/;

/** Columns of hexadecimal numbers before the names in `k` stacks, with the frame's number and the arguments. */
const STACK_COLUMNS =
  /^(?:[0-9a-f]{2,4}\s+)?(?:\(Inline(?: Function)?\)\s+)?(?:(?:[0-9a-f`]{8,17}|-{8}(?:`-{8})?)\s+){1,2}(?::?\s*(?:(?:[0-9a-f`]{8,17}|-{8}(?:`-{8})?)\s+)+)?(?::\s+)?(\S.*)$/i;
/** A line of `kc`: only the name; with `kcn`, after the frame's number. */
const CLEAN_FRAME = /^(?:[0-9a-f]{2,4}\s+)?(\w[\w.]*![^\s!].*)$/i;
/** What follows a name: the location in the source, and the details that `kv` prints about the call. */
const BEHIND_NAME = /\s(?:\[[^[\]]*\]$|\((?:FPO|CONV)\b[^]*$)/;
/** The values of a function's parameters, as `kp` prints them. */
const PARAMETERS = /^([^(]*)\((?:void|[^()=]*=.*)\)(?=\+0x[0-9a-f]+$|$)/i;
/** Lines that debuggers print between the frames of a stack. */
const BETWEEN_FRAMES = /^(?:$|WARNING: )/;
const DPS_ROW = /^[0-9a-f`]{8,17}\s+([0-9a-f`]{8,17})(?:\s+(\S.*))?$/i;
const STACK_COMMAND = /^(?:~\S*\s*)?k[bcdfnpPLvM]*(?:\s|$)/;
const STACK_HEADING = /^(?:#\s+)?(?:Child-SP|ChildEBP)\s+RetAddr\b/;

/**
 * For a leak, `dps` shows the stack that opened the handle, which says more than where the verifier noticed the leak.
 */
function isLeak({ code }: Pick<LogStop, "code">): boolean {
  const known = VERIFIER_STOP_CODES.get(code);
  return known !== undefined && known.verdict === undefined;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };
type StopDraft = Writable<Omit<LogStop, "stack">> & { frames: number[] };

/** Reads the stops in one text. */
export class VerifierStopReader {
  readonly #tables: LogTables;
  readonly #stops: StopDraft[] = [];
  #current: StopDraft | undefined;
  /** The part of a stop to which the following lines belong. */
  #reading: "nothing" | "parameters" | "k" | "dps" | "STACK_TEXT" | "xml" = "nothing";
  #session: number | undefined;

  /** Creates a reader that collects frames into the tables of a log. */
  constructor(tables: LogTables) {
    this.#tables = tables;
  }

  /** Takes the next line; returns whether it belongs to a stop. */
  take(text: string, line: number): boolean {
    if (text.length > LOG_LIMITS.joinedChars) return false;
    const trimmed = text.trim();
    return this.#takeBegin(trimmed, line) || this.#takeXml(trimmed, line) ||
      this.#current !== undefined && this.#takeMore(trimmed);
  }

  /** Takes a prompt: a stack after it can be the stop's. */
  takePrompt({ command }: PromptLine): void {
    const stop = this.#current;
    this.#reading = "nothing";
    if (stop === undefined) return;
    const isLeakStack = isLeak(stop) && stop.framesFrom === "k";
    if (/^dp[sp]\b/.test(command) && (stop.framesFrom === undefined || isLeakStack)) {
      this.#reading = "dps";
    } else if (STACK_COMMAND.test(command) && stop.framesFrom === undefined) {
      this.#reading = "k";
    }
  }

  /** Ends the text and returns its stops. */
  end(): LogStop[] {
    return this.#stops.map(({ frames, ...stop }) => ({
      ...stop,
      ...(stop.framesFrom === undefined ? {} : { stack: this.#tables.stacks.intern(frames) }),
    }));
  }

  #takeBegin(text: string, line: number): boolean {
    const stop = text.includes("VERIFIER STOP") ? STOP.exec(text) : null;
    if (stop) {
      const [, code = "", processId = "", message = ""] = stop;
      this.#begin(parseInt(code, 16), line, message.trim()).processId = parseInt(processId, 16);
      return true;
    }
    const analyzed = ANALYZED.exec(text);
    if (analyzed === null) return false;
    const code = parseInt(analyzed[1] ?? "", 16);
    // The same stop, printed twice: first the debugger's line, then !analyze.
    if (this.#current?.code !== code) this.#begin(code, line);
    this.#reading = "nothing";
    return true;
  }

  #takeMore(text: string): boolean {
    const stop = this.#current;
    if (stop === undefined) return false;
    const parameter = this.#reading === "parameters" ? PARAMETER.exec(text) : null;
    if (parameter) {
      this.#takeParameter(parameter[1] ?? "", parameter[2] ?? "");
      return true;
    }
    const argument = ARGUMENT.exec(text);
    if (argument) {
      if (argument[1] === "1") this.#takeParameter(argument[2] ?? "", argument[3] ?? "");
      return true;
    }
    if (/^STACK_TEXT:/.test(text) && stop.framesFrom === undefined) {
      this.#reading = "STACK_TEXT";
      return true;
    }
    if (STACK_HEADING.test(text) && stop.framesFrom === undefined) this.#reading = "k";
    if (this.#reading === "k" || this.#reading === "STACK_TEXT") return this.#takeStackLine(text);
    return this.#reading === "dps" && this.#takeDpsRow(text);
  }

  #takeParameter(digits: string, description: string): void {
    const stop = this.#current;
    if (stop === undefined) return;
    const value = hexNumber(digits);
    if (/^Exception code/i.test(description)) stop.exception ??= Number(value);
    else if (VERIFIER_STOP_CODES.get(stop.code)?.hasHandle) {
      stop.handle ??= Number(BigInt.asUintN(32, value));
    }
  }

  #takeStackLine(text: string): boolean {
    if (STACK_HEADING.test(text)) return true;
    const columns = STACK_COLUMNS.exec(text) ??
      (this.#reading === "k" ? CLEAN_FRAME.exec(text) : null);
    const name = columns?.[1]?.replace(BEHIND_NAME, "").trimEnd().replace(PARAMETERS, "$1");
    const frame = name === undefined ? undefined : readNamedFrame(name);
    if (frame === undefined) {
      const isOver = this.#current?.framesFrom !== undefined && !BETWEEN_FRAMES.test(text);
      if (isOver) this.#reading = "nothing";
      return false;
    }
    this.#addFrame(frame, this.#reading === "k" ? "k" : "STACK_TEXT");
    return true;
  }

  #takeDpsRow(text: string): boolean {
    const row = DPS_ROW.exec(text);
    if (row === null) {
      if (text !== "") this.#reading = "nothing";
      return false;
    }
    const frame = row[2] === undefined ? undefined : readNamedFrame(row[2]);
    if (frame) {
      const address = hexNumber(row[1] ?? "");
      this.#addFrame({ address, ...frame }, "dps");
    }
    return true;
  }

  #takeXml(text: string, line: number): boolean {
    if (!text.includes("<avrf:")) return false;
    const session = XML_SESSION.exec(text);
    if (session) this.#session = Number(session[1]);
    const entry = XML_ENTRY.exec(text);
    if (entry) {
      const stop = this.#begin(parseInt(entry[1] ?? "", 16), line);
      if (this.#session !== undefined) stop.processId = this.#session;
    }
    const message = XML_MESSAGE.exec(text)?.[1];
    if (message !== undefined && this.#current) this.#current.message = ownCopy(message);
    const parameter = XML_PARAMETER.exec(text);
    if (parameter) this.#takeParameter(parameter[1] ?? "", parameter[2] ?? "");
    const trace = XML_TRACE.exec(text)?.[1];
    const frame = trace === undefined ? undefined : readNamedFrame(trace);
    if (frame && this.#current) this.#addFrame(frame, "xml");
    return true;
  }

  #addFrame(frame: LogFrame, from: NonNullable<LogStop["framesFrom"]>): void {
    const stop = this.#current;
    if (stop === undefined) return;
    if (stop.framesFrom !== from) stop.frames = [];
    stop.framesFrom = from;
    if (stop.frames.length >= LOG_LIMITS.framesOfEntry) return;
    stop.frames.push(this.#tables.frames.intern(frame));
  }

  #begin(code: number, line: number, message = ""): StopDraft {
    if (this.#stops.length >= LOG_LIMITS.parts) {
      throw new LimitReached("verifier stops", LOG_LIMITS.parts);
    }
    const stop: StopDraft = { line, code, frames: [] };
    if (message !== "") stop.message = ownCopy(message);
    if (code === NULL_HANDLE) stop.handle = 0;
    this.#stops.push(stop);
    this.#current = stop;
    this.#reading = "parameters";
    return stop;
  }
}
