/**
 * Writes a minidump of any user-mode target, so that a debugger's own `!htrace` can read its traces.
 *
 * @module
 */
import { TargetError } from "../../error.ts";
import type { Module } from "../../module.ts";
import type { HandleEntry, Target } from "../../target.ts";
import type { StackId, Stacks, TraceLog } from "../../trace_log.ts";
import { VERSION } from "../../version.ts";
import { encodeMinidump, type MinidumpContents } from "./encode.ts";
import { HANDLE_OPERATION_LAYOUT } from "./format.ts";
import type { DumpModule } from "./modules.ts";

/** What is known about a process. */
export interface ProcessSource {
  /** The target from which it was read. */
  readonly target: Target;
  /** Its traces. */
  readonly log: TraceLog;
  /** Its modules. */
  readonly modules: readonly Module[];
  /** Its open handles, if known. */
  readonly handles?: readonly HandleEntry[];
  /** Whether there are snapshots in addition to the traces. */
  readonly hasSnapshots?: boolean;
}

/** A dump of a process, and what it lacks of what was known. */
export interface ProcessDump {
  /** The file, in pieces. */
  readonly pieces: readonly Uint8Array[];
  /** What the format cannot hold, each as a noun phrase. */
  readonly losses: readonly string[];
}

/** PROCESSOR_ARCHITECTURE_* of a target that says only the width of its pointers. */
const ARCHITECTURE = { 4: 0, 8: 9 } as const;
/** Build numbers of the systems that are identified by their version alone. */
const BUILDS: Readonly<Record<string, number>> = { "5.1": 2600, "5.2": 3790 };
/** Windows 10 22H2: debuggers do not open a dump without a version. */
const USUAL_SYSTEM = { major: 10, minor: 0, build: 19045 } as const;
const PLATFORM_NT = 2;

/**
 * Encodes a dump with everything about a process that the format can hold.
 *
 * @throws {TargetError} for a kernel-mode target.
 */
export function encodeProcess(source: ProcessSource): ProcessDump {
  const { target, log, modules, handles } = source;
  checkUserMode(target);
  const stacks = addressedStacks(target, log);
  const losses = lossesOf(source, stacks);
  const { pieces } = encodeMinidump({
    writtenAt: log.readAt ?? new Date(),
    system: systemOf(target),
    ...identityOf(target, log),
    modules: modules.filter(isPlaced).map(dumpModule),
    threadIds: [...new Set(log.threadId)].filter((id) => id !== 0).sort((a, b) => a - b),
    ...(handles && { handles }),
    ...hasTraces(log) && { operations: { ...log, stacks } },
    comment: commentOf(target, log, losses),
  });
  return { pieces, losses };
}

/** Throws for a target that a minidump cannot represent. */
export function checkUserMode({ name, mode }: Pick<Target, "name" | "mode">): void {
  if (mode !== "kernel") return;
  throw new TargetError(
    `Cannot write a minidump of ${name}: it is a kernel, and a minidump is of one process; ` +
      "write a kernel dump, or record it as *.htrace",
  );
}

/** Whether to write a list of traces: an empty one says that nothing was traced so far, none that tracing was off. */
function hasTraces({ count, incomplete }: TraceLog): boolean {
  return count > 0 || incomplete === undefined;
}

function systemOf({ system, pointerSize }: Target): MinidumpContents["system"] {
  const { major, minor, build = BUILDS[`${major}.${minor}`] ?? 0 } = system ?? USUAL_SYSTEM;
  return {
    architecture: system?.architecture ?? ARCHITECTURE[pointerSize],
    processors: 1,
    productType: 1,
    majorVersion: major,
    minorVersion: minor,
    buildNumber: build,
    platform: PLATFORM_NT,
    servicePack: "",
  };
}

function identityOf(
  { identity }: Target,
  log: TraceLog,
): Pick<MinidumpContents, "processId" | "startTime"> {
  const processId = identity.processId ?? log.processId.find((id) => id !== 0);
  return {
    ...(processId !== undefined && { processId }),
    ...(identity.startTime && { startTime: identity.startTime }),
  };
}

/** Whether a module's address is known: a pasted log names modules without addresses. */
function isPlaced({ base, size }: Module): boolean {
  return base !== 0n || size !== 0;
}

function dumpModule({ path, name, base, size, timestamp = 0, pdb }: Module): DumpModule {
  return {
    base,
    size,
    checksum: 0,
    timestamp,
    path: path || name,
    ...(pdb && { codeView: { kind: "RSDS", pdb } }),
  };
}

/** The stacks up to their first frame with a made-up address: a frame after it would seem to be a direct caller. */
interface AddressedStacks extends Stacks {
  /** Whether a stack lost frames. */
  isCut(stack: StackId): boolean;
}

function addressedStacks(target: Target, { stacks }: TraceLog): AddressedStacks {
  const known = new Map<StackId, BigUint64Array>();
  const addresses = (stack: StackId): BigUint64Array => {
    let kept = known.get(stack);
    if (kept === undefined) {
      const all = stacks.addresses(stack);
      const end = all.findIndex((address) => target.frame?.(address)?.isUnaddressed === true);
      known.set(stack, kept = end < 0 ? all : all.subarray(0, end));
    }
    return kept;
  };
  return {
    count: stacks.count,
    addresses,
    isCut: (stack) => addresses(stack).length < stacks.addresses(stack).length,
  };
}

function lossesOf(
  { target, log, modules, handles, hasSnapshots = false }: ProcessSource,
  stacks: AddressedStacks,
): string[] {
  const { frames } = HANDLE_OPERATION_LAYOUT.stack;
  const used = [...new Set(log.stack)];
  const tooDeep = used.filter((stack) => stacks.addresses(stack).length > frames).length;
  const unaddressed = used.filter((stack) => stacks.isCut(stack)).length;
  const unplaced = modules.filter((module) => !isPlaced(module)).length;
  const losses: readonly (readonly [isLost: boolean, what: string])[] = [
    [tooDeep > 0, `frames beyond the ${frames}nd (of ${stacksText(tooDeep)})`],
    [unaddressed > 0, `frames that have names and no addresses (of ${stacksText(unaddressed)})`],
    [unplaced > 0, `modules whose place is not known (${unplaced})`],
    [log.time !== undefined, "the times of the traces"],
    [log.objects !== undefined, "what handles stood for at the time of each trace"],
    [hasNames(target, log, used), "names of functions, files and lines"],
    [handles?.some(({ object }) => object !== undefined) ?? false, "addresses of objects"],
    [hasSnapshots, "snapshots"],
    [target.system === undefined, "the version of Windows, which is not known: it says 10.0"],
  ];
  return losses.filter(([isLost]) => isLost).map(([, what]) => what);
}

function stacksText(count: number): string {
  return count === 1 ? "1 stack" : `${count} stacks`;
}

/** Whether names came with the traces: a debugger finds its own only if it has symbols. */
function hasNames(target: Target, { stacks }: TraceLog, used: readonly StackId[]): boolean {
  return target.frame !== undefined &&
    used.some((stack) =>
      stacks.addresses(stack).some((address) => target.frame?.(address)?.symbol !== undefined)
    );
}

function commentOf({ name }: Target, { incomplete }: TraceLog, losses: readonly string[]): string {
  const parts = [`Written by htrace ${VERSION} from ${name}; registers and memory are not in it.`];
  if (incomplete !== undefined) parts.push(`Traces are missing: ${incomplete}.`);
  if (losses.length > 0) parts.push(`Left out: ${losses.join(", ")}.`);
  return parts.join(" ");
}
