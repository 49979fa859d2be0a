/**
 * `htrace debug <target>`: a debugger prompt.
 *
 * @module
 */
import { buildCommand, type Command } from "@stricli/core";
import { TARGET, toggle } from "./_arguments.ts";
import { type CliContext, UsageError } from "./_context.ts";
import { disposeOnInterrupt } from "./_interrupt.ts";
import { warnTo } from "./_output.ts";
import { SYMBOL_FLAGS, type SymbolFlags, symbolOptions } from "./_symbol_flags.ts";

interface Flags extends SymbolFlags {
  readonly command?: string;
  readonly keep?: boolean;
  readonly native?: boolean;
}

/** The verb. */
export const debug: Command<CliContext> = buildCommand<Flags, [string], CliContext>({
  docs: {
    brief: "Open a debugger prompt on a target",
    fullDescription: `Opens a debugger prompt on a target; "?" lists its commands, "q" ends it.

With -c runs the given commands, ";" between them, and exits, as cdb does: only what they print goes to the standard
output. What follows "--" are arguments for the program of an emulated machine. Tracing that "!htrace -enable" switched
on for a live process is switched off at the end, Ctrl-C included, unless --keep is given. With --native, on a target
that the Windows debugger engine opened, each answer of "!htrace" is followed by that of the engine's own.

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
        brief: 'Run these commands, ";" between them, and exit',
      },
      keep: toggle("Leave tracing on that was enabled here"),
      native: toggle("Also print what the debugger engine's own !htrace answers"),
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
  const { beginsAnew } = await import("../library/mod.ts");
  using session = await openSession(
    spec,
    this.targetArguments,
    symbolOptions(flags, this.process),
    { keepTracing: flags.keep ?? false, warn: warnTo(this.process) },
  );
  // While the emulated machine runs no signal would be heard, and it has nothing to let go of.
  using _interrupt = beginsAnew(session.target) ? undefined : disposeOnInterrupt(session);
  const native = flags.native ?? false;
  if (native && session.target.runNative === undefined) {
    throw new UsageError(
      `Cannot compare ${session.target.name} with a debugger engine: it has none; open it as "dbgeng:…"`,
    );
  }
  const write = (text: string): void => this.process.stdout.write(text);
  if (flags.command !== undefined) {
    await runPrompt(session, [flags.command], write, { native });
    return;
  }
  const { promptedLines } = await import("./_terminal.ts");
  await runPrompt(session, promptedLines(PROMPTS[session.target.mode]), write, { native });
}
