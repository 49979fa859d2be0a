/**
 * Lines typed at a terminal, with line editing and history, or read from a pipe.
 *
 * `node:readline` comes with Deno, edits lines and keeps a history, so no other library is needed for that.
 *
 * @module
 */
import { createInterface } from "node:readline";
import process from "node:process";

/**
 * Yields the lines of the standard input, with `prompt` before each. Ctrl-C drops what was typed and ends an empty
 * line; while a line is dealt with it is a signal. The end of the input ends the lines.
 */
export async function* promptedLines(prompt: string): AsyncGenerator<string> {
  const isTerminal = Deno.stdin.isTerminal() && Deno.stdout.isTerminal();
  const terminal = createInterface({
    input: process.stdin,
    output: process.stdout,
    terminal: isTerminal,
    prompt,
  });
  terminal.on("SIGINT", () => {
    if (terminal.line === "") {
      terminal.close();
    } else {
      terminal.write(null, { ctrl: true, name: "e" });
      terminal.write(null, { ctrl: true, name: "u" });
    }
  });
  // A pipe ends while its lines still wait to be run; a closed interface prompts no more, but they deserve one.
  let isClosed = false;
  terminal.on("close", () => isClosed = true);
  const ask = (): void => isClosed ? void process.stdout.write(prompt) : terminal.prompt();
  let ended = true;
  try {
    ask();
    for await (const line of terminal) {
      ended = false;
      // Ctrl-C is a key only while a line is edited: it ends the program that runs a command.
      if (isTerminal) process.stdin.setRawMode(false);
      yield line;
      if (isTerminal) process.stdin.setRawMode(true);
      ended = true;
      ask();
    }
  } finally {
    terminal.close();
    // Without a typed "q" the cursor still stands behind the prompt.
    if (ended) process.stdout.write("\n");
  }
}
