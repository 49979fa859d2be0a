/**
 * Joins arguments into the single text that Windows passes to a program.
 *
 * The rules are those by which Microsoft's C runtime splits the text again (its documentation, "Parsing C command-line
 * arguments").
 *
 * @module
 */

/** The command line of a program and its arguments. */
export function commandLine(command: readonly string[]): string {
  return command.map(quoted).join(" ");
}

/** Backslashes are literal unless a quotation mark follows them: then two stand for one. */
function quoted(argument: string): string {
  if (argument !== "" && !/[\s"]/.test(argument)) return argument;
  const escaped = argument
    .replaceAll(/(\\*)"/g, '$1$1\\"')
    .replace(/(\\+)$/, "$1$1");
  return `"${escaped}"`;
}
