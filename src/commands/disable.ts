/**
 * `htrace disable <target>`: switches tracing off.
 *
 * @module
 */
import { buildCommand, type Command } from "@stricli/core";
import { TARGET } from "./_arguments.ts";
import type { CliContext } from "./_context.ts";

/** The verb. */
export const disable: Command<CliContext> = buildCommand<
  Record<never, never>,
  [string],
  CliContext
>({
  docs: {
    brief: "Switch handle tracing off for a process",
    fullDescription: `Switches handle tracing off; its traces are gone.

On Windows XP tracing ends only with the process.

Examples:
  htrace disable 4242
  htrace disable service.exe`,
  },
  parameters: {
    positional: { kind: "tuple", parameters: [TARGET] },
  },
  func: runDisable,
});

async function runDisable(
  this: CliContext,
  _flags: Record<never, never>,
  spec: string,
): Promise<void> {
  const { openSession } = await import("./_open_session.ts");
  const { TRACING_TEXT } = await import("../debugger/tracing_text.ts");
  using session = await openSession(this.process, spec, { args: this.targetArguments });
  await session.disable();
  this.process.stdout.write(`${TRACING_TEXT.disabled}\n`);
}
