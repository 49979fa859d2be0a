/**
 * Reads a text with debugger output as it arrives.
 *
 * Each line goes through these steps: its markup is undone, it is split where line breaks were lost and joined where
 * they were added, and it is passed to the readers of answers, handle lists and verifier stops. Frames make up most of
 * a log; a line that was once read as a complete frame is recognized as a whole.
 *
 * @module
 */
import { HandleListReader } from "../handle_list/handle_list_reader.ts";
import type { LogTables } from "./_entry_reader.ts";
import { AnswerReader } from "./answer_reader.ts";
import { readPrompt } from "./commands.ts";
import { ConsoleBreaks } from "./console_breaks.ts";
import type { DebuggerLog } from "./debugger_log.ts";
import { EntryColumns } from "./entry_columns.ts";
import { FrameTable, StackList } from "./frame_table.ts";
import { readFrame } from "./frame_text.ts";
import { LOG_LIMITS } from "./limits.ts";
import { MarkupReader } from "./markup.ts";
import { ProcessReader } from "./processes.ts";
import { type Segment, SegmentReader } from "./segments.ts";
import { TextLogDecoder } from "./text_decoder.ts";
import {
  LineSplitter,
  type TextLine,
  withoutLongGaps,
  withoutTerminalCodes,
} from "./text_lines.ts";
import { Unwrapper } from "./unwrap.ts";
import { VerifierStopReader } from "./verifier_stops.ts";

/**
 * Bytes decoded at once. Larger strings would be in the memory that V8 collects last, so that a gigabyte of text would
 * leave hundreds of megabytes of garbage.
 */
const PIECE_BYTES = 32 * 1024;

/** What begins a terminal's colours and places. */
const ESCAPE = "\x1b";

/** Reads a text piece by piece: `push` its bytes, then `end`. Throws a `LimitReached` if it contains too much. */
export class DebuggerLogReader {
  readonly #tables: LogTables = {
    frames: new FrameTable(),
    stacks: new StackList(),
    entries: new EntryColumns(),
  };
  readonly #decoder = new TextLogDecoder();
  readonly #splitter = new LineSplitter();
  readonly #consoleBreaks = new ConsoleBreaks();
  readonly #markup = new MarkupReader();
  readonly #segments = new SegmentReader();
  readonly #unwrapper = new Unwrapper();
  readonly #answers = new AnswerReader(this.#tables);
  readonly #handles = new HandleListReader();
  readonly #stops = new VerifierStopReader(this.#tables);
  readonly #processes = new ProcessReader();
  /** The frames of lines that consist of one complete frame, by the line. */
  readonly #knownLines = new Map<string, number>();
  /** Whether the text was copied with what only a terminal understands. */
  #hasTerminalCodes = false;
  /** The last line, until the next one shows that a line break ended it. */
  #lastText = "";
  #endsWithBreak = true;

  /** Takes the next bytes. */
  push(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      this.#pushText(this.#decoder.push(bytes.subarray(at, at + PIECE_BYTES)));
    }
  }

  /** Ends the text and returns its contents. */
  end(): DebuggerLog {
    this.#pushText(this.#decoder.end());
    this.#splitter.end((line) => this.#takeBroken(line));
    this.#consoleBreaks.end(this.#takeJoined);
    for (const line of this.#markup.end()) this.#takeBareLine(line, line, this.#splitter.count);
    this.#segments.end((segment) =>
      this.#unwrapper.push(segment, (whole) => this.#takeSegment(whole))
    );
    this.#unwrapper.end((segment) => this.#takeSegment(segment));
    if (!this.#endsWithBreak) this.#answers.takeCutText(this.#lastText);
    const tables = this.#handles.end();
    const processes = this.#processes.end(this.#handles.processes);
    return {
      encoding: this.#decoder.encoding,
      lines: this.#splitter.count - (this.#endsWithBreak ? 1 : 0),
      answers: this.#answers.end((answer, mostFrequent) => processes.of(answer, mostFrequent)),
      processes: processes.all,
      tables,
      stops: this.#stops.end(),
      hasOutput: this.#answers.hasOutput,
      frames: this.#tables.frames,
      stacks: this.#tables.stacks,
    };
  }

  /** Whether no part of a line waits for the next one. */
  get #isIdle(): boolean {
    return this.#markup.isIdle && this.#segments.isIdle && this.#unwrapper.isIdle;
  }

  #pushText(text: string): void {
    if (text === "") return;
    this.#hasTerminalCodes ||= text.includes(ESCAPE);
    this.#endsWithBreak = text.endsWith("\n") || text.endsWith("\r");
    this.#splitter.push(text, (line) => this.#takeBroken(line));
  }

  /** Takes a line of the text, which a console may have broken. */
  #takeBroken(line: TextLine): void {
    if (this.#hasTerminalCodes) {
      const text = withoutTerminalCodes(line.text);
      this.#consoleBreaks.push(text === line.text ? line : { ...line, text }, this.#takeJoined);
    } else if (this.#consoleBreaks.isWhole) this.#takeLine(line);
    else this.#consoleBreaks.push(line, this.#takeJoined);
  }

  /** Takes a line of a text that may be a console's. */
  readonly #takeJoined = (line: TextLine): void => {
    this.#unwrapper.noteConsole(this.#consoleBreaks.width, this.#consoleBreaks.isMail);
    this.#takeLine(line);
  };

  #takeLine({ text, number, isEnd }: TextLine): void {
    if (this.#answers.isInEntry && this.#isIdle && isEnd) {
      const known = this.#knownLines.get(text);
      if (known !== undefined) {
        this.#lastText = "";
        this.#answers.takeKnownFrame(known);
        return;
      }
    }
    for (const line of this.#markup.read(text, isEnd)) this.#takeBareLine(line, text, number);
  }

  /** Takes a line without its markup; `text` is the line in the text. */
  #takeBareLine(line: string, text: string, number: number): void {
    this.#segments.read(
      withoutLongGaps(line),
      number,
      text.length,
      (segment) =>
        this.#unwrapper.push(segment, (whole) => {
          this.#takeSegment(whole);
          if (whole === segment && whole.text.length === text.length) this.#remember(text, whole);
        }),
    );
  }

  #takeSegment(segment: Segment): void {
    if (segment.kind === "text" || segment.kind === "prompt") this.#lastText = segment.text.trim();
    else if (segment.kind !== "blank") this.#lastText = "";
    if (segment.kind === "prompt") {
      const prompt = readPrompt(segment.text);
      this.#handles.takePrompt(prompt.prompt);
      this.#handles.takeBehindPrompt(prompt.command, segment.line);
      this.#stops.takePrompt(prompt);
      this.#answers.takePrompt(prompt, segment.line);
      this.#processes.takePrompt(prompt);
      return;
    }
    if (segment.kind === "text" || segment.kind === "separator" || segment.kind === "blank") {
      const { text, line } = segment;
      if (this.#stops.take(text, line) || this.#handles.take(text, line)) return;
      this.#processes.take(text);
    }
    this.#answers.take(segment);
  }

  /** Remembers a line that consists of one complete frame, if there is room. */
  #remember(text: string, { kind }: Segment): void {
    if (kind !== "frame" || this.#knownLines.size >= LOG_LIMITS.cachedLines) return;
    const read = readFrame(text);
    if (read?.displacement !== "padded") return;
    this.#knownLines.set(text, this.#tables.frames.intern(read.frame));
  }
}
