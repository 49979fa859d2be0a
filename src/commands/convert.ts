/**
 * `htrace convert <target> -o file.dmp`: a dump that WinDbg's own `!htrace` reads.
 *
 * @module
 */
import { buildCommand, type Command } from "@stricli/core";
import { EMULATED_HELP, TARGET } from "./_arguments.ts";
import type { CliContext } from "./_context.ts";
import { escapeText } from "../escape_text.ts";
import { counted } from "../plain_text.ts";
import { warnTo } from "./_output.ts";
import { disposeOnInterrupt } from "./terminal/interrupt.ts";

interface Flags {
  readonly output: string;
}

/** The verb. */
export const convert: Command<CliContext> = buildCommand<Flags, [string], CliContext>({
  docs: {
    brief: "Write a target's traces and handles as a minidump for WinDbg",
    customUsage: ["-o file.dmp <target> [-- arguments]"],
    fullDescription:
      `Writes the traces, open handles and modules of a user-mode target as a minidump, which WinDbg and cdb open: their own
"!htrace" shows the traces, "!handle" the handles. What the format cannot hold is reported.

${EMULATED_HELP}

Examples:
  htrace convert service.htrace -o service.dmp
  htrace convert 4242 -o service.dmp
  htrace convert emulated -o leak.dmp -- leak 3`,
  },
  parameters: {
    flags: {
      output: {
        kind: "parsed",
        parse: String,
        placeholder: "file.dmp",
        brief: "File to write; an old one is replaced once the new one is complete",
      },
    },
    aliases: { o: "output" },
    positional: { kind: "tuple", parameters: [TARGET] },
  },
  func: runConvert,
});

async function runConvert(this: CliContext, { output }: Flags, spec: string): Promise<void> {
  const { openSession, runStep } = await import("./_open_session.ts");
  const library = await import("../library/mod.ts");
  const warn = warnTo(this.process);
  using session = await openSession(this.process, spec, { args: this.targetArguments, warn });
  await runStep(this.process, session);
  const { log, modules, handles, losses } = await library.convert(session, output, {
    guard: disposeOnInterrupt,
  });
  if (log.incomplete !== undefined) warn(`traces are missing: ${log.incomplete}`);
  if (losses.length > 0) warn(`a minidump cannot hold: ${losses.join("; ")}`);
  const parts = [
    counted(log.count, "trace"),
    ...(handles === undefined ? [] : [counted(handles, "handle")]),
    counted(modules, "module"),
  ];
  this.process.stdout.write(`Wrote ${parts.join(", ")} to ${escapeText(output)}.\n`);
}
