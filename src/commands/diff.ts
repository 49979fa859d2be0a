/**
 * `htrace diff <target> [snapshot]`: what was opened since and is still open.
 *
 * @module
 */
import { buildCommand, type Command } from "@stricli/core";
import { UsageError } from "../error.ts";
import type { Session } from "../session.ts";
import type { Target } from "../target.ts";
import { ANALYSIS_FLAGS, type AnalysisFlags, answerOf, requestOf } from "./_analysis_flags.ts";
import { EMULATED_HELP, SNAPSHOT, TARGET, toggle } from "./_arguments.ts";
import { shellWord, targetOptions } from "./_command_words.ts";
import type { CliContext } from "./_context.ts";
import {
  GATE_FLAGS,
  gateCode,
  type GateFlags,
  isHistoryLost,
  readGateBaseline,
  writeGateBaseline,
} from "./_gate.ts";
import { warnOfHandleGrowth } from "./_handle_lists.ts";
import { type ReportTarget, warnTo, writeJson, writeReport, writeText } from "./_output.ts";
import { chosenReport, REPORT_ALIASES } from "./_report_flags.ts";
import { symbolOptions } from "./_symbol_flags.ts";
import { withProgress } from "./terminal/progress.ts";
import type { CliProcess } from "./terminal/streams.ts";

interface Flags extends AnalysisFlags, GateFlags {
  readonly handles?: boolean;
  readonly mergeNames?: boolean;
}

/** The verb. */
export const diff: Command<CliContext> = buildCommand<Flags, [string, string?], CliContext>({
  docs: {
    brief: "List the handles opened since a snapshot and still open",
    customUsage: ["[options] <target> [<snapshot>] [-- arguments]"],
    fullDescription:
      `Lists the handles that were opened since a snapshot and are still open, as "!htrace -diff" does.

The default snapshot is the one in a recording, or else the moment when tracing was enabled. A listed handle need not be
a leak: --group shows which stacks always close theirs.

${EMULATED_HELP}

With --handles it compares lists of open handles by value, object, type and name; what grew most comes first. That needs
no tracing: give two lists of handle.exe or "!handle", two recordings or two dumps, the later one first. Two dumps or
recordings are also compared this way if one of them has no traces.

With --fail-on-leak the exit code is 1 if a stack outside the system left handles open, or if history was lost.

Examples:
  htrace diff 4242 before.htrace
  htrace diff service.htrace --group --names
  htrace diff service.htrace --fail-on-leak --baseline known_leaks.txt
  htrace diff emulated -- leak 3
  htrace diff service.exe before.htrace --handles
  htrace diff after.txt before.txt --handles --merge-names
  htrace diff tuesday.dmp monday.dmp`,
  },
  parameters: {
    flags: {
      handles: toggle("Compare the open handles instead of the traces: needs no tracing"),
      mergeNames: toggle(
        "With --handles: merge names that differ only in ids, GUIDs and numbers",
      ),
      ...ANALYSIS_FLAGS,
      ...GATE_FLAGS,
    },
    aliases: REPORT_ALIASES,
    positional: { kind: "tuple", parameters: [TARGET, SNAPSHOT] },
  },
  func: runDiff,
});

async function runDiff(
  this: CliContext,
  flags: Flags,
  spec: string,
  snapshotPath?: string,
): Promise<void> {
  const { openSession, runStep } = await import("./_open_session.ts");
  const { processLike, whyHandlesAlone } = await import("../library/mod.ts");
  const { openTarget } = await import("../targets/mod.ts");
  using opened = new DisposableStack();
  const earlier = snapshotPath === undefined
    ? undefined
    : opened.use(await openTarget(snapshotPath));
  const session = opened.use(
    await openSession(this.process, spec, {
      args: this.targetArguments,
      symbols: symbolOptions(flags, this.process),
      process: flags.process,
      warn: warnTo(this.process),
      ...answerOf(flags),
    }),
  );
  if (earlier !== undefined) session.process ??= processLike(session.target, earlier.identity);
  await runStep(this.process, session);
  const reason = flags.handles || earlier === undefined
    ? undefined
    : await whyHandlesAlone(session, earlier);
  if (flags.handles || reason !== undefined) {
    await writeHandleDiff(this.process, flags, session, earlier, reason);
  } else {
    const named = {
      ...flags,
      spec: [spec, ...(snapshotPath === undefined ? [] : [snapshotPath])].map(shellWord).join(" "),
      examined: shellWord(spec),
      targetOptions: targetOptions(flags),
      targetArguments: this.targetArguments,
    };
    await writeTraceDiff(this.process, named, session, earlier);
  }
  if (earlier !== undefined && !session.target.control) {
    await warnOfHandleGrowth(this.process, earlier, session);
  }
}

async function writeTraceDiff(
  process: CliProcess,
  flags: Flags & ReportTarget,
  session: Session,
  earlier: Target | undefined,
): Promise<void> {
  const report = await chosenReport(flags, "classic");
  const baseline = await readGateBaseline(flags);
  const { diffSince, findLeaks, markKnown } = await import("../library/mod.ts");
  const analysis = await withProgress(
    process,
    "comparing traces and naming their stacks",
    diffSince(session, earlier, await requestOf(flags, session, report)),
  );
  const leaks = findLeaks(analysis, baseline);
  await writeReport(process, report, markKnown(analysis, leaks.known), flags);
  await writeGateBaseline(flags, baseline, leaks, warnTo(process));
  const code = gateCode(flags, leaks, isHistoryLost(analysis));
  if (code !== undefined) process.exitCode = code;
}

async function writeHandleDiff(
  process: CliProcess,
  { json = false, format, top, mergeNames = false, process: named }: Flags,
  { target, process: ref }: Session,
  earlier: Target | undefined,
  reasonForHandles?: string,
): Promise<void> {
  if (earlier === undefined) {
    throw new UsageError(
      'Cannot compare handles: there is no snapshot; give the file of an earlier "htrace snapshot"',
    );
  }
  const { diffHandles, renderHandleDiff } = await import("../library/mod.ts");
  const result = await diffHandles(target, earlier, {
    mergeNames,
    ...(named !== undefined && { process: ref }),
  });
  const reason = reasonForHandles ?? result.reason;
  if (json || format === "json") {
    const { diff, ...more } = result;
    writeJson(process, { target: target.name, ...more, reason, ...diff });
  } else writeText(process, renderHandleDiff({ ...result, reason }, top));
}
