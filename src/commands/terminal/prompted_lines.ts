/**
 * Lines typed at a terminal, with line editing and history, or read from a pipe.
 *
 * `node:readline` comes with Deno, edits lines and keeps a history, so no other library is needed for that. It is
 * loaded only for terminals, because that takes as long as the rest of startup.
 *
 * @module
 */
import type { Interface } from "node:readline";
import { type LineHistory, MAX_LINES } from "./line_history.ts";
import { inputTexts, linesOf } from "./standard_input.ts";
import type { CliStream } from "./streams.ts";

/** What a terminal offers besides line editing. */
export interface TypingHelp {
  /** The completions for the last word of a line, and that word; Tab requests them. */
  readonly complete?: (
    line: string,
  ) => Promise<{ readonly proposals: readonly string[]; readonly word: string }>;
  /** Lines typed earlier; those typed now are added. */
  readonly history?: LineHistory;
}

/**
 * Yields the lines of standard input, with `prompt` before each, until the input ends or nobody reads the output any
 * more. A line that was not typed after its prompt is echoed there, so that the output reads like a session.
 */
export function promptedLines(
  prompt: string,
  stdout: CliStream,
  help: TypingHelp = {},
): AsyncGenerator<string> {
  return Deno.stdin.isTerminal() && stdout.isTerminal
    ? typedLines(prompt, stdout, help)
    : echoedLines(prompt, linesOf(inputTexts()), stdout);
}

/** Lines from a pipe or a file. */
export async function* echoedLines(
  prompt: string,
  lines: AsyncIterable<string>,
  stdout: CliStream,
): AsyncGenerator<string> {
  stdout.write(prompt);
  for await (const line of lines) {
    stdout.write(`${line}\n`);
    yield line;
    if (stdout.isClosed) return;
    stdout.write(prompt);
  }
  stdout.write("\n"); // without a "q" the cursor is still after the prompt
}

/**
 * Lines typed at a terminal; an empty one repeats the last command. Ctrl-C drops what was typed; on an empty line it
 * says how to end. While a line is being handled, it is a signal.
 */
async function* typedLines(
  prompt: string,
  stdout: CliStream,
  { complete, history }: TypingHelp,
): AsyncGenerator<string> {
  const { createInterface } = await import("node:readline");
  const { default: process } = await import("node:process");
  let isEditing = false;
  const terminal = createInterface({
    input: process.stdin,
    output: process.stdout,
    prompt,
    history: [...history?.lines ?? []],
    historySize: MAX_LINES,
    removeHistoryDuplicates: true,
    completer: (line: string, done: CompleterDone): void => {
      if (complete === undefined || !isEditing) return done(null, [[], line]);
      complete(line).then(
        ({ proposals, word }) => done(null, [[...proposals], word]),
        () => done(null, [[], line]),
      );
    },
  });
  const lines = new LineQueue(terminal);
  // A closed terminal is the end of the input; without a listener it would be an uncaught error.
  process.stdout.on("error", () => terminal.close());
  terminal.on("SIGINT", () => {
    if (terminal.line === "") {
      stdout.write('\n"q" ends the session\n');
      terminal.prompt();
    } else {
      terminal.write(null, { ctrl: true, name: "e" });
      terminal.write(null, { ctrl: true, name: "u" });
    }
  });
  let last = "";
  try {
    for (;;) {
      isEditing = true;
      const pasted = lines.next();
      if (pasted !== undefined) stdout.write(`${prompt}${pasted}\n`);
      else if (!lines.isEnded) terminal.prompt();
      const line = pasted ?? await lines.wait();
      if (line === undefined) break;
      // Ctrl-C is a key only while a line is being edited: otherwise it ends the program that runs a command.
      isEditing = false;
      process.stdin.setRawMode(false);
      history?.add(line);
      if (line.trim() !== "") last = line;
      yield last;
      process.stdin.setRawMode(true);
    }
    stdout.write("\n");
  } finally {
    terminal.close();
  }
}

type CompleterDone = (error: null, result: [proposals: string[], word: string]) => void;

/** The lines of a terminal: a paste delivers several at once, before the first of them is handled. */
class LineQueue {
  readonly #lines: string[] = [];
  #waiting: ((line: string | undefined) => void) | undefined;
  #isClosed = false;

  constructor(terminal: Interface) {
    terminal.on("line", (line: string) => {
      if (this.#waiting === undefined) this.#lines.push(line);
      else this.#settle(line);
    });
    terminal.on("close", () => {
      this.#isClosed = true;
      this.#settle(undefined);
    });
  }

  /** No line is left, and none will come. */
  get isEnded(): boolean {
    return this.#isClosed && this.#lines.length === 0;
  }

  /** A line that has already arrived. */
  next(): string | undefined {
    return this.#lines.shift();
  }

  /** The next line to arrive; undefined at the end of the input. */
  wait(): Promise<string | undefined> {
    if (this.isEnded) return Promise.resolve(undefined);
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    this.#waiting = resolve;
    return promise;
  }

  #settle(line: string | undefined): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.(line);
  }
}
