/**
 * What was typed at a debugger's prompt, as far as the reader needs it.
 *
 * @module
 */
import type { AnswerKind } from "../answer.ts";
import { PROMPT } from "./line_kinds.ts";

/** A prompt with what was typed behind it. */
export interface PromptLine {
  /** The prompt, as `0:000>`. */
  readonly prompt: string;
  /** What was typed, without marks and notes of an author; may be empty. */
  readonly command: string;
}

const PROMPT_LINE = new RegExp(`^(${PROMPT})([^]*)$`);
const HTRACE = /!(?:\w+\.)?htrace\b/i;
/** A command alone on its line, in a text without prompts. Prose goes on behind it. */
const BARE_HTRACE = /^!(?:\w+\.)?htrace(?:\s+[-\u2010-\u2015]?[\w?]+){0,3}$/i;

/** Reads a line that begins with a prompt. */
export function readPrompt(text: string): PromptLine {
  const [, prompt = "", rest = ""] = PROMPT_LINE.exec(text) ?? [];
  return { prompt, command: cleanCommand(rest) };
}

/** The `!htrace` command of what was typed, which may hold several commands; undefined without one. */
export function htraceCommand(command: string): string | undefined {
  const start = command.search(HTRACE);
  if (start < 0) return undefined;
  const [first = ""] = command.slice(start).split(";");
  const second = first.slice(1).search(HTRACE);
  return (second < 0 ? first : first.slice(0, second + 1)).trim();
}

/** The `!htrace` command that a line is, where a text has no prompts; undefined for any other line. */
export function bareHtraceCommand(text: string): string | undefined {
  if (!HTRACE.test(text)) return undefined;
  const command = cleanCommand(text);
  return BARE_HTRACE.test(command) ? command : undefined;
}

/** What a command prints when it succeeds, by its option. */
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

/** Takes away the marks and the note that an author put around a command. */
function cleanCommand(text: string): string {
  return withoutLastQuoteMarks(text.trim())
    .replace(/\s+(?:\/\/|<-).*$/s, "")
    .replace(/^[*_`"']+/, "")
    .replace(/(?<![*_`"'])[*_`"']+,?$/, "") // from the first mark, or a row of them takes quadratic time
    .trim();
}

/** In a quotation whose line breaks were lost, the next line's marks stand behind. */
function withoutLastQuoteMarks(text: string): string {
  let end = text.length;
  for (let at = end; at > 0; end = at) {
    while (text[at - 1] === ">") at--;
    if (at === end || at === 0 || text[at - 1] !== " ") break;
    while (text[at - 1] === " ") at--;
  }
  return text.slice(0, end);
}
