/**
 * The prompt: lines in, answers out, until `q` or the end of the input.
 *
 * Where lines come from and where text goes is the caller's: a terminal, a pipe, `-c`, a test.
 *
 * @module
 */
import type { Session } from "../session.ts";
import type { Target, TargetMode } from "../target.ts";
import { CommandError, type DebuggerCommand } from "./_command.ts";
import { COMMANDS } from "./mod.ts";

/** What stands before the user's input, with the blank that follows it. */
export const PROMPTS: Readonly<Record<TargetMode, string>> = { user: "0:000> ", kernel: "kd> " };

/** What a prompt does beside running commands. */
export interface PromptOptions {
  /** Behind each answer of `!htrace`, also print what the target's own debugger engine answers to it. */
  readonly native?: boolean;
}

/**
 * Runs the commands of one line, `;` between them, and writes their answers. A command that fails answers with its
 * sentence, and the next one runs, as in a debugger. Answers whether the prompt goes on: false after `q`.
 */
export async function runLine(
  session: Session,
  line: string,
  write: (text: string) => void,
  options: PromptOptions = {},
): Promise<boolean> {
  for (const text of splitCommands(line)) {
    try {
      const { command, args } = findCommand(text, session.target.mode);
      write(await command.run(session, args));
      if (command.ends) return false;
    } catch (error) {
      write(sentenceOf(error));
    }
    if (options.native && /^!htrace\b/i.test(text)) write(nativeAnswer(session.target, text));
  }
  return true;
}

/** The engine's own text, under a heading that tells it from ours. */
function nativeAnswer(target: Target, command: string): string {
  const heading = `\n${target.name} answers:\n`;
  try {
    return heading + (target.runNative?.(command) ?? "it has no debugger engine\n");
  } catch (error) {
    return heading + sentenceOf(error);
  }
}

function sentenceOf(error: unknown): string {
  return `${error instanceof Error ? error.message : error}\n`;
}

/** Runs lines until `q` or their end. */
export async function runPrompt(
  session: Session,
  lines: AsyncIterable<string> | Iterable<string>,
  write: (text: string) => void,
  options: PromptOptions = {},
): Promise<void> {
  for await (const line of lines) {
    if (!await runLine(session, line, write, options)) return;
  }
}

/**
 * Splits a line at semicolons as cdb does: those between double quotes belong to the command. Empty commands are
 * dropped.
 *
 * ```ts
 * import { splitCommands } from "./prompt.ts";
 * splitCommands('!htrace -snapshot "a;b"; g;'); // ['!htrace -snapshot "a;b"', "g"]
 * ```
 */
export function splitCommands(line: string): string[] {
  const commands = line.match(/(?:"[^"]*"?|[^;"])+/g) ?? [];
  return commands.map((command) => command.trim()).filter((command) => command !== "");
}

function findCommand(
  text: string,
  mode: TargetMode,
): { command: DebuggerCommand; args: string } {
  const [word = ""] = text.split(/\s/, 1);
  const command = COMMANDS.find(({ name }) => name === word.toLowerCase());
  if (command === undefined) {
    throw new CommandError(`Cannot run "${word}": there is no such command; "?" lists them`);
  }
  if (command.mode !== undefined && command.mode !== mode) {
    throw new CommandError(
      `Cannot run "${word}" in ${mode} mode: it is for ${command.mode} mode; "?" lists the commands`,
    );
  }
  return { command, args: text.slice(word.length).trim() };
}
