/**
 * `?` and `q`: the commands about the prompt itself.
 *
 * @module
 */
import { CommandError, type DebuggerCommand } from "./_command.ts";

/** `q`: ends the prompt. */
export const quit: DebuggerCommand = {
  name: "q",
  usage: "q",
  brief: "quit",
  ends: true,
  run: () => "",
};

/** `?`: lists the commands of a table; the table is asked for late, because `?` stands in it itself. */
export function helpOver(table: () => readonly DebuggerCommand[]): DebuggerCommand {
  return {
    name: "?",
    usage: "?",
    brief: "this list",
    run: (session, args) => {
      if (args !== "") {
        throw new CommandError(
          `Cannot evaluate "${args}": "?" only lists the commands here; use "?" alone`,
        );
      }
      const offered = table()
        .filter(({ mode }) => mode === undefined || mode === session.target.mode);
      const width = Math.max(...offered.map(({ usage }) => usage.length));
      return offered.map(({ usage, brief }) => `${usage.padEnd(width)}  ${brief}\n`).join("");
    },
  };
}
