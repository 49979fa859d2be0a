/**
 * `htrace example`: the documented `!htrace` session, on the emulated machine.
 *
 * @module
 */
import { buildCommand, type Command } from "@stricli/core";
import type { CliContext } from "./_context.ts";
import { warnTo } from "./_output.ts";

/** What a person can type next; standard output is the documented text and nothing else. */
const NEXT_STEP = "next: htrace report emulated -- leak 3   (who leaks)";

/** The verb. */
export const example: Command<CliContext> = buildCommand<Record<never, never>, [], CliContext>({
  docs: {
    brief: "Show the documented !htrace example on the emulated machine",
    fullDescription:
      `Boots the emulated machine, runs badhandle in it and prints what "!htrace" shows of it in kernel mode.
It is the same as "!htrace 0 <process>" at the prompt of "htrace debug emulated:kernel". On a terminal the next step to
type follows.

Examples:
  htrace example`,
  },
  parameters: {},
  func: runExample,
});

async function runExample(this: CliContext): Promise<void> {
  const { openSession } = await import("./_open_session.ts");
  const { runLine } = await import("../debugger/prompt.ts");
  using session = await openSession(this.process, "emulated:kernel");
  const process = (session.process?.process ?? 0n).toString(16);
  await runLine(session, `!htrace 0 ${process}`, (text) => this.process.stdout.write(text));
  if (this.process.stderr.isTerminal) warnTo(this.process)(NEXT_STEP);
}
