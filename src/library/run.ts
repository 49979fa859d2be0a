/**
 * A program from its first instruction to its end, and what it leaked.
 *
 * @module
 */
import type { Analysis } from "../analysis.ts";
import type { SymbolSource } from "../module_symbols.ts";
import { type Recording, recordTarget } from "../recording/recording.ts";
import { Session } from "../session.ts";
import { launchProgram } from "../targets/mod.ts";
import { traceCount } from "../trace_log.ts";
import { type Baseline, type Leak, leaksOf } from "./leaks.ts";

/** How to run a program. */
export interface RunOptions {
  /** The target that it runs on; this system when omitted. */
  readonly on?: string;
  /** Capacity of its ring of traces; the target applies its own rules and default. */
  readonly slots?: number;
  /** Leaks that are known. */
  readonly baseline?: Baseline;
  /** Where symbol files come from; the run disposes of it. */
  readonly symbols?: SymbolSource;
  /** Hears sentences that the user should see once. */
  readonly warn?: (sentence: string) => void;
}

/** How a program ended. */
export interface RunResult {
  /** Its exit status, an unsigned 32-bit number. */
  readonly exitStatus: number;
  /** Everything that was traced, with groups and names. */
  readonly analysis: Analysis;
  /** What it leaked and is not in the baseline, biggest first. */
  readonly leaks: readonly Leak[];
  /** What it leaked as the baseline says. */
  readonly knownLeaks: readonly Leak[];
  /** The ring was full at the end: handles that were opened earlier than its oldest trace may have leaked, too. */
  readonly historyLost: boolean;
  /** Traces, modules and handles as they were at the end. */
  readonly recording: Recording;
}

/**
 * Runs a program with tracing on from its first instruction, and looks at it as it is about to end.
 *
 * ```ts
 * import { runProgram } from "@htrace/htrace";
 *
 * const { exitStatus, leaks } = await runProgram(["leak", "3"], { on: "emulated" });
 * console.log(exitStatus, leaks.map(({ key, group }) => `${group.outstanding} from ${key}`));
 * ```
 */
export async function runProgram(
  command: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  const { on, baseline = new Set(), symbols, ...launch } = options;
  // It is disposed last: until then the program stands still, with everything that symbols and names need.
  using program = await launchProgram(command, on, launch);
  using session = new Session(program.target, symbols);
  const exitStatus = await program.runToExit();
  const analysis = await session.show({ group: true, names: true });
  const recording = recordTarget(session.target, new Date());
  const leaks = leaksOf(analysis, recording.modules);
  const { log } = analysis;
  return {
    exitStatus,
    analysis,
    leaks: leaks.filter(({ key }) => !baseline.has(key)),
    knownLeaks: leaks.filter(({ key }) => baseline.has(key)),
    historyLost: log.slots !== undefined && traceCount(log) >= log.slots,
    recording,
  };
}
