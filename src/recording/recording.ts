/**
 * Recordings: what `htrace record` keeps of a target, encoded as the bytes of an `*.htrace` file and decoded again.
 *
 * The byte format is described in this folder's README.
 *
 * @module
 */
import { joinBytes } from "../byte_pieces.ts";
import { distinctAddresses } from "../distinct_addresses.ts";
import { StackNumbers } from "../listed_stacks.ts";
import type { PointerSize } from "../memory.ts";
import type { Module } from "../module.ts";
import type { HandleEntry, TargetIdentity, TargetMode } from "../target.ts";
import type { TraceLog } from "../trace_log.ts";
import { ByteReader } from "./_byte_reader.ts";
import { ByteWriter } from "./_byte_writer.ts";
import { Packer, tooLarge, unpack } from "./_container.ts";
import { type FrameNames, readFrames, writeFrames } from "./_frames.ts";
import { readHandles, writeHandles } from "./_handles.ts";
import { Allowance, LIMITS } from "./_limits.ts";
import { readModules, writeModules } from "./_modules.ts";
import { readStacks, writeStacks } from "./_stacks.ts";
import { readTexts, writeTexts } from "./_source_facts.ts";
import { readTraceLog, writeTraceLog } from "./_trace_log.ts";

export { isRecording, MAX_RECORDING, RECORDING_VERSION } from "./_container.ts";
export type { FrameNames } from "./_frames.ts";
export { recordingError } from "./recording_error.ts";

/** What a recording keeps of a target. */
export interface Recording {
  /** How the target named itself. */
  readonly targetName: string;
  /** Which process it was. */
  readonly identity: TargetIdentity;
  /** User mode or kernel mode. */
  readonly mode: TargetMode;
  /** Width of the target's pointers. */
  readonly pointerSize: PointerSize;
  /** First kernel address, if known. */
  readonly userEnd?: bigint;
  /** When it was recorded, to the millisecond. */
  readonly recordedAt: Date;
  /** All traces, as the target had them. */
  readonly log: TraceLog;
  /** Earlier snapshots by name; the unnamed one has the empty name. */
  readonly snapshots: ReadonlyMap<string, TraceLog>;
  /** Modules of the traced process; in kernel mode also those of the kernel. */
  readonly modules: readonly Module[];
  /** Open handles of the traced process, if the target could list them. */
  readonly handles?: readonly HandleEntry[];
  /** Names of the stacks' addresses, if they were kept. */
  readonly frames?: FrameNames;
  /** What the target does not show, see `Target.limits`. */
  readonly limits?: readonly string[];
  /** Set if the snapshots are marks that the program set, see `Target.hasMarks`. */
  readonly hasMarks?: true;
}

/** Sections of the content, by their four-letter tags. */
const TAG = {
  target: "TARG",
  modules: "MODS",
  handles: "HNDL",
  stacks: "STAK",
  frames: "NAME",
  log: "TRAC",
  snapshot: "SNAP",
} as const;

/** Size of a tag in bytes. */
const TAG_SIZE = 4;

/** The modes by their number in the file. */
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
  return joinBytes(await recordingPieces(recording));
}

/** The same bytes in pieces, for a file. */
export async function recordingPieces(recording: Recording): Promise<readonly Uint8Array[]> {
  const { handles, frames, log, snapshots } = recording;
  checkSize([log, ...snapshots.values()]);
  await using packer = new Packer();
  await addSection(packer, TAG.target, (writer) => writeTarget(writer, recording));
  await addSection(packer, TAG.modules, (writer) => writeModules(writer, recording.modules));
  if (handles) await addSection(packer, TAG.handles, (writer) => writeHandles(writer, handles));
  const numbers = new StackNumbers();
  const logs = [log, ...snapshots.values()].map((log) => numbers.numberLog(log));
  const { stacks } = numbers;
  const addresses = distinctAddresses(stacks);
  await addSection(packer, TAG.stacks, (writer) => writeStacks(writer, stacks, addresses));
  if (frames) {
    await addSection(packer, TAG.frames, (writer) => writeFrames(writer, addresses, frames));
  }
  const names = [undefined, ...snapshots.keys()];
  for (const [index, log] of logs.entries()) {
    const name = names[index];
    await addSection(packer, name === undefined ? TAG.log : TAG.snapshot, (writer) => {
      if (name !== undefined) writer.text(name);
      writeTraceLog(writer, log);
    });
  }
  return await packer.finish();
}

/** Throws if logs have more traces than a recording can; called before anything else is done with them. */
export function checkSize(logs: readonly TraceLog[]): void {
  const traces = logs.reduce((sum, { count }) => sum + count, 0);
  if (traces > LIMITS.traces.most) throw tooLarge(`${traces} traces`, `${LIMITS.traces.most}`);
}

/**
 * Reads the bytes of an `*.htrace` file; `name` is the file's, for messages. Throws a `FormatError` with a message for
 * the user.
 */
export async function decodeRecording(name: string, bytes: Uint8Array): Promise<Recording> {
  const allowance = new Allowance(bytes.length);
  const sections = readSections(name, await unpack(name, bytes), allowance);
  const section = <T>(tag: string, read: (reader: ByteReader) => T): T | undefined => {
    const [reader] = sections.get(tag) ?? [];
    return reader && read(reader);
  };
  const target = section(TAG.target, (reader) => readTarget(reader, allowance));
  const modules = section(TAG.modules, (reader) => readModules(reader, allowance)) ?? [];
  const handles = section(TAG.handles, (reader) => readHandles(reader, allowance));
  const stacks = section(TAG.stacks, (reader) => readStacks(reader, allowance));
  const readLog = (reader: ByteReader): TraceLog => {
    if (stacks === undefined) throw reader.error("its traces have no stacks");
    return readTraceLog(reader, stacks.stacks, allowance);
  };
  const log = section(TAG.log, readLog);
  if (target === undefined || log === undefined) {
    throw new ByteReader(name, new Uint8Array()).error("it has no traces");
  }
  const snapshots = new Map<string, TraceLog>();
  for (const reader of sections.get(TAG.snapshot) ?? []) {
    const snapshot = reader.text();
    if (snapshots.has(snapshot)) throw reader.error(`it has two snapshots named "${snapshot}"`);
    snapshots.set(snapshot, readLog(reader));
  }
  const frames = stacks && section(
    TAG.frames,
    (reader) => readFrames(reader, stacks.addresses, modules, allowance),
  );
  return {
    ...target,
    log,
    snapshots,
    modules,
    ...(handles && { handles }),
    ...(frames && { frames }),
  };
}

function writeTarget(writer: ByteWriter, recording: Recording): void {
  const { identity } = recording;
  writer.text(recording.targetName);
  writer.byte(MODES.indexOf(recording.mode));
  writer.byte(recording.pointerSize);
  writer.varint(recording.recordedAt.getTime());
  writer.optional(recording.userEnd, (address) => writer.address(address));
  writer.optional(identity.processId, (id) => writer.varint(id));
  writer.optional(identity.imageName, (name) => writer.text(name));
  writer.optional(identity.startTime, (time) => writer.varint(time.getTime()));
  writeTexts(writer, recording.limits ?? []);
  writer.byte(recording.hasMarks ? 1 : 0);
}

function readTarget(
  reader: ByteReader,
  allowance: Allowance,
): Omit<Recording, "log" | "snapshots" | "modules" | "handles" | "frames"> {
  const targetName = reader.text();
  const mode = MODES[reader.byte()];
  const pointerSize = reader.byte();
  if (mode === undefined || (pointerSize !== 4 && pointerSize !== 8)) {
    throw reader.error("its target is of no known kind");
  }
  const recordedAt = readTime(reader);
  const userEnd = reader.optional(() => reader.address());
  const processId = reader.optional(() => reader.varint());
  const imageName = reader.optional(() => reader.text());
  const startTime = reader.optional(() => readTime(reader));
  // Older recordings end here.
  const limits = reader.remaining > 0 ? readTexts(reader, allowance) : [];
  const hasMarks = reader.remaining > 0 && reader.byte() === 1;
  return {
    targetName,
    identity: {
      ...(processId !== undefined && { processId }),
      ...(imageName !== undefined && { imageName }),
      ...(startTime && { startTime }),
    },
    mode,
    pointerSize,
    ...(userEnd !== undefined && { userEnd }),
    recordedAt,
    ...(limits.length > 0 && { limits }),
    ...(hasMarks && { hasMarks }),
  };
}

function readTime(reader: ByteReader): Date {
  const time = new Date(reader.varint());
  if (Number.isNaN(time.getTime())) throw reader.error("a time is out of range");
  return time;
}

async function addSection(
  packer: Packer,
  tag: string,
  write: (writer: ByteWriter) => void,
): Promise<void> {
  const body = new ByteWriter();
  write(body);
  const head = new ByteWriter();
  head.raw(new TextEncoder().encode(tag));
  head.varint(body.length);
  await packer.add(head.pieces);
  await packer.add(body.pieces);
}

/**
 * The sections by tag, each with its own reader: data after the known values of a section is skipped, and so are
 * unknown tags. Only snapshots can occur more than once.
 */
function readSections(
  name: string,
  bytes: Uint8Array,
  allowance: Allowance,
): ReadonlyMap<string, ByteReader[]> {
  const content = new ByteReader(name, bytes);
  const sections = new Map<string, ByteReader[]>();
  while (content.remaining > 0) {
    const tag = new TextDecoder().decode(content.raw(TAG_SIZE));
    const reader = new ByteReader(name, content.raw(content.count(1)), allowance);
    allowance.take("sections", 1, reader);
    const earlier = sections.get(tag);
    if (earlier === undefined) sections.set(tag, [reader]);
    else if (tag === TAG.snapshot) earlier.push(reader);
    else throw reader.error(`it has two sections "${tag}"`);
  }
  return sections;
}
