/**
 * A recording as a target: traces, modules and handles as they were, on any system.
 *
 * @module
 */
import { fileReason } from "../file_reason.ts";
import type { PointerSize } from "../memory.ts";
import type { Module } from "../module.ts";
import { isWanted, joinEntries, splitEntries } from "../nt/trace_entries.ts";
import {
  decodeRecording,
  isRecording,
  LARGEST_RECORDING,
  type Recording,
  RecordingError,
} from "../recording/recording.ts";
import {
  type HandleEntry,
  type Target,
  type TargetMode,
  type TraceQuery,
  TraceQueryError,
} from "../target.ts";
import type { TraceLog } from "../trace_log.ts";
import type { TargetKind } from "./_target_kind.ts";

/** The kind, for the table. A name with the extension is meant as one: what is wrong with the file is then said. */
export const RECORDING: TargetKind = {
  name: "recording",
  forms: ['service.htrace    what "htrace record" saved of any other target'],
  accepts: ({ text, head }) =>
    text.toLowerCase().endsWith(".htrace") || (head !== undefined && isRecording(head)),
  open: async (text) => new RecordedTarget(await decodeRecording(text, await readFile(text))),
};

/**
 * Reads the whole of a file, unless it is too large to be a recording: memory is not filled with it. A pipe would be
 * waited for, and a device may have no end.
 */
async function readFile(path: string): Promise<Uint8Array> {
  let found: string;
  try {
    const { isFile, size } = await Deno.stat(path);
    if (isFile && size <= LARGEST_RECORDING) return await Deno.readFile(path);
    found = isFile ? "it is larger than any recording" : "it is not a file";
  } catch (cause) {
    throw new RecordingError(path, fileReason(cause), "check its path and your rights", { cause });
  }
  throw new RecordingError(path, found, "check its path");
}

/** A recording, as a {@linkcode Target}. */
export class RecordedTarget implements Target {
  /** How the recorded target named itself. */
  readonly name: string;
  /** User mode or kernel mode, as recorded. */
  readonly mode: TargetMode;
  /** Width of the recorded target's pointers. */
  readonly pointerSize: PointerSize;
  /** Snapshots that were recorded with the traces. */
  readonly snapshots: ReadonlyMap<string, TraceLog>;
  /** EPROCESS of the current process, in kernel mode: at first the recorded one, which alone has traces. */
  declare currentProcess?: bigint;
  /** Handles that were open, where they were recorded. */
  declare readonly handles?: () => HandleEntry[];
  readonly #recording: Recording;

  /** Creates the target of a recording. */
  constructor(recording: Recording) {
    this.#recording = recording;
    this.name = recording.targetName;
    this.mode = recording.mode;
    this.pointerSize = recording.pointerSize;
    this.snapshots = recording.snapshots;
    const { log, handles } = recording;
    if (log.process !== undefined) this.currentProcess = log.process;
    if (handles) this.handles = () => [...handles];
  }

  /**
   * The recorded traces, or those of them that are asked for. `parsed` is what the recorded target would have
   * counted: user mode looks at all traces, kernel mode stops at the last one wanted.
   */
  readTraces(query: TraceQuery): TraceLog {
    this.#checkProcess(query.process);
    const { log } = this.#recording;
    if (!query.handle && !query.maxTraces) return log;
    const entries = splitEntries(log.bytes, log.layout);
    const most = query.maxTraces || entries.length;
    const wanted: Uint8Array[] = [];
    let parsed = log.parsed;
    for (const [index, entry] of entries.entries()) {
      if (!isWanted(entry, log.layout, query)) continue;
      wanted.push(entry);
      if (wanted.length < most) continue;
      if (this.mode === "kernel" && query.maxTraces) parsed = index + 1;
      break;
    }
    return { ...log, bytes: joinEntries(wanted, log.layout), parsed };
  }

  /** The recorded modules. */
  modules(process?: bigint): Module[] {
    this.#checkProcess(process);
    return [...this.#recording.modules];
  }

  /** Nothing is held. */
  [Symbol.dispose](): void {}

  #checkProcess(asked: bigint | undefined): void {
    const process = asked || this.currentProcess;
    const recorded = this.#recording.log.process;
    if (process === undefined || process === recorded) return;
    throw new TraceQueryError(
      `Cannot read process 0x${process.toString(16)} of ${this.name}: ` +
        (recorded === undefined
          ? "it was recorded in user mode, where processes have no address; leave the process out"
          : `only another one was recorded; name process 0x${recorded.toString(16)}`),
    );
  }
}
