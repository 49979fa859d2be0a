/**
 * `htrace record <target> -o file`: keeps everything that a target has, for analysis later and elsewhere.
 *
 * @module
 */
import { buildCommand, type Command } from "@stricli/core";
import { OUTPUT, SNAPSHOT, TARGET } from "./_arguments.ts";
import type { CliContext } from "./_context.ts";
import { describeRecording, warnTo } from "./_output.ts";

interface Flags {
  readonly output: string;
}

/** The verb. */
export const record: Command<CliContext> = buildCommand<Flags, [string, string?], CliContext>({
  docs: {
    brief: "Save traces, modules and handles for later, on any system",
    fullDescription:
      `Saves the traces of a target with its modules and handles; the file is a target itself, on any system.

A snapshot that is given is saved with them, as what "htrace diff" compares with. An emulated machine in user mode is
traced over its step first; what follows "--" are arguments for its program.

Examples:
  htrace record 4242 -o service.htrace
  htrace record 4242 before.htrace -o service.htrace
  htrace record emulated -o leak.htrace -- leak 3`,
  },
  parameters: {
    flags: { output: OUTPUT },
    aliases: { o: "output" },
    positional: { kind: "tuple", parameters: [TARGET, SNAPSHOT] },
  },
  func: runRecord,
});

async function runRecord(
  this: CliContext,
  { output }: Flags,
  spec: string,
  snapshotPath?: string,
): Promise<void> {
  const { openSession } = await import("./_open_session.ts");
  const library = await import("../library/mod.ts");
  const { openTarget } = await import("../targets/mod.ts");
  const warn = warnTo(this.process);
  using session = await openSession(spec, this.targetArguments, {}, { warn });
  library.traceStep(session);
  if (snapshotPath !== undefined) {
    using earlier = await openTarget(snapshotPath);
    session.keepSnapshot(library.snapshotOf(earlier, session.target));
  }
  const recording = await library.record(session, output);
  const { incomplete } = recording.log;
  if (incomplete !== undefined) warn(`traces are missing: ${incomplete}`);
  this.process.stdout.write(describeRecording(recording));
}
