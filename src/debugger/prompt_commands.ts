/**
 * `?`, `.echo`, `q` and `qd`: the commands about the prompt itself, and numbers.
 *
 * @module
 */
import { escapeText } from "../escape_text.ts";
import type { PointerSize } from "../memory.ts";
import type { TargetMode } from "../target.ts";
import { CommandError, type DebuggerCommand, parseNumber } from "./_command.ts";
import { displayAddress } from "./_names.ts";

/** `q`: ends the prompt. */
export const quit: DebuggerCommand = quitAs("q", "quit");

/** `qd`: also ends the prompt: htrace never ends what it examines, so quitting always detaches. */
export const quitAndDetach: DebuggerCommand = quitAs(
  "qd",
  "quit and detach, which is the same here",
);

function quitAs(name: string, brief: string): DebuggerCommand {
  return {
    name,
    forms: [{ usage: name, brief }],
    ends: true,
    run: (_, args) => {
      if (args === "") return "";
      throw new CommandError(
        `Cannot quit with "${args}": "${name}" takes no arguments; use "${name}" alone`,
      );
    },
  };
}

/** `.echo`: prints its text; quotes around it are only needed for a semicolon. */
export const echo: DebuggerCommand = {
  name: ".echo",
  forms: [{ usage: ".echo <text>", brief: "print a text" }],
  run: (_, args) => `${escapeText(args.replace(/^"(.*)"$/, "$1"))}\n`,
};

/**
 * `?`: lists the commands of a table, or shows a number; the table is passed lazily, because it contains `?` itself.
 */
export function helpOver(table: () => readonly DebuggerCommand[]): DebuggerCommand {
  return {
    name: "?",
    forms: [
      { usage: "?", brief: "this list" },
      { usage: "? <number>", brief: "a number in decimal and in hexadecimal" },
    ],
    run: (session, args) => {
      if (args !== "") return evaluate(args, session.target.pointerSize);
      const forms = table().flatMap(({ forms, mode }) =>
        forms.filter((form) => isIn(form.mode ?? mode, session.target.mode))
      );
      const width = Math.max(...forms.map(({ usage }) => usage.length));
      return forms.map(({ usage, brief }) => `${usage.padEnd(width)}  ${brief}\n`).join("");
    },
  };
}

/** A number in the debugger's wording; expressions have no use here. */
function evaluate(text: string, pointerSize: PointerSize): string {
  const value = parseNumber(text, "number", 64);
  return `Evaluate expression: ${BigInt.asIntN(8 * pointerSize, value)} = ${
    displayAddress(value, pointerSize)
  }\n`;
}

/** Whether something that is only for `mode`, or for both modes, exists in the `current` one. */
function isIn(mode: TargetMode | undefined, current: TargetMode): boolean {
  return mode === undefined || mode === current;
}
