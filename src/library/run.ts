/**
 * A program from its first instruction to its end, and what it leaked.
 *
 * @module
 */
import type { Analysis } from "../analysis.ts";
import type { Recording } from "../recording/recording.ts";
import { Session, type SessionRequest } from "../session.ts";
import type { SymbolSource } from "../symbols/module_symbols.ts";
import { launchProgram, type RecorderOptions } from "../targets/mod.ts";
import type { Baseline } from "./baseline.ts";
import { findGrowth, type GrowthFound, type GrowthOptions } from "./growth_gate.ts";
import { findLeaks, type Leaks, markKnown } from "./leaks.ts";
import { isRingFull } from "../trace_log.ts";
import { recordSession } from "./record.ts";

const RING_FULL = "the ring is full, and older traces are gone; enable tracing with more slots";

/** How to run a program. */
export interface RunOptions {
  /** The target that it runs on; this system if omitted. */
  readonly on?: string;
  /** Capacity of its trace ring; the target applies its own rules and default. */
  readonly slots?: number;
  /** Runs it with the in-process recorder instead of kernel tracing. */
  readonly recorder?: RecorderOptions;
  /** Leaks that are known. */
  readonly baseline?: Baseline;
  /** Finds stacks that grow from mark to mark. */
  readonly growth?: GrowthOptions;
  /** Source of symbol files; the run disposes of it. */
  readonly symbols?: SymbolSource;
  /** Options of the analysis. */
  readonly request?: SessionRequest;
  /** Makes a recording of the end. */
  readonly keepsRecording?: boolean;
  /** Called with warnings to show once. */
  readonly warn?: (message: string) => void;
}

/** How a program ended. */
export interface RunResult {
  /** Its exit status, an unsigned 32-bit number. */
  readonly exitStatus: number;
  /** Everything that was traced. */
  readonly analysis: Analysis;
  /** What it leaked, compared with the baseline. */
  readonly leaks: Leaks;
  /** Which stacks grow, if requested; those in the baseline are left out. */
  readonly growth?: GrowthFound;
  /** The ring was full at the end: handles that were opened before its oldest trace may have leaked, too. */
  readonly historyLost: boolean;
  /** Traces, modules, handles and names as they were at the end, if they were to be saved. */
  readonly recording?: Recording;
}

/**
 * Runs a program with tracing on from its first instruction, and examines it as it is about to end.
 *
 * ```ts
 * import { runProgram } from "@htrace/htrace";
 *
 * const { exitStatus, leaks } = await runProgram(["leak", "3"], { on: "emulated" });
 * console.log(exitStatus, leaks.leaks.map(({ key, group }) => `${group.outstanding} from ${key}`));
 * ```
 */
export async function runProgram(
  command: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  const { on, baseline, growth, symbols, request, keepsRecording, ...launch } = options;
  // It is disposed last: until then the program is stopped, with everything that symbols and names need.
  using program = await launchProgram(command, on, launch);
  using session = new Session(program.target, symbols && { symbols });
  const exitStatus = await program.runToExit((name) => session.mark(name));
  const shown = await session.show(request);
  const leaks = findLeaks(shown, baseline);
  const historyLost = isRingFull(shown.log);
  const log = { ...(historyLost && { incomplete: RING_FULL }), ...shown.log };
  const analysis = { ...markKnown(shown, leaks.known), log, run: { exitStatus } };
  return {
    exitStatus,
    analysis,
    leaks,
    ...(growth && { growth: findGrowth(analysis, growth) }),
    historyLost,
    ...(keepsRecording && { recording: await recordSession(session) }),
  };
}
