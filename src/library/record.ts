/**
 * Keeping what a target has, as an `*.htrace` file.
 *
 * @module
 */
import { QUERY_ENTRY_LAYOUTS } from "../nt/tracing.ts";
import { encodeRecording, type Recording, recordTarget } from "../recording/recording.ts";
import type { Session } from "../session.ts";
import { type HandleEntry, type Target, TraceQueryError } from "../target.ts";
import type { TraceLog } from "../trace_log.ts";
import { type FileWriter, replaceFile } from "./replace_file.ts";

/**
 * Writes traces, snapshots, modules and handles of a session's target to a file, which is replaced as a whole.
 *
 * ```ts ignore
 * using session = new Session(await openTarget("4242"));
 * await record(session, "service.htrace");
 * ```
 */
export async function record(session: Session, path: string): Promise<Recording> {
  const recording = recordTarget(session.target, new Date(), session.snapshots);
  await writeRecording(path, recording);
  return recording;
}

/** Writes a recording to a file, which is replaced as a whole or left as it was. */
export async function writeRecording(
  path: string,
  recording: Recording,
  files: FileWriter = Deno,
): Promise<void> {
  await replaceFile(path, await encodeRecording(recording), files);
}

/**
 * A recording of the open handles of a target alone, for {@linkcode diffHandles}: what can be had where tracing
 * cannot. It has no traces, and says why.
 */
export function recordHandles(target: Target, recordedAt: Date): Recording {
  return {
    targetName: target.name,
    mode: target.mode,
    pointerSize: target.pointerSize,
    recordedAt,
    log: noTraces(target),
    snapshots: new Map(),
    modules: [],
    handles: handlesOf(target),
  };
}

/** The open handles of a target; says so where it cannot list them. */
export function handlesOf(target: Target): HandleEntry[] {
  if (target.handles !== undefined) return target.handles();
  throw new TraceQueryError(
    `Cannot list the handles of ${target.name}: it has traces only; leave "--handles" out`,
  );
}

/** Why a target has no traces, as the end of a sentence; where it has some, that they were not asked for. */
export function whyNoTraces(target: Target): string {
  try {
    const { incomplete } = target.readTraces({ maxTraces: 1 });
    return incomplete ?? "handles were asked for, not traces";
  } catch (error) {
    if (!(error instanceof TraceQueryError)) throw error;
    return error.message.charAt(0).toLowerCase() + error.message.slice(1);
  }
}

function noTraces(target: Target): TraceLog {
  return {
    bytes: new Uint8Array(),
    layout: QUERY_ENTRY_LAYOUTS[target.pointerSize],
    parsed: 0,
    incomplete: whyNoTraces(target),
  };
}
