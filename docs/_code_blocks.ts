/**
 * Finds the code blocks of a document and the commands in them.
 *
 * @module
 */

/** Languages of fenced blocks that hold commands: one per line, or one after `$ ` with its output. */
const COMMAND_LANGUAGES: readonly string[] = ["console", "sh", "powershell"];
/** Languages of fenced blocks that hold data or other programs. */
const OTHER_LANGUAGES: readonly string[] = ["text", "json", "yaml", "ts", "xml", "cpp"];
/** Programs whose name begins a command in an indented block; other lines there are not commands. */
const PROGRAMS =
  /^(?:htrace|deno|npx|npm|bunx|node|scripts\/\S+|\.ci\/run|git|gh|cargo|winget|scoop)\b/;

const FENCE = /^```(\w*)\n([^]*?)^```$/gm;
const INDENTED = /(?<=\n\n)(?: {4}.*\n|\n(?= {4}))+/g;

/** A command of a document. */
export interface DocumentedCommand {
  /** The command line. */
  readonly line: string;
  /** The output that the document shows; absent if it shows none. */
  readonly printed?: string;
  /** The block as it is in the document. */
  readonly block: string;
}

/** Every command of a document, in order. Throws for a fenced block whose language does not say what it holds. */
export function commandsOf(text: string): DocumentedCommand[] {
  const found: { readonly at: number; readonly commands: readonly DocumentedCommand[] }[] = [];
  const withoutFences = text.replace(FENCE, (block, language: string, content: string, at) => {
    if (COMMAND_LANGUAGES.includes(language)) {
      found.push({ at, commands: fenced(language, content, block) });
    } else if (language === "yaml") {
      found.push({ at, commands: inYaml(content, block) });
    } else if (!OTHER_LANGUAGES.includes(language)) {
      throw new Error(`a code block does not say by its language what it holds:\n${block}`);
    }
    return block.replaceAll(/[^\n]/g, "-"); // the same length, and no indented block
  });
  for (const { 0: block, index } of withoutFences.matchAll(INDENTED)) {
    found.push({ at: index, commands: indented(block) });
  }
  return found.toSorted((a, b) => a.at - b.at).flatMap(({ commands }) => commands);
}

function fenced(language: string, content: string, block: string): DocumentedCommand[] {
  if (language === "console") {
    const [first = "", ...rest] = content.split(/(?<=\n)/);
    if (!first.startsWith("$ ")) throw new Error(`a console block begins with "$ ":\n${block}`);
    return [{ line: first.slice(2).trimEnd(), printed: rest.join(""), block }];
  }
  return lines(content).map((line) => ({ line, block }));
}

function indented(block: string): DocumentedCommand[] {
  return lines(block).filter((line) => PROGRAMS.test(line)).map((line) => ({ line, block }));
}

/** Our commands in a pipeline; its other lines are not ours. */
function inYaml(content: string, block: string): DocumentedCommand[] {
  return lines(content).flatMap((line) => {
    const [, command] =
      /^(?:- )?(?:(?:run|script|bash|powershell|pwsh): +)?(htrace .*)$/.exec(line) ?? [];
    return command === undefined ? [] : [{ line: command, block }];
  });
}

/** Trimmed lines, without empty lines and comments. */
function lines(text: string): string[] {
  return text.split("\n").map((line) => line.replace(/\s+# .*$/, "").trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
}
