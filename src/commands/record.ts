/**
 * `htrace record <target> -o file`: saves everything that a target has, for analysis later and elsewhere.
 *
 * @module
 */
import { buildCommand, type Command } from "@stricli/core";
import { EMULATED_HELP, OUTPUT, PROCESS, SNAPSHOT, TARGET } from "./_arguments.ts";
import { disposeOnInterrupt } from "./terminal/interrupt.ts";
import type { CliContext } from "./_context.ts";
import { describeRecording, warnTo } from "./_output.ts";
import { SYMBOL_FLAGS, type SymbolFlags, symbolOptions } from "./_symbol_flags.ts";

interface Flags extends SymbolFlags {
  readonly process?: string;
  readonly output: string;
  readonly names: boolean;
}

/** The verb. */
export const record: Command<CliContext> = buildCommand<Flags, [string, string?], CliContext>({
  docs: {
    brief: "Save traces, modules and handles for later, on any system",
    customUsage: ["-o file.htrace [options] <target> [<snapshot>] [-- arguments]"],
    fullDescription:
      `Saves the traces of a target with its modules and handles; the file is a target itself, on any system.

A snapshot is saved with them, for "htrace diff" to compare with.

${EMULATED_HELP}

Examples:
  htrace record 4242 -o service.htrace
  htrace record 4242 before.htrace -o service.htrace
  htrace record emulated -o leak.htrace -- leak 3`,
  },
  parameters: {
    flags: {
      output: OUTPUT,
      names: {
        kind: "boolean",
        default: true,
        brief: "Keep the names of functions, files and lines, for machines without the symbols",
      },
      process: PROCESS,
      ...SYMBOL_FLAGS,
    },
    aliases: { o: "output" },
    positional: { kind: "tuple", parameters: [TARGET, SNAPSHOT] },
  },
  func: runRecord,
});

async function runRecord(
  this: CliContext,
  flags: Flags,
  spec: string,
  snapshotPath?: string,
): Promise<void> {
  const { openSession, runStep } = await import("./_open_session.ts");
  const library = await import("../library/mod.ts");
  const { openTarget } = await import("../targets/mod.ts");
  const warn = warnTo(this.process);
  using session = await openSession(this.process, spec, {
    args: this.targetArguments,
    symbols: symbolOptions(flags, this.process),
    process: flags.process,
    warn,
  });
  await runStep(this.process, session);
  if (snapshotPath !== undefined) {
    using earlier = await openTarget(snapshotPath);
    session.keepSnapshot(await library.snapshotOf(earlier, session));
  }
  const recording = await library.record(session, flags.output, {
    names: flags.names,
    guard: disposeOnInterrupt,
  });
  const { count, incomplete } = recording.log;
  if (incomplete !== undefined) warn(`traces are missing: ${incomplete}`);
  else if (count === 0) {
    warn("the recording has no trace: no handle was opened or closed since tracing was enabled");
  }
  this.process.stdout.write(describeRecording(recording));
}
