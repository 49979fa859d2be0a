/**
 * A recording as a target: traces, modules, handles and names as they were recorded, on any system.
 *
 * @module
 */
import { TargetError } from "../error.ts";
import { fileReason } from "../file_reason.ts";
import { FileSource } from "../file_source.ts";
import type { Frame } from "../frame.ts";
import type { PointerSize } from "../memory.ts";
import type { Module } from "../module.ts";
import {
  decodeRecording,
  isRecording,
  MAX_RECORDING,
  type Recording,
  recordingError,
} from "../recording/recording.ts";
import type { HandleEntry, ProcessRef, Target, TargetIdentity, TargetMode } from "../target.ts";
import { moveStacks, type StackTable, type TraceLog } from "../trace_log.ts";
import type { TargetKind } from "./_target_kind.ts";

/** The kind, for the table. A name with the extension is taken for one, so that a bad file is reported as such. */
export const RECORDING: TargetKind = {
  name: "recording",
  forms: ['service.htrace    what "htrace record" saved of any other target'],
  accepts: ({ text, head }) =>
    text.toLowerCase().endsWith(".htrace") || (head !== undefined && isRecording(head)),
  open: async (text) => new RecordedTarget(await decodeRecording(text, readFile(text))),
};

/** Reads a whole file, unless it is too large to be a recording, so as not to fill memory. */
function readFile(path: string): Uint8Array {
  try {
    using file = FileSource.open(path);
    if (file.size <= MAX_RECORDING) return file.read(0, file.size);
  } catch (cause) {
    throw recordingError(path, fileReason(cause), {
      advice: "check its path and your rights",
      cause,
    });
  }
  throw recordingError(path, "it is larger than any recording", { advice: "check its path" });
}

/** A recording, as a {@linkcode Target}. */
export class RecordedTarget implements Target {
  /** How the recorded target named itself. */
  readonly name: string;
  /** A recording, regardless of what was recorded. */
  readonly kind = "recording";
  /** Which process was recorded. */
  readonly identity: TargetIdentity;
  /** User mode or kernel mode, as recorded. */
  readonly mode: TargetMode;
  /** Width of the recorded target's pointers. */
  readonly pointerSize: PointerSize;
  /** First address of the kernel, if known. */
  declare readonly userEnd?: bigint;
  /** The recorded process, in kernel mode: only it has traces. */
  declare readonly defaultProcess?: ProcessRef;
  /** What the recorded target did not show. */
  declare readonly limits?: readonly string[];
  /** The snapshots are marks that the program set. */
  declare readonly hasMarks?: true;
  /** Handles that were open, if they were recorded. */
  declare readonly handles?: (process?: ProcessRef) => readonly HandleEntry[];
  readonly #recording: Recording;

  /** Creates a target from a recording. */
  constructor(recording: Recording) {
    this.#recording = recording;
    this.name = recording.targetName;
    this.identity = recording.identity;
    this.mode = recording.mode;
    this.pointerSize = recording.pointerSize;
    const { log, handles, userEnd, limits, hasMarks } = recording;
    if (userEnd !== undefined) this.userEnd = userEnd;
    if (limits) this.limits = limits;
    if (hasMarks) this.hasMarks = hasMarks;
    if (log.process !== undefined) this.defaultProcess = { process: log.process };
    if (handles) {
      this.handles = (process) => {
        this.#checkProcess(process);
        return handles;
      };
    }
  }

  /** The recorded traces. */
  readTraces(into: StackTable, process?: ProcessRef): TraceLog {
    this.#checkProcess(process);
    return moveStacks(this.#recording.log, into);
  }

  /** The snapshots recorded with the traces. */
  readSnapshots(into: StackTable): ReadonlyMap<string, TraceLog> {
    return new Map(
      Array.from(this.#recording.snapshots, ([name, log]) => [name, moveStacks(log, into)]),
    );
  }

  /** The recorded modules. */
  modules(process?: ProcessRef): readonly Module[] {
    this.#checkProcess(process);
    return this.#recording.modules;
  }

  /** The name that an address had when it was recorded. */
  frame(address: bigint): Frame | undefined {
    return this.#recording.frames?.get(address);
  }

  /** Does nothing: no resources are held. */
  [Symbol.dispose](): void {}

  #checkProcess(asked: ProcessRef | undefined): void {
    const process = asked?.process;
    const recorded = this.#recording.log.process;
    if (!process || process === recorded) return;
    throw new TargetError(
      `Cannot read process 0x${process.toString(16)} of ${this.name}: ` +
        (recorded === undefined
          ? "it was recorded in user mode, where processes have no address; leave the process out"
          : `only another one was recorded; name process 0x${recorded.toString(16)}`),
    );
  }
}
