/**
 * `g`: runs the target to its next breakpoint or to its end.
 *
 * @module
 */
import { escapeText } from "../escape_text.ts";
import { counted } from "../plain_text.ts";
import { runToStop } from "../run_to_stop.ts";
import type { Session } from "../session.ts";
import type { Execution, MarkEvent, Pause, StopEvent } from "../target.ts";
import { CommandError, type DebuggerCommand, type PromptHost, wordsOf } from "./_command.ts";
import { displayName } from "./_names.ts";

/** Most marks of one run that are listed: a program may set one in each of a million iterations. */
const MAX_MARKS = 20;

/** The command. */
export const go: DebuggerCommand = {
  name: "g",
  forms: [{ usage: "g", brief: "go: run to the next breakpoint or to the end; Ctrl-C breaks in" }],
  run: runTarget,
};

async function runTarget(session: Session, args: string, host: PromptHost): Promise<string> {
  const { execution, name } = session.target;
  if (wordsOf(args).length > 0) {
    throw new CommandError(`Cannot run to "${args.trim()}": "g" takes no address; use "g" alone`);
  }
  if (execution === undefined) {
    throw new CommandError(
      `Cannot run the target: "${name}" holds what was recorded and does not run; use "!htrace"`,
    );
  }
  const marks: string[] = [];
  let unlisted = 0;
  const onMark = async (name: string): Promise<void> => {
    const isTaken = await session.mark(name);
    if (marks.length < MAX_MARKS) {
      marks.push(`Mark "${escapeText(name)}"${isTaken ? ": snapshot taken" : ""}.\n`);
    } else unlisted++;
  };
  const event = await run(execution, onMark, host);
  if (unlisted > 0) marks.push(`${counted(unlisted, "further mark")}.\n`);
  return marks.join("") + await eventText(session, event);
}

async function eventText(
  session: Session,
  event: StopEvent | Pause | MarkEvent,
): Promise<string> {
  switch (event.kind) {
    case "mark":
      return `Break-in at mark "${escapeText(event.name)}"; "g" goes on.\n`;
    case "exited":
      return `The process has ended with exit status 0x${event.exitStatus.toString(16)}.\n`;
    case "breakpoint": {
      const frames = await session.symbolize([event.address]);
      const place = displayName(frames.get(event.address), event.address);
      return `Breakpoint at ${place} in thread 0x${event.threadId.toString(16)}.\n`;
    }
    case "paused": {
      const frames = await session.symbolize([event.address]);
      const place = displayName(frames.get(event.address), event.address);
      return `Break-in at ${place} in thread 0x${event.threadId.toString(16)}; "g" goes on.\n`;
    }
  }
}

/** Runs to the next stop, or to Ctrl-C if that is available and the target runs in steps. */
async function run(
  execution: Execution,
  onMark: (name: string) => Promise<void>,
  { listenForBreak }: PromptHost,
): Promise<StopEvent | Pause | MarkEvent> {
  if (listenForBreak === undefined) return await runToStop(execution, { onMark });
  using listener = listenForBreak();
  return await runToStop(execution, { onMark, isBroken: () => listener.isPressed() });
}
