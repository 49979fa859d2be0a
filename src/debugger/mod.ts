/**
 * The table of the prompt's commands.
 *
 * @module
 */
import type { DebuggerCommand } from "./_command.ts";
import { dump } from "./dump.ts";
import { go } from "./go.ts";
import { handle } from "./handle.ts";
import { htrace } from "./htrace.ts";
import { LM } from "./lm.ts";
import { ln } from "./ln.ts";
import { logAppend, logClose, logOpen } from "./log.ts";
import { listProcess, setProcess } from "./process.ts";
import { reload, symfix, symfixAppend, sympath, sympathAppend } from "./symbol_path.ts";
import { x } from "./x.ts";
import { echo, helpOver, quit, quitAndDetach } from "./prompt_commands.ts";

/** All commands, in the order of the help. */
export const COMMANDS: readonly DebuggerCommand[] = [
  htrace,
  go,
  ...LM,
  ln,
  x,
  sympath,
  sympathAppend,
  symfix,
  symfixAppend,
  reload,
  handle,
  listProcess,
  setProcess,
  dump,
  logOpen,
  logAppend,
  logClose,
  echo,
  helpOver(() => COMMANDS),
  quit,
  quitAndDetach,
];
