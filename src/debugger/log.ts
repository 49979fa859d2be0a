/**
 * `.logopen`, `.logappend` and `.logclose`: copy output to a file.
 *
 * @module
 */
import { escapeText } from "../escape_text.ts";
import { CommandError, type DebuggerCommand, type LogHost, type PromptHost } from "./_command.ts";

/** The default file. */
const DEFAULT_LOG = "htrace.log";

/** `.logopen [file]`: starts a log, replacing an existing file. */
export const logOpen: DebuggerCommand = {
  name: ".logopen",
  forms: [{
    usage: ".logopen [<file>]",
    brief: `copy what is printed to a file (${DEFAULT_LOG})`,
  }],
  run: (_, args, host) => openLog(host, args, false),
};

/** `.logappend [file]`: continues a log. */
export const logAppend: DebuggerCommand = {
  name: ".logappend",
  forms: [{ usage: ".logappend [<file>]", brief: "the same, appended to the file" }],
  run: (_, args, host) => openLog(host, args, true),
};

/** `.logclose`: ends the log. */
export const logClose: DebuggerCommand = {
  name: ".logclose",
  forms: [{ usage: ".logclose", brief: "close that file" }],
  run: (_, args, host) => {
    if (args !== "") {
      throw new CommandError(
        `Cannot close "${args}": ".logclose" takes no arguments; use ".logclose" alone`,
      );
    }
    const path = logOf(host).close();
    if (path !== undefined) return closedText(path);
    throw new CommandError('Cannot close the log: none is open; open one with ".logopen"');
  },
};

function openLog(host: PromptHost, args: string, append: boolean): string {
  const log = logOf(host);
  const option = /^\/[a-z](?=\s|$)/i.exec(args)?.[0];
  if (option !== undefined) {
    throw new CommandError(
      `Cannot open a log with "${option}": it has no options here; write ".logopen file"`,
    );
  }
  const path = args === "" ? DEFAULT_LOG : args.replace(/^"(.*)"$/, "$1");
  const closed = log.close();
  log.open(path, { append });
  return (closed === undefined ? "" : closedText(closed)) +
    `Opened log file '${escapeText(path)}'\n`;
}

function closedText(path: string): string {
  return `Closing open log file ${escapeText(path)}\n`;
}

function logOf({ log }: PromptHost): LogHost {
  if (log !== undefined) return log;
  throw new CommandError(
    "Cannot log: this prompt writes no files; send its output into a file instead",
  );
}
