/**
 * `!htrace`: tracing, snapshots, diffs and listings, with the debugger's own wording.
 *
 * @module
 */
import type { Analysis } from "../analysis.ts";
import { linesText } from "../escape_text.ts";
import { renderClassic, SNAPSHOT_TEXT } from "../reports/classic.ts";
import { renderGroups } from "../reports/groups.ts";
import type { Session } from "../session.ts";
import type { TargetMode } from "../target.ts";
import { stopText } from "../verifier_stop_codes.ts";
import { CommandError, type DebuggerCommand } from "./_command.ts";
import { type HtraceRequest, parseHtrace } from "./htrace_grammar.ts";
import { slotsText, TRACING_TEXT } from "./tracing_text.ts";

/**
 * What `-?` prints. User mode is the published text; no published kernel-mode text was found, so that one is ours, in
 * the same style. Our own options are in the prompt's help, `?`.
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
    { usage: "!htrace ... -names", brief: "with the handles' types and names" },
    {
      usage: "!htrace -enable [<max>]",
      brief: "switch tracing on and take a snapshot",
      mode: "user",
    },
    { usage: "!htrace -snapshot [<name>]", brief: "keep the current traces", mode: "user" },
    {
      usage: "!htrace -diff [<name>]",
      brief: "handles opened since the snapshot and still open; it becomes the next snapshot",
      mode: "user",
    },
    { usage: "!htrace -disable", brief: "switch tracing off", mode: "user" },
    { usage: "!htrace -?", brief: "the debugger's own help" },
  ],
  run: (session, args) => runHtrace(session, parseHtrace(args, session.target.mode)),
};

async function runHtrace(session: Session, request: HtraceRequest): Promise<string> {
  switch (request.kind) {
    case "help":
      return HELP[session.target.mode];
    case "enable":
      await session.enable(request.slots);
      return linesText([
        TRACING_TEXT.enabled,
        SNAPSHOT_TEXT.taken,
        ...remarkOnSlots(request.slots),
      ]);
    case "disable":
      await session.disable();
      return `${TRACING_TEXT.disabled}\n`;
    case "snapshot":
      await session.snapshot(request.name);
      return `${SNAPSHOT_TEXT.taken}\n`;
    case "diff": {
      const { name, group, names } = request;
      return render(await session.diff(name, { names, objects: group || names }), group);
    }
    case "show": {
      const { handle, process, maxTraces, group, names } = request;
      const analysis = await session.show({
        ...(process !== 0n && { process: { process } }),
        filter: { handle, maxTraces },
        names,
        objects: group || names,
        asWalked: !group,
      });
      if (handle !== 0 && analysis.listed.length === 0) throw neverTraced(handle, analysis);
      return render(analysis, group);
    }
  }
}

function remarkOnSlots(wish: number | undefined): string[] {
  const text = slotsText(wish, 16);
  return text === undefined ? [] : [`Note: ${text}.`];
}

function render(analysis: Analysis, group: boolean): string {
  const text = group ? renderGroups(analysis) : renderClassic(analysis);
  const { incomplete, stops = [], walk } = analysis.log;
  const hasEnded = !group && walk !== undefined && analysis.parsed === walk.parsed;
  const remarks = [
    ...stops.map((stop) => `The process was ${stopText(stop)}.`),
    ...(incomplete === undefined ? [] : [`The traces are incomplete: ${incomplete}.`]),
    ...(hasEnded ? [behindWalk(analysis.log.count - walk.traces)] : []),
  ];
  return text + linesText(remarks);
}

/** The debugger's walk ends at a slot that was never written; the traces after it are reported, not printed. */
function behindWalk(traces: number): string {
  return `The walk ended at an empty slot: 0x${traces.toString(16)} more traces follow it; ` +
    `"-group" and the reports of "htrace show" have them.`;
}

function neverTraced(handle: number, { parsed }: Analysis): CommandError {
  return new CommandError(
    `Cannot list traces of handle 0x${handle.toString(16)}: none of the 0x${
      parsed.toString(16)
    } slots looked at is of it; "!htrace" lists all traces`,
  );
}
