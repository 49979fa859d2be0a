/**
 * Recordings: what `htrace record` keeps of a target, as the bytes of an `*.htrace` file and back.
 *
 * The byte format is described in this folder's README.
 *
 * @module
 */
import type { PointerSize } from "../memory.ts";
import type { Module } from "../module.ts";
import type { HandleEntry, Target, TargetMode } from "../target.ts";
import type { TraceLog } from "../trace_log.ts";
import { ByteReader } from "./_byte_reader.ts";
import { ByteWriter } from "./_byte_writer.ts";
import { pack, unpack } from "./_container.ts";
import { readHandles, writeHandles } from "./_handles.ts";
import { readModules, writeModules } from "./_modules.ts";
import { readTraceLog, writeTraceLog } from "./_trace_log.ts";

export { isRecording, LARGEST_RECORDING, RECORDING_VERSION } from "./_container.ts";
export { RecordingError } from "./recording_error.ts";

/** What is kept of a target. */
export interface Recording {
  /** How the target named itself. */
  readonly targetName: string;
  /** User mode or kernel mode. */
  readonly mode: TargetMode;
  /** Width of the target's pointers. */
  readonly pointerSize: PointerSize;
  /** When it was recorded, to the millisecond. */
  readonly recordedAt: Date;
  /** All traces, as the target had them. */
  readonly log: TraceLog;
  /** Snapshots that were taken before, by name; the unnamed one has the empty name. */
  readonly snapshots: ReadonlyMap<string, TraceLog>;
  /** Modules of the traced process (kernel mode: with those of the kernel). */
  readonly modules: readonly Module[];
  /** Open handles of the traced process, where the target could list them. */
  readonly handles?: readonly HandleEntry[];
}

/** Everything that a recording keeps of a target; snapshots are the session's. */
export function recordTarget(
  target: Target,
  recordedAt: Date,
  snapshots: ReadonlyMap<string, TraceLog> = new Map(),
): Recording {
  return {
    targetName: target.name,
    mode: target.mode,
    pointerSize: target.pointerSize,
    recordedAt,
    log: target.readTraces({}),
    snapshots,
    modules: target.modules(),
    ...(target.handles && { handles: target.handles() }),
  };
}

/** Sections of the content, by their four-letter tags. */
const TAG = {
  target: "TARG",
  log: "TRAC",
  snapshot: "SNAP",
  modules: "MODS",
  handles: "HNDL",
} as const;

/** Bytes of a tag. */
const TAG_SIZE = 4;

/** Bytes that the entries of all logs of a recording may take: 25 full rings of 131,072 traces. */
const LARGEST_LOGS = 0x2000_0000;

/** How modes are written. */
const MODES: readonly TargetMode[] = ["user", "kernel"];

/**
 * The bytes of an `*.htrace` file.
 *
 * @example
 * ```ts
 * const bytes = await encodeRecording(recording);
 * const same = await decodeRecording("service.htrace", bytes);
 * ```
 */
export async function encodeRecording(recording: Recording): Promise<Uint8Array<ArrayBuffer>> {
  const content = new ByteWriter();
  writeSection(content, TAG.target, (writer) => {
    writer.text(recording.targetName);
    writer.byte(MODES.indexOf(recording.mode));
    writer.byte(recording.pointerSize);
    writer.varint(recording.recordedAt.getTime());
  });
  writeSection(content, TAG.modules, (writer) => writeModules(writer, recording.modules));
  const { handles } = recording;
  if (handles) writeSection(content, TAG.handles, (writer) => writeHandles(writer, handles));
  writeSection(content, TAG.log, (writer) => writeTraceLog(writer, recording.log));
  for (const [name, snapshot] of recording.snapshots) {
    writeSection(content, TAG.snapshot, (writer) => {
      writer.text(name);
      writeTraceLog(writer, snapshot);
    });
  }
  return await pack(content.bytes);
}

/**
 * Reads the bytes of an `*.htrace` file; `name` is the file's, for messages. Throws a
 * {@linkcode RecordingError} with the user's sentence.
 */
export async function decodeRecording(name: string, bytes: Uint8Array): Promise<Recording> {
  const content = new ByteReader(name, await unpack(name, bytes));
  let target: ReturnType<typeof readTarget> | undefined;
  let log: TraceLog | undefined;
  let modules: Module[] = [];
  let handles: HandleEntry[] | undefined;
  const snapshots = new Map<string, TraceLog>();
  let room = LARGEST_LOGS;
  const readLog = (reader: ByteReader): TraceLog => {
    const log = readTraceLog(reader, room);
    room -= log.bytes.length;
    return log;
  };
  while (content.remaining > 0) {
    const { tag, reader } = readSection(name, content);
    if (tag === TAG.target) target = readTarget(reader);
    if (tag === TAG.log) log = readLog(reader);
    if (tag === TAG.modules) modules = readModules(reader);
    if (tag === TAG.handles) handles = readHandles(reader);
    if (tag === TAG.snapshot) snapshots.set(reader.text(), readLog(reader));
  }
  if (target === undefined || log === undefined) throw content.error("it has no traces");
  return { ...target, log, snapshots, modules, ...(handles && { handles }) };
}

function readTarget(
  reader: ByteReader,
): Pick<Recording, "targetName" | "mode" | "pointerSize" | "recordedAt"> {
  const targetName = reader.text();
  const mode = MODES[reader.byte()];
  const pointerSize = reader.byte();
  const recordedAt = new Date(reader.varint());
  if (mode === undefined || (pointerSize !== 4 && pointerSize !== 8)) {
    throw reader.error("its target is of no known kind");
  }
  if (Number.isNaN(recordedAt.getTime())) throw reader.error("its time is no time");
  return { targetName, mode, pointerSize, recordedAt };
}

function writeSection(
  content: ByteWriter,
  tag: string,
  write: (writer: ByteWriter) => void,
): void {
  const section = new ByteWriter();
  write(section);
  content.raw(new TextEncoder().encode(tag));
  content.varint(section.bytes.length);
  content.raw(section.bytes);
}

/** Reads a section's tag, and its bytes as a reader of their own: what follows the known values is skipped. */
function readSection(name: string, content: ByteReader): { tag: string; reader: ByteReader } {
  const tag = new TextDecoder().decode(content.raw(TAG_SIZE));
  return { tag, reader: new ByteReader(name, content.raw(content.count(1))) };
}
