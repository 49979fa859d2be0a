/**
 * `htrace report <target> [earlier …]`: what a person wants to know first, or the same in any other format.
 *
 * @module
 */
import { buildCommand, type Command } from "@stricli/core";
import type { Session } from "../session.ts";
import { ANALYSIS_FLAGS, type AnalysisFlags, answerOf, requestOf } from "./_analysis_flags.ts";
import { EMULATED_HELP, TARGET } from "./_arguments.ts";
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
import { closesGate, GROWTH_FLAGS, type GrowthFlags, growthOptions } from "./_growth.ts";
import { warnOfHandleGrowth, writeHandleSeries, writeHandlesInstead } from "./_handle_lists.ts";
import { warnTo, writeReport } from "./_output.ts";
import { chosenReport, REPORT_ALIASES } from "./_report_flags.ts";
import { symbolOptions } from "./_symbol_flags.ts";
import { withProgress } from "./terminal/progress.ts";

interface Flags extends AnalysisFlags, GateFlags, GrowthFlags {}

/** The default format of a report. */
const USUAL_FORMAT = "summary";

/** The verb. */
export const report: Command<CliContext> = buildCommand<Flags, string[], CliContext>({
  docs: {
    brief: "Say who leaks, as text for people or as a file for another program",
    customUsage: ["[options] <target> [<earlier target> ...] [-- arguments]"],
    fullDescription:
      `Says in one sentence who leaks, then shows the worst stacks, bad references with their stories, and uncertainties.

Several targets are readings of one process: the latest is reported, and growth is measured from the earlier ones. A
recording has its own snapshots.

${EMULATED_HELP}

With --fail-on-leak the exit code is 1 if a stack outside the system left handles open, or if history was lost. With
--fail-on-growth it is 1 if such a stack had more handles open at every reading, or mark of the program, than at the one
before.

Examples:
  htrace report 4242
  htrace report service.htrace
  htrace report monday.htrace tuesday.htrace wednesday.htrace
  htrace report monday.htrace tuesday.htrace wednesday.htrace --fail-on-growth
  htrace report service.htrace --top 5 -o service.json
  htrace report emulated --fail-on-leak -- leak 3`,
  },
  parameters: {
    flags: { ...ANALYSIS_FLAGS, ...GATE_FLAGS, ...GROWTH_FLAGS },
    aliases: REPORT_ALIASES,
    positional: { kind: "array", minimum: 1, parameter: TARGET },
  },
  func: runReport,
});

async function runReport(this: CliContext, flags: Flags, ...specs: string[]): Promise<void> {
  const form = await chosenReport(flags, USUAL_FORMAT);
  const growth = growthOptions(flags);
  const baseline = await readGateBaseline(flags);
  const { openSession, runStep } = await import("./_open_session.ts");
  const { analyzeReadings, findGrowth, findLeaks, markKnown } = await import("../library/mod.ts");
  using opened = new DisposableStack();
  const sessions = [];
  for (const spec of specs) {
    const session = await openSession(this.process, spec, {
      args: this.targetArguments,
      symbols: symbolOptions(flags, this.process),
      process: flags.process,
      warn: warnTo(this.process),
      ...answerOf(flags),
    });
    sessions.push(opened.use(session));
    await runStep(this.process, session);
  }
  let reported: Session | undefined;
  const analysis = await withProgress(
    this.process,
    "reading traces and naming their stacks",
    analyzeReadings(sessions, (session) => {
      reported = session;
      return requestOf(flags, session, form);
    }),
  );
  const last = reported!; // the loop runs at least once
  const leaks = findLeaks(analysis, baseline);
  const known = markKnown(analysis, leaks.known);
  await writeReport(this.process, form, known, {
    ...flags,
    spec: specs.map(shellWord).join(" "),
    examined: shellWord(specs[sessions.indexOf(last)]!),
    targetOptions: targetOptions(flags),
    targetArguments: this.targetArguments,
  });
  if (flags.output === undefined) {
    await writeHandlesInstead(this.process, last, analysis, form);
    await writeHandleSeries(this.process, sessions, analysis, form, flags.top);
  }
  const earlier = sessions.find((session) => session !== last);
  if (earlier !== undefined) await warnOfHandleGrowth(this.process, earlier.target, last);
  await writeGateBaseline(flags, baseline, leaks, warnTo(this.process));
  const found = growth && findGrowth(known, growth);
  const hasGrown = closesGate(found, known, growth, warnTo(this.process));
  const code = gateCode(flags, leaks, isHistoryLost(analysis), hasGrown);
  if (code !== undefined) this.process.exitCode = code;
}
