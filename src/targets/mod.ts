/**
 * The table of target kinds, and opening a target by what the user named.
 *
 * @module
 */
import { fileReason } from "../file_reason.ts";
import { type Target, TraceControlError } from "../target.ts";
import type {
  LaunchOptions,
  TargetKind,
  TargetOptions,
  TargetSpec,
  TracedProgram,
} from "./_target_kind.ts";
import { DBGENG } from "./dbgeng.ts";
import { EMULATED } from "./emulated.ts";
import { LIVE } from "./live.ts";
import { RECORDING } from "./recording.ts";

export type { LaunchOptions, TargetKind, TargetOptions, TargetSpec, TracedProgram };
export { liveProcesses, LiveTargetError } from "./live.ts";

/** All kinds; the first that accepts a target opens it, so fixed forms stand before looser ones. */
export const TARGET_KINDS: readonly TargetKind[] = [
  EMULATED,
  DBGENG,
  RECORDING,
  LIVE,
];

/** Bytes of a file that tell its kind: more than the header of any. */
const HEAD_SIZE = 0x1000;

/** No kind accepts what the user named. */
export class UnknownTargetError extends TypeError {
  /** Creates the error for the target as given, which may be a file. */
  constructor(text: string, isFile: boolean) {
    const names = TARGET_KINDS.map((kind) => kind.name).join(", ");
    const found = isFile ? "the file is no target" : "there is no such file, nor another target";
    super(`Cannot open "${text}": ${found} of a known kind (${names}); see htrace --help`);
    this.name = "UnknownTargetError";
  }
}

/** Arguments were given for a program to a target that runs none; they would be lost without a word. */
export class TargetArgumentsError extends TypeError {
  /** Creates the error for the target as given. */
  constructor(text: string, kind: TargetKind, args: readonly string[]) {
    super(
      `Cannot open "${text}" with the arguments "${args.join(" ")}": a ${kind.name} takes none; ` +
        'leave out "--" and what follows it',
    );
    this.name = "TargetArgumentsError";
  }
}

/** Opens the target that `text` names. The caller disposes it. */
export async function openTarget(
  text: string,
  options: TargetOptions = { args: [] },
): Promise<Target> {
  const kind = kindOf(text);
  if (options.args.length > 0 && !kind.takesArguments) {
    throw new TargetArgumentsError(text, kind, options.args);
  }
  return await kind.open(text, options);
}

/**
 * Starts a program with tracing on from its first instruction: on this system, or on the target that `on` names. The
 * emulated machine has one program, so a command there is that program's arguments.
 */
export async function launchProgram(
  command: readonly string[],
  on?: string,
  options: LaunchOptions = {},
): Promise<TracedProgram> {
  const kind = on === undefined ? LIVE : kindOf(on);
  if (kind.launch === undefined) {
    throw new TraceControlError(
      `Cannot start a program on "${on}": a ${kind.name} starts none; leave the target out or ` +
        `use "emulated"`,
    );
  }
  return await kind.launch(on, command, options);
}

function kindOf(text: string): TargetKind {
  const head = readHead(text);
  const spec = { text, ...(head && { head }) };
  const kind = TARGET_KINDS.find((candidate) => candidate.accepts(spec));
  if (kind === undefined) throw new UnknownTargetError(text, head !== undefined);
  return kind;
}

/** What the system throws where there is no file of a name. */
const MISSING = [Deno.errors.NotFound, Deno.errors.NotADirectory];

/** A file is there, and the system does not let it be read. */
export class UnreadableTargetError extends TypeError {
  /** Creates the error with what the system said. */
  constructor(path: string, cause: unknown) {
    super(`Cannot open "${path}": ${fileReason(cause)}; name a file that you may read`, { cause });
    this.name = "UnreadableTargetError";
  }
}

/** The first bytes of a file; undefined when there is none of that name. */
function readHead(path: string): Uint8Array | undefined {
  try {
    if (!Deno.statSync(path).isFile) return undefined; // a pipe would be waited for
    using file = Deno.openSync(path, { read: true });
    const head = new Uint8Array(HEAD_SIZE);
    return head.subarray(0, file.readSync(head) ?? 0);
  } catch (error) {
    if (MISSING.some((Missing) => error instanceof Missing)) return undefined;
    throw new UnreadableTargetError(path, error);
  }
}
