/**
 * `!htrace`: tracing, snapshots, diffs and listings, in the debugger's own words.
 *
 * @module
 */
import type { Analysis } from "../analysis.ts";
import { CLASSIC_TEXT, renderClassic } from "../reports/classic.ts";
import { renderGroups } from "../reports/groups.ts";
import type { Session } from "../session.ts";
import type { TargetMode } from "../target.ts";
import { CommandError, type DebuggerCommand } from "./_command.ts";
import { type HtraceRequest, parseHtrace } from "./htrace_grammar.ts";

/**
 * What `-?` prints. User mode is the published text; no kernel-mode text was found published, so that one is ours,
 * in the same manner. Options of our own are in the help of the prompt, `?`.
 */
const HELP: Readonly<Record<TargetMode, string>> = {
  user: "!htrace [handle [max_traces]]\n" +
    "!htrace -enable [max_traces]\n" +
    "!htrace -disable\n" +
    "!htrace -snapshot\n" +
    "!htrace -diff\n",
  kernel: "!htrace [handle [process [max_traces]]]\n",
};

/** The command. */
export const htrace: DebuggerCommand = {
  name: "!htrace",
  forms: [
    { usage: "!htrace [<handle> [<max>]]", brief: "traces, newest first", mode: "user" },
    {
      usage: "!htrace [<handle> [<process> [<max>]]]",
      brief: "traces, newest first",
      mode: "kernel",
    },
    { usage: "!htrace ... -group", brief: "the same by opening stack" },
    {
      usage: "!htrace -enable [<max>]",
      brief: "switch tracing on and take a snapshot",
      mode: "user",
    },
    { usage: "!htrace -snapshot [<name>]", brief: "keep the traces of now", mode: "user" },
    {
      usage: "!htrace -diff [<name>]",
      brief: "handles opened since the snapshot and still open; it becomes the next snapshot",
      mode: "user",
    },
    { usage: "!htrace -diff ... -group", brief: "the same by opening stack", mode: "user" },
    { usage: "!htrace -diff ... -names", brief: "with the handles' types and names", mode: "user" },
    { usage: "!htrace -disable", brief: "switch tracing off", mode: "user" },
    { usage: "!htrace -?", brief: "the debugger's own help" },
  ],
  run: (session, args) => answer(session, parseHtrace(args, session.target.mode)),
};

async function answer(session: Session, request: HtraceRequest): Promise<string> {
  switch (request.kind) {
    case "help":
      return HELP[session.target.mode];
    case "enable":
      session.enable(request.slots);
      return `${CLASSIC_TEXT.enabled}\n${CLASSIC_TEXT.snapshotTaken}\n`;
    case "disable":
      session.disable();
      return `${CLASSIC_TEXT.disabled}\n`;
    case "snapshot":
      session.snapshot(request.name);
      return `${CLASSIC_TEXT.snapshotTaken}\n`;
    case "diff": {
      const { name, group, names } = request;
      return render(await session.diff(name, { group, names }), group);
    }
    case "show": {
      const { handle, process, maxTraces, group } = request;
      const analysis = await session.show({ handle, process, maxTraces, group });
      if (handle !== 0 && analysis.listed.length === 0) throw neverTraced(handle, analysis);
      return render(analysis, group);
    }
  }
}

function render(analysis: Analysis, group: boolean): string {
  const text = group ? renderGroups(analysis) : renderClassic(analysis);
  const { incomplete } = analysis.log;
  return incomplete === undefined ? text : `${text}The traces are incomplete: ${incomplete}.\n`;
}

function neverTraced(handle: number, { log }: Analysis): CommandError {
  return new CommandError(
    `Cannot list traces of handle 0x${handle.toString(16)}: none of the 0x${
      log.parsed.toString(16)
    } slots looked at is of it; "!htrace" lists all traces`,
  );
}
