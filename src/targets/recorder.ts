/**
 * A recorder's log as a target, and programs run with the recorder in them.
 *
 * A log is read again for each query: its program may be running and writing it.
 *
 * @module
 */
import { TargetError } from "../error.ts";
import { fileReason } from "../file_reason.ts";
import { FileSource } from "../file_source.ts";
import type { PointerSize } from "../memory.ts";
import type { Module } from "../module.ts";
import { coverageOf } from "../recorder/coverage.ts";
import { tableAtEnd } from "../recorder/handle_table.ts";
import { isRecorderLog, type LogHeader } from "../recorder/header.ts";
import { notRecordable } from "../recorder/import_table.ts";
import { HEADER } from "../recorder/layout.ts";
import { readLogHeader, RecorderLog } from "../recorder/log.ts";
import { logError } from "../recorder/log_error.ts";
import { Objects } from "../recorder/objects.ts";
import { addressSpaceOf, tracesAtMarks, tracesOf } from "../recorder/trace_log.ts";
import type { HandleEntry, Target, TargetIdentity, TraceControl } from "../target.ts";
import type { StackTable, TraceLog } from "../trace_log.ts";
import { processHandles } from "./_process_handles.ts";
import { RecordedProgram } from "./_recorded_program.ts";
import type { LaunchOptions, TargetKind, TracedProgram } from "./_target_kind.ts";

/** The kind, for the table. A name with the extension is taken for one, so that a bad file is reported as such. */
export const RECORDER: TargetKind = {
  name: "recorder log",
  forms: ['service.hrec      what the in-process recorder wrote ("htrace run --recorder")'],
  accepts: ({ text, head }) =>
    text.toLowerCase().endsWith(".hrec") || (head !== undefined && isRecorderLog(head)),
  open: (text) => Promise.try(() => new RecorderTarget(text)),
  launch: (on, command, options) => {
    if (on === undefined) return Promise.try(launchRecorded, command, options);
    throw new TargetError(
      `Cannot start a program on "${on}": that is a log; leave the target out`,
    );
  },
};

/** Starts a program of this system with the recorder in it. */
export function launchRecorded(
  command: readonly string[],
  options: LaunchOptions = {},
): TracedProgram {
  if (Deno.build.os !== "windows") {
    throw new TargetError(
      `Cannot start "${command[0]}": this is not Windows; use the target "emulated"`,
    );
  }
  if (Deno.build.arch === "aarch64") {
    throw notRecordable(
      command[0] ?? "",
      "on ARM64 programs call the system past the code that can be hooked",
    );
  }
  const { slots, recorder = {} } = options;
  using untilOpen = new DisposableStack();
  const program = untilOpen.use(
    new RecordedProgram(command, { ...recorder, ...(slots !== undefined && { slots }) }),
  );
  const target = untilOpen.use(new RecorderTarget(program.log));
  untilOpen.move();
  return {
    target,
    runToExit: async () => {
      const exitStatus = await program.runToExit();
      target.checkStart(command[0] ?? "", exitStatus);
      return exitStatus;
    },
    [Symbol.dispose]: () => program[Symbol.dispose](),
  };
}

/** A recorder's log, as a {@linkcode Target}. */
export class RecorderTarget implements Target {
  /** The log's file. */
  readonly name: string;
  /** A recorder log. */
  readonly kind = RECORDER.name;
  /** The snapshots are marks that the program set. */
  readonly hasMarks = true;
  /** The recorder sees only what the process itself does. */
  readonly mode = "user";
  /** The recorded process. */
  readonly identity: TargetIdentity;
  /** Stops the recording. */
  readonly control: TraceControl = {
    enable: () => this.#enable(),
    disable: () => this.#stop(),
    isEnabled: () => isRecording(this.#header()),
  };
  readonly #source: FileSource;
  /** The log, once it no longer changes. */
  #ended: RecorderLog | undefined;

  /** Opens a log. Throws a `FormatError` if the file is not one. */
  constructor(path: string) {
    using untilOpen = new DisposableStack();
    this.#source = untilOpen.use(openLog(path));
    this.name = path;
    this.identity = identityOf(this.#log());
    untilOpen.move();
  }

  /** Width of the program's pointers; known once it has started. */
  get pointerSize(): PointerSize {
    return this.#header().pointerSize;
  }

  /** The events still in the ring, and the open handles. */
  readTraces(into: StackTable): TraceLog {
    const before = this.#header().nextEvent;
    const handles = this.#liveHandles();
    const log = this.#log();
    const table = handles === undefined ? tableAtEnd(log) : { handles, before };
    const traces = tracesOf(log, addressSpaceOf(log), into).log;
    return { ...traces, notes: [...coverageOf(log, table), ...traces.notes ?? []] };
  }

  /** The traces at each mark that the program set. */
  readSnapshots(into: StackTable): ReadonlyMap<string, TraceLog> {
    const log = this.#log();
    if (log.marks.length === 0) return new Map();
    return tracesAtMarks(log, tracesOf(log, addressSpaceOf(log), into));
  }

  /** All modules that were ever loaded. */
  modules(): readonly Module[] {
    return addressSpaceOf(this.#log()).modules;
  }

  /** Handles that are open now, or were at the end of the process. */
  handles(): readonly HandleEntry[] {
    const live = this.#liveHandles();
    if (live !== undefined) return live;
    const log = this.#log();
    const objects = new Objects(log);
    const end = log.listings.findLast(({ kind }) => kind === "end");
    if (end === undefined) return openHandles(log, objects);
    const { handle, type, name, grantedAccess } = end.handles;
    return Array.from(handle, (value, index) => ({
      handle: value,
      grantedAccess: grantedAccess[index]!,
      ...entryOf(objects, type[index]!, name[index]!),
    }));
  }

  /** Throws an error with the cause if nothing was recorded: without the recorder, the program did not start either. */
  checkStart(program: string, exitStatus: number): void {
    const { state, failure = "it does not say why" } = this.#header();
    if (state === "recording" || state === "ended") return;
    const found = state === "made"
      ? "the recorder was not loaded (security software or a policy may keep it out)"
      : `the recorder could not start (${failure})`;
    throw new TargetError(
      `Cannot record "${program}": ${found}, and the program ended with ` +
        `0x${exitStatus.toString(16)}; use kernel tracing (leave out --recorder)`,
    );
  }

  /** Closes the file. */
  [Symbol.dispose](): void {
    this.#source[Symbol.dispose]();
  }

  #header(): LogHeader {
    return this.#ended?.header ?? readLogHeader(this.#source);
  }

  #log(): RecorderLog {
    if (this.#ended !== undefined) return this.#ended;
    const log = new RecorderLog(this.#source);
    if (log.header.state === "ended") this.#ended = log;
    return log;
  }

  /** The process's handles as the system lists them while it runs. */
  #liveHandles(): readonly HandleEntry[] | undefined {
    const header = this.#header();
    const { imageName } = this.identity;
    if (header.state !== "recording" || imageName === undefined) return undefined;
    return processHandles({
      processId: header.processId,
      imageName,
      ranAt: header.startTime,
    });
  }

  #enable(): void {
    const header = this.#header();
    if (isRecording(header)) return;
    const found = header.state === "recording"
      ? "it was stopped, and what happened since is not known"
      : "its process has ended, or never began to record";
    throw new TargetError(
      `Cannot enable recording in "${this.name}": ${found}; run the program again`,
    );
  }

  /** Sets the flag that every hook checks. */
  #stop(): void {
    try {
      using file = Deno.openSync(this.name, { write: true });
      file.seekSync(HEADER.isStopped, Deno.SeekMode.Start);
      file.writeSync(Uint8Array.of(1));
    } catch (cause) {
      throw new TargetError(
        `Cannot stop recording in "${this.name}": ${fileReason(cause)}; check your rights`,
        { cause },
      );
    }
  }
}

function isRecording({ state, isStopped }: LogHeader): boolean {
  return state === "recording" && !isStopped;
}

/** The process of a log; a log that was never written to has none. */
function identityOf({ header, modules }: RecorderLog): TargetIdentity {
  const path = modules[0]?.path;
  return {
    ...(header.processId !== 0 && { processId: header.processId, startTime: header.startTime }),
    ...(path !== undefined && { imageName: path.slice(path.lastIndexOf("\\") + 1) }),
  };
}

function openHandles({ openHandles }: RecorderLog, objects: Objects): HandleEntry[] {
  return Array.from(openHandles.handle, (handle, place) => ({
    handle,
    ...entryOf(objects, openHandles.type[place]!, openHandles.name[place]!),
  }));
}

function entryOf(objects: Objects, type: number, name: number): Omit<HandleEntry, "handle"> {
  const object = objects.of(type, name);
  return {
    ...(object?.type !== undefined && { type: object.type }),
    ...(object?.name !== undefined && { objectName: object.name }),
  };
}

function openLog(path: string): FileSource {
  try {
    return FileSource.open(path);
  } catch (error) {
    throw logError(path, fileReason(error), "check its path and your rights");
  }
}
