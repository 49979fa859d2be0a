/**
 * `?` and `q`: the commands about the prompt itself.
 *
 * @module
 */
import type { TargetMode } from "../target.ts";
import { CommandError, type DebuggerCommand } from "./_command.ts";

/** `q`: ends the prompt. */
export const quit: DebuggerCommand = {
  name: "q",
  forms: [{ usage: "q", brief: "quit" }],
  ends: true,
  run: (_, args) => {
    if (args === "") return "";
    throw new CommandError(`Cannot quit with "${args}": "q" takes no arguments; use "q" alone`);
  },
};

/** `?`: lists the commands of a table; the table is asked for late, because `?` stands in it itself. */
export function helpOver(table: () => readonly DebuggerCommand[]): DebuggerCommand {
  return {
    name: "?",
    forms: [{ usage: "?", brief: "this list" }],
    run: (session, args) => {
      if (args !== "") {
        throw new CommandError(
          `Cannot evaluate "${args}": "?" only lists the commands here; use "?" alone`,
        );
      }
      const forms = table().flatMap(({ forms, mode }) =>
        forms.filter((form) => isIn(form.mode ?? mode, session.target.mode))
      );
      const width = Math.max(...forms.map(({ usage }) => usage.length));
      return forms.map(({ usage, brief }) => `${usage.padEnd(width)}  ${brief}\n`).join("");
    },
  };
}

/** Whether something that is only for `mode`, or for both modes, is there in the `current` one. */
function isIn(mode: TargetMode | undefined, current: TargetMode): boolean {
  return mode === undefined || mode === current;
}
