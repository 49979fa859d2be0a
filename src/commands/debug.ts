/**
 * `htrace debug <target>`: a debugger prompt.
 *
 * @module
 */
import { buildCommand, type Command } from "@stricli/core";
import { PROCESS, SCENARIO_HELP, TARGET, toggle } from "./_arguments.ts";
import type { CliContext } from "./_context.ts";
import { UsageError } from "../error.ts";
import { historyFile, LineHistory } from "./terminal/line_history.ts";
import type { BreakListener } from "../debugger/_command.ts";
import { disposeOnInterrupt, listenForBreak } from "./terminal/interrupt.ts";
import { ticking } from "./terminal/progress.ts";
import { statusLineOf } from "./terminal/status_line.ts";
import type { CliProcess } from "./terminal/streams.ts";
import { warnTo, writeText } from "./_output.ts";
import type { PromptLog } from "./_prompt_log.ts";
import { SYMBOL_FLAGS, type SymbolFlags, symbolOptions } from "./_symbol_flags.ts";

interface Flags extends SymbolFlags {
  readonly process?: string;
  readonly command?: string;
  readonly keep?: boolean;
  readonly native?: boolean;
  readonly noHistory?: boolean;
}

/** The verb. */
export const debug: Command<CliContext> = buildCommand<Flags, [string], CliContext>({
  docs: {
    brief: "Open a debugger prompt on a target",
    customUsage: ["[options] <target> [-- arguments]"],
    fullDescription: `Opens a debugger prompt on a target; "?" lists its commands, "q" ends it.

At a terminal, Tab completes, Enter alone repeats the last command, and Ctrl-C breaks into a running emulated machine.
Typed lines are kept for the next session in a private file, unless --no-history is given.

With -c it runs the given commands, separated by ";", and exits, as cdb does; only their output goes to the standard
output. Arguments for the program of an emulated machine follow "--". Tracing that "!htrace -enable" enabled in a live
process is disabled at the end, even by Ctrl-C, unless --keep is given. With --native, on a target opened by the Windows
debugger engine, the output of each "!htrace" is followed by that of the engine's own.

${SCENARIO_HELP}

Examples:
  htrace debug emulated
  htrace debug emulated -c "!htrace -enable; g; !htrace -diff; q" -- leak 3
  htrace debug emulated:kernel -c "!process 0 0; !htrace"
  htrace debug service.exe --keep
  htrace debug service.htrace
  htrace debug dbgeng:memory.dmp --native -c "!htrace"`,
  },
  parameters: {
    flags: {
      command: {
        kind: "parsed",
        parse: String,
        optional: true,
        placeholder: "commands",
        brief: 'Run these commands, separated by ";", and exit',
      },
      keep: toggle("Leave tracing enabled at the end"),
      noHistory: toggle("Keep no history file of typed lines"),
      native: toggle("Also print the output of the debugger engine's own !htrace"),
      process: PROCESS,
      ...SYMBOL_FLAGS,
    },
    aliases: { c: "command" },
    positional: {
      kind: "tuple",
      parameters: [TARGET],
    },
  },
  func: runDebug,
});

async function runDebug(this: CliContext, flags: Flags, spec: string): Promise<void> {
  const { openSession } = await import("./_open_session.ts");
  const { PROMPTS, runPrompt } = await import("../debugger/prompt.ts");
  const { debuggerEngine } = await import("../targets/mod.ts");
  const { PromptLog } = await import("./_prompt_log.ts");
  const { PromptSymbols } = await import("./_prompt_symbols.ts");
  const symbols = symbolOptions(flags, this.process);
  using session = await openSession(this.process, spec, {
    args: this.targetArguments,
    symbols,
    process: flags.process,
    keepTracing: flags.keep ?? false,
    warn: warnTo(this.process),
  });
  // The emulated machine has nothing to release.
  using _interrupt = session.target.restarts ? undefined : disposeOnInterrupt(session);
  const engine = flags.native ? debuggerEngine(session.target) : undefined;
  if (flags.native && engine === undefined) {
    throw new UsageError(
      `Cannot compare ${session.target.name} with a debugger engine: it has none; open it as "dbgeng:…"`,
    );
  }
  const isTyped = flags.command === undefined && Deno.stdin.isTerminal();
  using log = new PromptLog(({ message }) => warnTo(this.process)(message));
  const options = {
    host: {
      writeFile: writeNewFile,
      symbols: new PromptSymbols(symbols),
      log,
      ...(isTyped && { listenForBreak: () => listenWhileRunning(this.process) }),
    },
    ...(engine && { native: (command: string) => engine.execute(command) }),
  };
  const write = (text: string): void => {
    writeText(this.process, text);
    log.write(text);
  };
  if (flags.command !== undefined) {
    await runPrompt(session, [flags.command], write, options);
    return;
  }
  const { promptedLines } = await import("./terminal/prompted_lines.ts");
  const prompt = PROMPTS[session.target.mode];
  const { completeLine } = await import("../debugger/complete.ts");
  const history = flags.noHistory ? undefined : openHistory();
  const lines = promptedLines(prompt, this.process.stdout, {
    complete: (line) => completeLine(session, line),
    ...(history && { history }),
  });
  await runPrompt(session, loggedLines(lines, prompt, log), write, options);
}

/** Handles Ctrl-C while the target runs, and says on the terminal that it does. */
function listenWhileRunning({ stderr }: CliProcess): BreakListener {
  const listening = new DisposableStack();
  const line = statusLineOf(stderr);
  listening.defer(() => line.showWork(""));
  listening.use(ticking((seconds) => line.showWork(`running (${seconds} s); Ctrl-C breaks in`)));
  const listener = listening.use(listenForBreak());
  return {
    isPressed: () => listener.isPressed(),
    [Symbol.dispose]: () => listening.dispose(),
  };
}

/** What was typed at earlier prompts; undefined if there is no place to keep it. */
function openHistory(): LineHistory | undefined {
  if (!Deno.stdin.isTerminal()) return undefined;
  const path = historyFile();
  return path === undefined ? undefined : new LineHistory(path);
}

/** The lines, which are logged after their prompts. */
async function* loggedLines(
  lines: AsyncIterable<string>,
  prompt: string,
  log: PromptLog,
): AsyncGenerator<string> {
  for await (const line of lines) {
    log.write(`${prompt}${line}\n`);
    yield line;
  }
}

/** Writes a file for `.dump`; like a debugger, it keeps an existing one unless told otherwise. */
async function writeNewFile(
  path: string,
  pieces: readonly Uint8Array[],
  { replace }: { readonly replace: boolean },
): Promise<void> {
  const { FileWriteError, replaceFile } = await import("../library/replace_file.ts");
  if (!replace && await Deno.lstat(path).then(() => true, () => false)) {
    throw new FileWriteError(path, 'there is a file of that name; add "/o" to replace it');
  }
  await replaceFile(path, pieces, { guard: disposeOnInterrupt });
}
