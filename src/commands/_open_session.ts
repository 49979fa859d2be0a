/**
 * From a command line to a session: opens the target and decides where its symbols come from.
 *
 * Verbs import this file when they run, not when they are listed, because it loads every kind of target.
 *
 * @module
 */
import { findProcess } from "../library/find_process.ts";
import { traceStep } from "../library/trace_step.ts";
import { Session, type SessionOptions } from "../session.ts";
import { symbolSource, type SymbolSourceOptions } from "../symbols/path/mod.ts";
import { openTarget, type TargetOptions } from "../targets/mod.ts";
import { withProgress } from "./terminal/progress.ts";
import type { CliProcess } from "./terminal/streams.ts";

/** How to open a target. */
export interface OpenOptions extends Omit<SessionOptions, "symbols">, Omit<TargetOptions, "args"> {
  /** Arguments after `--`, for a target that takes some. */
  readonly args?: readonly string[];
  /** Where symbol files come from. */
  readonly symbols?: SymbolSourceOptions;
  /** The process, for a target that has several: its id, name or EPROCESS. */
  readonly process?: string | undefined;
}

/** Opens a target by its form or content, with progress on the terminal: an emulated kernel boots and runs first. */
export async function openSession(
  cliProcess: CliProcess,
  spec: string,
  { args = [], symbols = {}, keepTracing = false, warn, process, answer }: OpenOptions = {},
): Promise<Session> {
  const opened = openTarget(spec, {
    args,
    ...(warn && { warn }),
    ...(answer !== undefined && { answer }),
  });
  const target = await withProgress(cliProcess, `opening ${spec}`, opened);
  using opening = new DisposableStack();
  const session = opening.use(new Session(target, { symbols: symbolSource(symbols), keepTracing }));
  if (process !== undefined) session.process = await findProcess(target, process);
  opening.move();
  return session;
}

/** Runs a target that restarts with each verb over its step, with tracing on and progress on the terminal. */
export async function runStep(cliProcess: CliProcess, session: Session): Promise<void> {
  await withProgress(cliProcess, `running ${session.target.name}`, traceStep(session));
}
