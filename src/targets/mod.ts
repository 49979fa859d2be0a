/**
 * The table of target kinds; opens the target that the user named.
 *
 * @module
 */
import { TargetError, UsageError } from "../error.ts";
import { fileKindOf } from "../file_kind.ts";
import { FileSource, NotAFileError } from "../file_source.ts";
import type { Target } from "../target.ts";
import type {
  LaunchOptions,
  OnMark,
  RecorderOptions,
  TargetKind,
  TargetOptions,
  TargetSpec,
  TracedProgram,
} from "./_target_kind.ts";
import { refusal } from "./_pasted_text.ts";
import { unreadable } from "./_target_file.ts";
import { DBGENG } from "./dbgeng.ts";
import { DEBUGGER_LOG } from "./debugger_log.ts";
import { EMULATED } from "./emulated.ts";
import { KERNEL_DUMP } from "./kernel_dump.ts";
import { HANDLE_LIST } from "./handle_list.ts";
import { LIVE } from "./live.ts";
import { MINIDUMP } from "./minidump.ts";
import { RECORDER } from "./recorder.ts";
import { RECORDING } from "./recording.ts";

export type {
  LaunchOptions,
  OnMark,
  RecorderOptions,
  TargetKind,
  TargetOptions,
  TargetSpec,
  TracedProgram,
};
export { debuggerEngine } from "./dbgeng.ts";
export { liveProcesses } from "./live.ts";

/** All kinds; the first that accepts a target opens it, so fixed forms come before looser ones. */
export const TARGET_KINDS: readonly TargetKind[] = [
  EMULATED,
  DBGENG,
  RECORDING,
  RECORDER,
  MINIDUMP,
  KERNEL_DUMP,
  HANDLE_LIST,
  DEBUGGER_LOG,
  LIVE,
];

/** Bytes read from a file to find its kind: more than any header. */
const HEAD_SIZE = 0x1000;

/** Opens the target that `text` names as one of `kinds`. The caller disposes it. */
export async function openTarget(
  text: string,
  options: TargetOptions = { args: [] },
  kinds: readonly TargetKind[] = TARGET_KINDS,
): Promise<Target> {
  const kind = kindOf(text, kinds);
  if (options.args.length > 0 && !kind.takesArguments) {
    // They would be dropped silently.
    throw new UsageError(
      `Cannot open "${text}" with the arguments "${
        options.args.join(" ")
      }": a ${kind.name} takes ` +
        'none; leave out "--" and what follows it',
    );
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
  const local = options.recorder === undefined ? LIVE : RECORDER;
  const kind = on === undefined ? local : kindOf(on, TARGET_KINDS);
  if (kind.launch === undefined) {
    throw new TargetError(
      `Cannot start a program on "${on}": a ${kind.name} starts none; leave the target out or ` +
        `use "emulated"`,
    );
  }
  return await kind.launch(on, command, options);
}

function kindOf(text: string, kinds: readonly TargetKind[]): TargetKind {
  const head = readHead(text);
  const spec = { text, ...(head && { head }) };
  const kind = kinds.find((candidate) => candidate.accepts(spec));
  if (kind !== undefined) return kind;
  const other = head && fileKindOf(head);
  if (other !== undefined) throw refusal(text, other);
  const names = kinds.map((kind) => kind.name).join(", ");
  const found = head === undefined ? whatIsAt(text) : "the file is not a target";
  throw new TargetError(
    `Cannot open "${text}": ${found} of a known kind (${names}); see htrace --help`,
  );
}

/** What is at a path that is not a file, worded to go before "of a known kind". */
function whatIsAt(path: string): string {
  try {
    return Deno.statSync(path).isDirectory
      ? "it is a folder, not a target"
      : 'it is a pipe or a device ("-" reads the standard input), not a target';
  } catch {
    return "there is no such file, nor another target"; // a path that cannot be checked was reported before
  }
}

/** The errors that the system throws if there is no file of a name. */
const MISSING = [Deno.errors.NotFound, Deno.errors.NotADirectory];

/** The first bytes of a file; undefined if there is none of that name. */
function readHead(path: string): Uint8Array | undefined {
  try {
    using file = FileSource.open(path);
    return file.read(0, HEAD_SIZE);
  } catch (error) {
    if (error instanceof NotAFileError) return undefined;
    if (MISSING.some((Missing) => error instanceof Missing)) return undefined;
    throw unreadable(path, error);
  }
}
