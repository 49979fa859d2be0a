/**
 * `htrace snapshot <target> -o file`: saves what a target has now, as the base of a later diff.
 *
 * @module
 */
import { buildCommand, type Command } from "@stricli/core";
import { OUTPUT, PROCESS, TARGET, toggle } from "./_arguments.ts";
import { disposeOnInterrupt } from "./terminal/interrupt.ts";
import type { CliContext } from "./_context.ts";
import { describeRecording, warnTo } from "./_output.ts";

interface Flags {
  readonly output: string;
  readonly handles?: boolean;
  readonly process?: string;
}

/** The verb. */
export const snapshot: Command<CliContext> = buildCommand<Flags, [string], CliContext>({
  docs: {
    brief: "Save the traces of now, to compare with later",
    customUsage: ["-o file.htrace [options] <target> [-- arguments]"],
    fullDescription: `Saves the traces of now as the base of a later "htrace diff".

With --handles it saves only the list of open handles, for "htrace diff --handles": that needs no tracing, and shows
which process and which objects, but not which code. An emulated machine starts afresh with each verb: its snapshot
shows it at its start.

Examples:
  htrace snapshot 4242 -o before.htrace
  htrace snapshot service.exe --handles -o before.htrace`,
  },
  parameters: {
    flags: {
      output: OUTPUT,
      handles: toggle("Save the open handles instead of the traces: needs no tracing"),
      process: PROCESS,
    },
    aliases: { o: "output" },
    positional: { kind: "tuple", parameters: [TARGET] },
  },
  func: runSnapshot,
});

async function runSnapshot(this: CliContext, flags: Flags, spec: string): Promise<void> {
  const { openSession } = await import("./_open_session.ts");
  const library = await import("../library/mod.ts");
  const warn = warnTo(this.process);
  using session = await openSession(this.process, spec, {
    args: this.targetArguments,
    warn,
    process: flags.process,
  });
  if (flags.handles) {
    const recording = await library.recordHandles(
      session.target,
      new Date(),
      session.process,
    );
    await library.writeRecording(flags.output, recording, { guard: disposeOnInterrupt });
    this.process.stdout.write(describeRecording(recording));
    warn(`no traces were saved: ${recording.log.incomplete}`);
    return;
  }
  if (session.target.restarts) await session.enable();
  // The later reading supplies names: the diff shows only traces of that one.
  const recording = await library.record(session, flags.output, {
    names: false,
    guard: disposeOnInterrupt,
  });
  this.process.stdout.write(describeRecording(recording));
}
