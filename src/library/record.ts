/**
 * Saves what a target has, as an `*.htrace` file.
 *
 * @module
 */
import { TargetError } from "../error.ts";
import { distinctAddresses } from "../distinct_addresses.ts";
import type { Frame } from "../frame.ts";
import { detachStacks, ListedStacks } from "../listed_stacks.ts";
import { checkSize, type Recording, recordingPieces } from "../recording/recording.ts";
import type { Session } from "../session.ts";
import { type HandleEntry, identityOf, type ProcessRef, type Target } from "../target.ts";
import { logWithoutTraces, stacksOf, type TraceLog } from "../trace_log.ts";
import { replaceFile, type ReplaceOptions } from "./replace_file.ts";

/** What to save. */
export interface RecordOptions {
  /** Save the names of functions, files and lines, for machines without the symbols. Default: true. */
  readonly names?: boolean;
}

/**
 * Writes traces, snapshots, modules, handles and names of a session's target to a file, which is replaced completely.
 *
 * ```ts ignore
 * using session = new Session(await openTarget("4242"));
 * await record(session, "service.htrace");
 * ```
 */
export async function record(
  session: Session,
  path: string,
  { names = true, ...writing }: RecordOptions & ReplaceOptions = {},
): Promise<Recording> {
  const recording = await recordSession(session, { names });
  await writeRecording(path, recording, writing);
  return recording;
}

/** Everything that a recording contains of a session's target, as it is now. */
export async function recordSession(
  session: Session,
  { names = true }: RecordOptions = {},
): Promise<Recording> {
  const log = await session.readTraces();
  const snapshots = await session.snapshots();
  checkSize([log, ...snapshots.values()]);
  const handles = await session.handles();
  const recording = {
    ...aboutTarget(session.target),
    ...(session.hasMarks && { hasMarks: true as const }),
    identity: await identityOf(session.target, processOf(log)),
    recordedAt: log.readAt ?? new Date(),
    log: detachStacks(log),
    snapshots: new Map(Array.from(snapshots, ([name, log]) => [name, detachStacks(log)])),
    modules: await session.modules(),
    ...(handles && { handles }),
  };
  if (!names) return recording;
  const frames = await namesOf(session, [log, ...snapshots.values()]);
  const limits = [...recording.limits ?? [], ...session.namesLeftOut()];
  return { ...recording, frames, ...(limits.length > 0 && { limits }) };
}

/** Writes a recording to a file, which is replaced completely or left as it was. */
export async function writeRecording(
  path: string,
  recording: Recording,
  options: ReplaceOptions = {},
): Promise<void> {
  await replaceFile(path, await recordingPieces(recording), options);
}

/**
 * A recording of only a target's open handles, for {@linkcode diffHandles}: what can be read if tracing cannot be
 * switched on. It has no traces, and says why.
 */
export async function recordHandles(
  target: Target,
  recordedAt: Date,
  process: ProcessRef | undefined = target.defaultProcess,
): Promise<Recording> {
  const incomplete = reasonForHandlesAlone(target);
  return {
    ...aboutTarget(target),
    identity: await identityOf(target, process),
    recordedAt,
    log: { ...logWithoutTraces(NO_STACKS), readAt: recordedAt, incomplete },
    snapshots: new Map(),
    modules: [],
    handles: await handlesOf(target, process),
  };
}

/** The open handles of a target; throws if it cannot list them. */
export async function handlesOf(
  target: Target,
  process?: ProcessRef,
): Promise<readonly HandleEntry[]> {
  const handles = await target.handles?.(process);
  if (handles !== undefined) return handles;
  throw new TargetError(
    `Cannot list the handles of ${target.name}: it has no list of them; leave "--handles" out`,
  );
}

/** Why there are handles and no traces, completing a message. */
export function reasonForHandlesAlone({ control }: Target): string {
  return control === undefined || control.isEnabled()
    ? "handles were asked for, not traces"
    : "tracing is not enabled";
}

/** The stacks of a log without traces. */
const NO_STACKS = new ListedStacks(new BigUint64Array(), Uint32Array.of(0));

function aboutTarget(
  { name, identity, mode, pointerSize, userEnd, limits }: Target,
): Omit<Recording, "recordedAt" | "log" | "snapshots" | "modules" | "handles" | "frames"> {
  return {
    targetName: name,
    identity,
    mode,
    pointerSize,
    ...(userEnd !== undefined && { userEnd }),
    ...(limits && { limits }),
  };
}

function processOf({ process }: TraceLog): ProcessRef | undefined {
  return process === undefined ? undefined : { process };
}

/** Stacks that are named at once. */
const STACKS_AT_ONCE = 4096;

/** The names of all addresses of all logs, as far as symbols have them. */
async function namesOf(
  session: Session,
  logs: readonly TraceLog[],
): Promise<ReadonlyMap<bigint, Frame>> {
  const names = new Map<bigint, Frame>();
  const stacks = [...new Set(logs.flatMap((log) => [...stacksOf(log)]))];
  for (let first = 0; first < stacks.length; first += STACKS_AT_ONCE) {
    const addresses = distinctAddresses(
      stacks.slice(first, first + STACKS_AT_ONCE).map((stack) => session.stacks.addresses(stack)),
    );
    const found = await session.symbolize(addresses);
    for (const address of addresses) {
      const frame = found.get(address);
      if (frame?.symbol !== undefined) names.set(address, frame);
    }
  }
  return names;
}
