/**
 * `htrace run -- program args`: traces a program from its first instruction to its end.
 *
 * @module
 */
import { buildCommand, type Command } from "@stricli/core";
import { UsageError } from "../error.ts";
import type { RunResult } from "../library/mod.ts";
import { counted } from "../plain_text.ts";
import { ANALYSIS_FLAGS, type AnalysisFlags } from "./_analysis_flags.ts";
import { SCENARIO_HELP, SLOTS } from "./_arguments.ts";
import { shellWord } from "./_command_words.ts";
import type { CliContext } from "./_context.ts";
import { filterOf, ownerPatternsOf } from "./_filter_flags.ts";
import {
  GATE_FLAGS,
  gateCode,
  type GateFlags,
  readGateBaseline,
  writeGateBaseline,
} from "./_gate.ts";
import { closesGate, GROWTH_FLAGS, type GrowthFlags, growthOptions } from "./_growth.ts";
import { type ReportTarget, warnOfUncertainties, warnTo, writeReport } from "./_output.ts";
import {
  isLogName,
  RECORDER_FLAGS,
  type RecorderFlags,
  recorderOptions,
} from "./_recorder_flags.ts";
import { chosenReport, isRecordingName, REPORT_ALIASES } from "./_report_flags.ts";
import { symbolOptions } from "./_symbol_flags.ts";
import { disposeOnInterrupt } from "./terminal/interrupt.ts";
import { withProgress } from "./terminal/progress.ts";
import type { CliProcess } from "./terminal/streams.ts";

interface Flags extends Omit<AnalysisFlags, "process">, GateFlags, GrowthFlags, RecorderFlags {
  readonly slots?: number;
  readonly target?: string;
}

const { process: _process, ...RUN_ANALYSIS_FLAGS } = ANALYSIS_FLAGS;

/** The default format for leaks. */
const USUAL_FORMAT = "groups";

/** The verb. */
export const run: Command<CliContext> = buildCommand<Flags, [], CliContext>({
  docs: {
    brief: "Run a program under tracing, and report what it leaked",
    customUsage: ["[options] -- <program> [arguments]"],
    fullDescription:
      `Runs a program with tracing on from its first instruction. When the program is about to end, with its handles still
open, htrace lists the stacks outside the system whose handles were never closed. The program shares htrace's standard
streams.

The exit code is the program's own. With --fail-on-leak it is 1 if the program leaked, whatever its own code. To tell a
leak from a program that itself ends with 1, read the last line of the standard error, which has both ("exit status",
"leaked"), or choose a --leak-code that the program never uses. The codes 2 and 3 are failures of htrace itself if a
line begins with "htrace: "; the program then has not run, or not to its end.

A program that calls OutputDebugString("htrace:mark NAME") at the end of each iteration takes a snapshot of that name (a
mark). With --fail-on-growth the exit code is that of a leak if a stack outside the system has more handles open at
every mark than at the one before, even if it closes them in the end. The first mark (--warmup) ends the warm-up.

A baseline is a text file of known stacks, each with the number of handles that it may leave open; up to that number it
neither fails nor is listed. --update-baseline adds new leaks, lowers numbers and removes what no longer occurs. On the
emulated machine (--target emulated) the program is badhandle, and its arguments follow "--". With -o x.htrace the final
traces are saved as by record; another extension chooses a report.

With --recorder, a small DLL inside the program records it instead of the kernel: stacks of any depth, with times and
objects, without a debugger. It sees only the program's own calls, and every report says what it did not see. With
-o x.hrec its log is kept; it can be opened as a target while the program runs and afterwards.

${SCENARIO_HELP}

Examples:
  htrace run -- service.exe --once
  htrace run --fail-on-leak --baseline known_leaks.txt -- tests.exe
  htrace run --baseline known_leaks.txt --update-baseline -- tests.exe
  htrace run --recorder -o service.hrec -- service.exe --once
  htrace run --target emulated --fail-on-leak -- leak 3
  htrace run --target emulated --warmup 1 --fail-on-growth -- loop 5`,
  },
  parameters: {
    flags: {
      slots: {
        ...SLOTS,
        brief: `${SLOTS.brief}. With --recorder: up to 2097152; otherwise 524288`,
      },
      ...RECORDER_FLAGS,
      target: {
        kind: "parsed",
        parse: String,
        optional: true,
        placeholder: "target",
        brief: "Where it runs: emulated or emulated:2003; otherwise this machine",
      },
      ...RUN_ANALYSIS_FLAGS,
      ...GATE_FLAGS,
      ...GROWTH_FLAGS,
    },
    aliases: REPORT_ALIASES,
  },
  func: runRun,
});

async function runRun(this: CliContext, flags: Flags): Promise<void> {
  const { slots, output, target: on, names = false, merge } = flags;
  const recorder = recorderOptions(flags);
  const growth = growthOptions(flags);
  if (on === undefined && this.targetArguments.length === 0) {
    throw new UsageError('Cannot run: there is no program; give it after "--"');
  }
  const warn = warnTo(this.process);
  const baseline = await readGateBaseline(flags);
  const { runProgram, writeRecording } = await import("../library/mod.ts");
  const { symbolSource } = await import("../symbols/path/mod.ts");
  const { slotsText } = await import("../debugger/tracing_text.ts");
  const traced = (): Promise<RunResult> =>
    runProgram(this.targetArguments, {
      ...(on !== undefined && { on }),
      ...(slots !== undefined && { slots }),
      ...(recorder && { recorder }),
      baseline,
      ...(growth && { growth }),
      symbols: symbolSource(symbolOptions(flags, this.process)),
      request: {
        filter: filterOf(flags),
        ...ownerPatternsOf(flags),
        names,
        ...(merge && { merge }),
      },
      keepsRecording: isRecordingName(output),
      warn,
    });
  const rounded = recorder === undefined ? slotsText(slots, 10) : undefined;
  // An emulated program receives no Ctrl-C: only ending ourselves would end it.
  const result =
    await (on === undefined
      ? withInterruptsLeftToProgram(traced)
      : withProgress(this.process, `running on ${on}`, traced()));
  if (rounded !== undefined) warn(rounded);
  const { leaks, historyLost, recording, analysis } = result;
  if (output !== undefined && recording) {
    await writeRecording(output, recording, { guard: disposeOnInterrupt });
  }
  await writeResult(this.process, result, { ...flags, words: this.targetArguments });
  await writeGateBaseline(flags, baseline, leaks, warn);
  const hasGrown = closesGate(result.growth, analysis, growth, warn);
  warn(summary(result));
  this.process.exitCode = gateCode(flags, leaks, historyLost, hasGrown) ?? result.exitStatus;
}

/** Ctrl-C reaches the program, too, which decides what it means; we stay to report. */
async function withInterruptsLeftToProgram<T>(work: () => Promise<T>): Promise<T> {
  const ignore = (): void => {};
  Deno.addSignalListener("SIGINT", ignore);
  try {
    return await work();
  } finally {
    Deno.removeSignalListener("SIGINT", ignore);
  }
}

/** Writes the requested report; if there is none, the leaks, if any are not known. */
async function writeResult(
  process: CliProcess,
  result: RunResult,
  flags: Flags & { readonly words: readonly string[] },
): Promise<void> {
  const { analysis, leaks: { leaks } } = result;
  const bad = new Set([
    ...leaks.map(({ group }) => group.stack),
    ...result.growth?.kind === "judged"
      ? result.growth.growing.map(({ group }) => group.stack)
      : [],
  ]);
  const { format, group, json } = flags;
  const isSaved = isRecordingName(flags.output) || isLogName(flags.output);
  const output = isSaved ? undefined : flags.output;
  const isAsked = [format, group, json, output].some((flag) => flag !== undefined);
  const shown = isAsked
    ? analysis
    : { ...analysis, groups: analysis.groups.filter(({ stack }) => bad.has(stack)), misuses: [] };
  if (isAsked || bad.size > 0) {
    const { output: _saved, ...form } = flags;
    await writeReport(process, await chosenReport(isSaved ? form : flags, USUAL_FORMAT), shown, {
      ...(output !== undefined && { output }),
      ...(flags.sourceRoot !== undefined && { sourceRoot: flags.sourceRoot }),
      ...(isSaved ? { spec: shellWord(flags.output!) } : examinedAgain(flags)),
    });
  } else {
    await warnOfUncertainties(process, analysis);
  }
}

/**
 * What a later command can examine: an emulated program runs the same way again; one that has ended unsaved is gone.
 */
function examinedAgain(
  { target, words }: { readonly target?: string; readonly words: readonly string[] },
): Pick<ReportTarget, "spec" | "targetArguments"> {
  return target === undefined ? { spec: "<recording>" } : { spec: target, targetArguments: words };
}

/** The line with both the program's own exit code and the leaks. */
function summary({ exitStatus, leaks: { leaks, known }, historyLost }: RunResult): string {
  const outstanding = leaks.reduce((sum, { group }) => sum + group.outstanding, 0);
  const leaked = leaks.length === 0
    ? "no handle"
    : `${counted(outstanding, "handle")} from ${counted(leaks.length, "stack")}`;
  const beside = known.length === 0 ? "" : ` (beside ${counted(known.length, "known stack")})`;
  const within = historyLost ? " in the part of its history that is left" : "";
  return `the program ended with exit status 0x${exitStatus.toString(16)} and leaked ` +
    leaked + beside + within;
}
