/**
 * The prompt: lines in, text out, until `q` or the end of the input.
 *
 * The caller decides where lines come from and where text goes: a terminal, a pipe, `-c`, a test.
 *
 * @module
 */
import { escapeText } from "../escape_text.ts";
import type { Session } from "../session.ts";
import type { TargetMode } from "../target.ts";
import { CommandError, type DebuggerCommand, type PromptHost } from "./_command.ts";
import { elsewhere } from "./elsewhere.ts";
import { COMMANDS } from "./mod.ts";

/** The prompt before the user's input, with the blank that follows it. */
export const PROMPTS: Readonly<Record<TargetMode, string>> = { user: "0:000> ", kernel: "kd> " };

/** Options of a prompt. */
export interface PromptOptions {
  /** After the output of `!htrace`, also print what the target's debugger engine prints for it. */
  readonly native?: (command: string) => string;
  /** What commands may do outside the session. */
  readonly host?: PromptHost;
}

/**
 * Runs the commands of one line, separated by `;`, and writes what they return. A command that fails writes its
 * message, and the next one runs, as in a debugger. Returns whether the prompt continues: false after `q`.
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
      write(await command.run(session, args, options.host ?? {}));
      if (command.ends) return false;
    } catch (error) {
      write(sentenceOf(error));
    }
    if (options.native && /^!htrace\b/i.test(text)) {
      write(nativeText(session.target.name, text, options.native));
    }
  }
  return true;
}

/** The engine's own text, under a heading that distinguishes it from ours. */
function nativeText(
  target: string,
  command: string,
  run: NonNullable<PromptOptions["native"]>,
): string {
  const heading = `\n${escapeText(target)} answers:\n`;
  try {
    return heading + run(command);
  } catch (error) {
    return heading + sentenceOf(error);
  }
}

function sentenceOf(error: unknown): string {
  return `${escapeText(error instanceof Error ? error.message : String(error))}\n`;
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
 * Splits a line at semicolons as cdb does: those between double quotes belong to the command. Empty commands and
 * comments are dropped: `*` begins one that extends to the end of the line, `$$` one that ends at a semicolon. A symbol
 * path also extends to the end of the line, because it contains semicolons, unless it is in quotes.
 *
 * ```ts
 * import { splitCommands } from "./prompt.ts";
 * splitCommands('!htrace -snapshot "a;b"; $$ then; g; * done'); // ['!htrace -snapshot "a;b"', "g"]
 * ```
 */
export function splitCommands(line: string): string[] {
  const commands: string[] = [];
  let rest = line.trimStart();
  while (rest !== "" && !rest.startsWith("*")) {
    const [, extent] = EXTENTS.find(([beginning]) => beginning.test(rest))!;
    const [text] = extent.exec(rest)!;
    if (!rest.startsWith("$$") && text.trim() !== "") commands.push(text.trim());
    rest = rest.slice(text.length + 1).trimStart();
  }
  return commands;
}

/** How far a command extends, by its start; the first match counts. */
const EXTENTS: readonly (readonly [beginning: RegExp, extent: RegExp])[] = [
  [/^\$\$/, /^[^;]*/],
  [/^\.sympath\+?\s+[^\s";]/i, /^.*/s],
  [/^/, /^(?:"[^"]*"?|[^;"])*/],
];

function findCommand(
  text: string,
  mode: TargetMode,
): { command: DebuggerCommand; args: string } {
  const [word = ""] = text.split(/\s/, 1);
  // In a debugger, users can name the extension of a command: "!ntsdexts.htrace".
  const wanted = word.toLowerCase().replace(/^!\w+\./, "!");
  const command = COMMANDS.find(({ name }) => name === wanted);
  if (command === undefined) {
    const known = elsewhere(wanted);
    if (known) throw new CommandError(`Cannot run "${word}": ${known.found}; ${known.advice}`);
    throw new CommandError(`Cannot run "${word}": there is no such command; "?" lists them`);
  }
  if (command.mode !== undefined && command.mode !== mode) {
    throw new CommandError(
      `Cannot run "${word}" in ${mode} mode: it is for ${command.mode} mode; "?" lists the commands`,
    );
  }
  return { command, args: text.slice(word.length).trim() };
}
