/**
 * Commands typed at a debugger's prompt, as far as the reader needs them.
 *
 * @module
 */
import type { AnswerKind } from "../answer.ts";
import { PROMPT } from "./line_kinds.ts";

/** A prompt and the command typed after it. */
export interface PromptLine {
  /** The prompt, such as `0:000>`. */
  readonly prompt: string;
  /** The command, without an author's marks and notes; can be empty. */
  readonly command: string;
}

const PROMPT_LINE = new RegExp(`^(${PROMPT})([^]*)$`);
const HTRACE = /!(?:\w+\.)?htrace\b/i;
/** A command alone on its line, in a text without prompts. Prose would continue after it. */
const BARE_HTRACE = /^!(?:\w+\.)?htrace(?:\s+[-\u2010-\u2015]?[\w?]+){0,3}$/i;

/** Reads a line that begins with a prompt. */
export function readPrompt(text: string): PromptLine {
  const [, prompt = "", rest = ""] = PROMPT_LINE.exec(text) ?? [];
  return { prompt, command: cleanCommand(rest) };
}

/** The `!htrace` command in a typed line, which can contain several commands; undefined if there is none. */
export function htraceCommand(command: string): string | undefined {
  const start = command.search(HTRACE);
  if (start < 0) return undefined;
  const [first = ""] = command.slice(start).split(";");
  const second = first.slice(1).search(HTRACE);
  return (second < 0 ? first : first.slice(0, second + 1)).trim();
}

/** The `!htrace` command of a line that consists of one, in a text without prompts; undefined for other lines. */
export function bareHtraceCommand(text: string): string | undefined {
  if (!HTRACE.test(text)) return undefined;
  const command = cleanCommand(text);
  return BARE_HTRACE.test(command) ? command : undefined;
}

/** The kind of output that a command prints when it succeeds, determined by its option. */
export function kindOfCommand(command: string): AnswerKind {
  const option = /\s[-\u2010-\u2015/]?(enable|disable|snapshot|diff|\?)(?!\w)/i.exec(command)?.[1];
  switch (option?.toLowerCase()) {
    case "enable":
      return "enable";
    case "disable":
      return "disable";
    case "snapshot":
      return "snapshot";
    case "diff":
      return "diff";
    case "?":
      return "help";
    default:
      return "listing";
  }
}

/** Removes the marks and the note that an author put around a command. */
function cleanCommand(text: string): string {
  return withoutLastQuoteMarks(text.trim())
    .replace(/\s+(?:\/\/|<-).*$/s, "")
    .replace(/^[*_`"']+/, "")
    .replace(/(?<![*_`"'])[*_`"']+,?$/, "") // from the first mark, or a row of them takes quadratic time
    .trim();
}

/** Removes the quotation marks of the next line, which follow in a quotation that has lost its line breaks. */
function withoutLastQuoteMarks(text: string): string {
  let end = text.length;
  for (let at = end; at > 0; end = at) {
    while (text[at - 1] === ">") at--;
    if (at === end || at === 0 || text[at - 1] !== " ") break;
    while (text[at - 1] === " ") at--;
  }
  return text.slice(0, end);
}
