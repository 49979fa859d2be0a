/**
 * Runs programs with the recorder in them, for the tests in this folder.
 *
 * @module
 */
import type { Analysis } from "../../src/analysis.ts";
import { codeOwner } from "../../src/own_code.ts";
import { Session } from "../../src/session.ts";
import { symbolSource } from "../../src/symbols/path/mod.ts";
import { launchProgram, type RecorderOptions } from "../../src/targets/mod.ts";
import { NO_TRACE } from "../../src/engine/engine.ts";
import { operationAt, type TraceLog } from "../../src/trace_log.ts";

/** How a program ended, and what its log contains. */
export interface Recorded {
  /** Its exit status. */
  readonly exitStatus: number;
  /** All traces. */
  readonly analysis: Analysis;
  /** The traces at each mark. */
  readonly marks: ReadonlyMap<string, TraceLog>;
}

/** Runs a program to its end with the recorder in it. */
export async function record(
  command: readonly string[],
  recorder: RecorderOptions & { readonly slots?: number } = {},
): Promise<Recorded> {
  const { slots, ...options } = recorder;
  using program = await launchProgram(command, undefined, {
    recorder: options,
    ...(slots !== undefined && { slots }),
  });
  using session = new Session(program.target, { symbols: symbolSource({ offline: true }) });
  const exitStatus = await program.runToExit();
  return { exitStatus, analysis: await session.show(), marks: await session.snapshots() };
}

/** The function that a stack is attributed to: that of its first own frame; "" if there is none. */
export function functionOf({ stacks }: Analysis, stack: number): string {
  return stacks.get(stack)?.suspect?.frame.symbol ?? "";
}

/** Every trace, oldest first: `open Event by leak`. */
export function story(analysis: Analysis): string[] {
  const { log } = analysis;
  return Array.from({ length: log.count }, (_, place) => {
    const trace = log.count - 1 - place;
    const { type } = operationAt(log, trace);
    const what = analysis.objectOf(trace)?.type ?? "?";
    return `${type} ${what} by ${functionOf(analysis, log.stack[trace]!)}`;
  });
}

/** What a function did to handles of a type. */
export interface Tally {
  opened: number;
  closed: number;
  /** How many handles were closed, by function. */
  readonly closedBy: Map<string, number>;
}

/** What each function opened, by `function type`. */
export function tallies(analysis: Analysis): ReadonlyMap<string, Tally> {
  const { log, pairOf } = analysis;
  const found = new Map<string, Tally>();
  for (let trace = 0; trace < log.count; trace++) {
    if (operationAt(log, trace).type !== "open") continue;
    const key = `${functionOf(analysis, log.stack[trace]!)} ${analysis.objectOf(trace)?.type}`;
    const tally = found.get(key) ?? { opened: 0, closed: 0, closedBy: new Map() };
    found.set(key, tally);
    tally.opened++;
    const close = pairOf[trace]!;
    if (close === NO_TRACE) continue;
    tally.closed++;
    const closer = functionOf(analysis, log.stack[close]!);
    tally.closedBy.set(closer, (tally.closedBy.get(closer) ?? 0) + 1);
  }
  return found;
}

/** Names of a stack's own functions, innermost first. */
export function ownFunctions({ stacks }: Analysis, stack: number): string[] {
  return (stacks.get(stack)?.frames ?? [])
    .filter(({ module }) => module !== undefined && codeOwner(module) === "own")
    .map(({ symbol }) => symbol ?? "");
}
