/**
 * `htrace enable <target>`: switches tracing on, for later verbs.
 *
 * @module
 */
import { buildCommand, type Command } from "@stricli/core";
import { SLOTS, TARGET } from "./_arguments.ts";
import type { CliContext } from "./_context.ts";
import { warnTo } from "./_output.ts";

interface Flags {
  readonly slots?: number;
}

/** The verb. */
export const enable: Command<CliContext> = buildCommand<Flags, [string], CliContext>({
  docs: {
    brief: "Switch handle tracing on for a process",
    customUsage: ["[options] <target>"],
    fullDescription: `Switches handle tracing on, with an empty ring, and leaves it on.

While tracing is on, each use of a bad handle raises an exception, which ends a process that does not handle it.
"htrace disable" switches tracing off again.

Examples:
  htrace enable 4242
  htrace enable service.exe --slots 65536`,
  },
  parameters: {
    flags: { slots: SLOTS },
    positional: { kind: "tuple", parameters: [TARGET] },
  },
  func: runEnable,
});

async function runEnable(this: CliContext, { slots }: Flags, spec: string): Promise<void> {
  const { openSession } = await import("./_open_session.ts");
  const { slotsText, TRACING_TEXT } = await import("../debugger/tracing_text.ts");
  using session = await openSession(this.process, spec, {
    args: this.targetArguments,
    keepTracing: true,
    warn: warnTo(this.process),
  });
  await session.enable(slots);
  const rounded = slotsText(slots, 10);
  if (rounded !== undefined) warnTo(this.process)(rounded);
  this.process.stdout.write(`${TRACING_TEXT.enabled}\n`);
}
