/**
 * `g`: runs the target to its next breakpoint or to its end.
 *
 * @module
 */
import type { Session } from "../session.ts";
import { CommandError, type DebuggerCommand, wordsOf } from "./_command.ts";
import { displayName } from "./_names.ts";

/** The command. */
export const go: DebuggerCommand = {
  name: "g",
  forms: [{ usage: "g", brief: "go: run to the next breakpoint or to the end" }],
  run: runTarget,
};

async function runTarget(session: Session, args: string): Promise<string> {
  const { execution, name } = session.target;
  if (wordsOf(args).length > 0) {
    throw new CommandError(`Cannot run to "${args.trim()}": "g" takes no address; use "g" alone`);
  }
  if (execution === undefined) {
    throw new CommandError(
      `Cannot run the target: "${name}" holds what was recorded and does not run; use "!htrace"`,
    );
  }
  const event = execution.go();
  switch (event.kind) {
    case "exited":
      return `The process has ended with exit status 0x${event.exitStatus.toString(16)}.\n`;
    case "breakpoint": {
      const frames = await session.symbolize([event.address]);
      const place = displayName(frames.get(event.address), event.address);
      return `Breakpoint at ${place} in thread 0x${event.threadId.toString(16)}.\n`;
    }
  }
}
