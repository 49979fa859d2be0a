/**
 * `htrace example`: the documented `!htrace` session, on the emulated machine.
 *
 * @module
 */
import { buildCommand, type Command } from "@stricli/core";
import type { CliContext } from "./_context.ts";

/** The verb. */
export const example: Command<CliContext> = buildCommand<Record<never, never>, [], CliContext>({
  docs: {
    brief: "Show the documented !htrace example on the emulated machine",
    fullDescription:
      `Boots the emulated machine, runs badhandle in it and prints what "!htrace" shows of it in kernel mode.
It is the same as "!htrace 0 <process>" at the prompt of "htrace debug emulated:kernel".

Examples:
  htrace example`,
  },
  parameters: {},
  func: runExample,
});

async function runExample(this: CliContext): Promise<void> {
  const { openSession } = await import("./_open_session.ts");
  const { runLine } = await import("../debugger/prompt.ts");
  using session = await openSession("emulated:kernel");
  const process = (session.target.currentProcess ?? 0n).toString(16);
  await runLine(session, `!htrace 0 ${process}`, (text) => this.process.stdout.write(text));
}
