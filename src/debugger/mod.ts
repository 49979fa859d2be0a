/**
 * The table of the prompt's commands.
 *
 * @module
 */
import type { DebuggerCommand } from "./_command.ts";
import { go } from "./go.ts";
import { handle } from "./handle.ts";
import { htrace } from "./htrace.ts";
import { lm } from "./lm.ts";
import { ln } from "./ln.ts";
import { listProcess, setProcess } from "./process.ts";
import { helpOver, quit } from "./prompt_commands.ts";

/** All commands, in the order of the help. */
export const COMMANDS: readonly DebuggerCommand[] = [
  htrace,
  go,
  lm,
  ln,
  handle,
  listProcess,
  setProcess,
  helpOver(() => COMMANDS),
  quit,
];
