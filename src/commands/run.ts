/**
 * `htrace run -- program args`: traces a program from its first instruction to its end.
 *
 * @module
 */
import { buildCommand, type Command } from "@stricli/core";
import type { Leak, RunResult } from "../library/mod.ts";
import { parseCount, SLOTS, toggle } from "./_arguments.ts";
import { readBaseline, writeBaseline } from "./_baseline_file.ts";
import { type CliContext, type CliProcess, EXIT_CODES, UsageError } from "./_context.ts";
import { counted, warnTo, writeJson, writeText } from "./_output.ts";
import { SYMBOL_FLAGS, type SymbolFlags, symbolOptions } from "./_symbol_flags.ts";

interface Flags extends SymbolFlags {
  readonly failOnLeak?: boolean;
  readonly leakCode: number;
  readonly baseline?: string;
  readonly updateBaseline?: boolean;
  readonly slots?: number;
  readonly output?: string;
  readonly target?: string;
  readonly json?: boolean;
}

/** The verb. */
export const run: Command<CliContext> = buildCommand<Flags, [], CliContext>({
  docs: {
    brief: "Run a program under tracing, and report what it leaked",
    fullDescription:
      `Runs a program with tracing on from its first instruction. As it is about to end, its handles still open, lists
the stacks outside the system that opened handles which were never closed. Its standard streams are ours.

The exit code is the program's own. With --fail-on-leak it is 1 where the program leaked, whatever its own code. A
program that itself ends with 1 is told apart by the last line of the standard error, which has both ("exit status",
"leaked"), or by another --leak-code, one that the program never uses; 2 and 3 as htrace's own failures come with a
line that begins with "htrace: ", and the program has not run or not to its end.

A baseline is a text file of known stacks, which neither fail nor are listed; --update-baseline writes it. On the
emulated machine (--target emulated) the program is badhandle, and what follows "--" are its arguments.

Examples:
  htrace run -- service.exe --once
  htrace run --fail-on-leak --baseline known_leaks.txt -- tests.exe
  htrace run --baseline known_leaks.txt --update-baseline -- tests.exe
  htrace run --target emulated --fail-on-leak -- leak 3`,
  },
  parameters: {
    flags: {
      failOnLeak: toggle("End with the leak code where the program leaked"),
      leakCode: {
        kind: "parsed",
        parse: parseLeakCode,
        default: String(EXIT_CODES.leaks),
        placeholder: "n",
        brief: "The exit code that says that the program leaked",
      },
      baseline: {
        kind: "parsed",
        parse: String,
        optional: true,
        placeholder: "file",
        brief: "Known leaks: stacks that do not count",
      },
      updateBaseline: toggle(
        "Write all leaks of this run to the baseline instead of reporting them",
      ),
      slots: SLOTS,
      output: {
        kind: "parsed",
        parse: String,
        optional: true,
        placeholder: "file.htrace",
        brief: "Save traces, modules and handles of its end, as record does",
      },
      target: {
        kind: "parsed",
        parse: String,
        optional: true,
        placeholder: "target",
        brief: "Where it runs: emulated or emulated:2003; otherwise this machine",
      },
      json: toggle("Print one line of JSON after what the program prints"),
      ...SYMBOL_FLAGS,
    },
    aliases: { o: "output" },
  },
  func: runRun,
});

/** A code that every system passes on whole, and that is not that of success. */
function parseLeakCode(text: string): number {
  const code = parseCount(text);
  if (code >= 1 && code <= 255) return code;
  throw new SyntaxError(`"${text}" is no exit code for leaks: give 1 to 255`);
}

async function runRun(this: CliContext, flags: Flags): Promise<void> {
  const { baseline: baselinePath, updateBaseline = false, slots, output, target: on } = flags;
  if (on === undefined && this.targetArguments.length === 0) {
    throw new UsageError('Cannot run: there is no program; give it after "--"');
  }
  if (updateBaseline && baselinePath === undefined) {
    throw new UsageError('Cannot update the baseline: no file is given; add "--baseline file"');
  }
  const { runProgram, writeRecording } = await import("../library/mod.ts");
  const { symbolSource } = await import("../symbol_path/mod.ts");
  const baseline = baselinePath === undefined
    ? new Set<string>()
    : await readBaseline(baselinePath, updateBaseline);
  const traced = (): Promise<RunResult> =>
    runProgram(this.targetArguments, {
      ...(on !== undefined && { on }),
      ...(slots !== undefined && { slots }),
      baseline,
      symbols: symbolSource(symbolOptions(flags, this.process)),
      warn: warnTo(this.process),
    });
  // An emulated program hears of no Ctrl-C: nothing but our own end would end it.
  const result = await (on === undefined ? withInterruptsLeftToProgram(traced) : traced());
  if (output !== undefined) await writeRecording(output, result.recording);
  const isUpdated = updateBaseline && baselinePath !== undefined;
  if (isUpdated) await writeBaseline(baselinePath, [...result.leaks, ...result.knownLeaks]);
  await writeResult(this.process, result, flags, isUpdated);
  const isFailure = flags.failOnLeak && result.leaks.length > 0 && !isUpdated;
  this.process.exitCode = isFailure ? flags.leakCode : result.exitStatus;
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

async function writeResult(
  process: CliProcess,
  result: RunResult,
  { json = false }: Flags,
  isUpdated: boolean,
): Promise<void> {
  const { analysisJson } = await import("../reports/json.ts");
  const { REPORTS } = await import("../reports/mod.ts");
  const { exitStatus, analysis, leaks, knownLeaks, historyLost } = result;
  if (json) {
    writeJson(process, {
      exitStatus,
      leaks: leaks.map(leakJson),
      knownLeaks: knownLeaks.map(leakJson),
      historyLost,
      analysis: analysisJson(analysis),
    });
  } else if (leaks.length > 0 && !isUpdated) {
    const groups = leaks.map(({ group }) => group);
    writeText(process, REPORTS.groups({ ...analysis, groups }));
  }
  const warn = warnTo(process);
  if (historyLost) {
    warn("history was lost: the ring is full, and older traces are gone; give it more --slots");
  }
  if (analysis.log.incomplete !== undefined) warn(`traces are missing: ${analysis.log.incomplete}`);
  warn(summary(result));
}

function leakJson({ key, group }: Leak): { key: string; outstanding: number } {
  return { key, outstanding: group.outstanding };
}

/** The one line that has both, the program's own code and the leaks. */
function summary({ exitStatus, leaks, knownLeaks }: RunResult): string {
  const outstanding = leaks.reduce((sum, { group }) => sum + group.outstanding, 0);
  const leaked = leaks.length === 0
    ? "no handle"
    : `${counted(outstanding, "handle")} from ${counted(leaks.length, "stack")}`;
  const known = knownLeaks.length === 0
    ? ""
    : ` (beside ${counted(knownLeaks.length, "known stack")})`;
  return `the program ended with exit status 0x${exitStatus.toString(16)} and leaked ` +
    leaked + known;
}
