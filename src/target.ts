/**
 * The seam above targets: where traces come from.
 *
 * A target only reads, and reads everything. Snapshots, filters, the current process and keeping tracing on belong to
 * the session; diffs and names are made above it.
 *
 * @module
 */
import type { Answer } from "./answer.ts";
import type { SymbolFiles } from "./byte_source.ts";
import type { Frame } from "./frame.ts";
import type { HandleCounts } from "./handle_counts.ts";
import type { Memory, PointerSize } from "./memory.ts";
import type { Module } from "./module.ts";
import type { StackTable, TraceLog } from "./trace_log.ts";

/** A value, or a promise of it. */
export type Awaitable<T> = T | Promise<T>;

/** Which grammar of `!htrace` a target has, and which walk reads its traces. */
export type TargetMode = "user" | "kernel";

/** Distinguishes two readings of one process from readings of two processes. Absent members are unknown. */
export interface TargetIdentity {
  /** The process's id. */
  readonly processId?: number;
  /** File name of its image. */
  readonly imageName?: string;
  /** When it was created: ids are reused. */
  readonly startTime?: Date;
}

/** The Windows version that a process runs on, as far as known. */
export interface WindowsSystem {
  /** Major version: 10 for Windows 10 and 11. */
  readonly major: number;
  /** Minor version. */
  readonly minor: number;
  /** Build number, such as 19045. */
  readonly build?: number;
  /** PROCESSOR_ARCHITECTURE_*: 0 x86, 9 x64, 12 ARM64. */
  readonly architecture?: number;
}

/** A process of a target that has several, by its address or its id. */
export interface ProcessRef {
  /** EPROCESS address. */
  readonly process?: bigint;
  /** Process id. */
  readonly processId?: number;
}

/** Switches tracing on and off. Failures are `TargetError`s. */
export interface TraceControl {
  /** Enables tracing with an empty ring; the target applies its own slot rules and default. */
  enable(slots?: number): void;
  /** Disables tracing; the traces are gone. */
  disable(): void;
  /** Whether tracing is on, without reading the ring. */
  isEnabled(): boolean;
}

/** Why a running target stopped. */
export type StopEvent =
  | { readonly kind: "breakpoint"; readonly address: bigint; readonly threadId: number }
  | { readonly kind: "exited"; readonly exitStatus: number };

/** A running target that has not stopped yet, and waits to be continued. */
export interface Pause {
  /** Distinguishes it from a stop. */
  readonly kind: "paused";
  /** Where it is. */
  readonly address: bigint;
  /** The thread that ran. */
  readonly threadId: number;
}

/** A mark that the program has just set: see mark.ts. It waits to be continued. */
export interface MarkEvent {
  /** Distinguishes it from a stop. */
  readonly kind: "mark";
  /** The mark's name. */
  readonly name: string;
}

/** Runs a target that can run. */
export interface Execution {
  /** Runs to the next breakpoint or to the end, past marks; after the end, returns the same end again. */
  go(): StopEvent;
  /** Runs for at most about a tenth of a second, so that somebody can break in between two calls. */
  advance?(): StopEvent | Pause | MarkEvent;
}

/** A process on the target's system. */
export interface ProcessEntry {
  /** Address of its EPROCESS, in kernel mode. */
  readonly process?: bigint;
  /** Its process id. */
  readonly processId: number;
  /** The id of its parent, if known. */
  readonly parentProcessId?: number;
  /** Image file name, cut as the source cuts it. */
  readonly imageName: string;
  /** Address of its PEB, if known. */
  readonly peb?: bigint;
  /** Root of its page tables, in kernel mode. */
  readonly directoryTableBase?: bigint;
  /** Address of its HANDLE_TABLE, in kernel mode; 0 once it has exited. */
  readonly objectTable?: bigint;
  /** Number of open handles, as the kernel counts them, if known. */
  readonly handleCount?: number;
  /** Whether its handles are traced, if known. */
  readonly traced?: boolean;
  /** When it was created, if known. */
  readonly startTime?: Date;
  /** When it ended, if known. */
  readonly endTime?: Date;
}

/** An open handle. */
export interface HandleEntry {
  /** The handle value. */
  readonly handle: number;
  /** Name of the object's type, such as `Event`, if known. */
  readonly type?: string;
  /** Name of the object, if it has one and the target could read it. */
  readonly objectName?: string;
  /** The name with the directories that contain it, if the target has both, as a kernel does. */
  readonly objectPath?: string;
  /** Address of the object, if the system shows it. */
  readonly object?: bigint;
  /** Granted access mask. */
  readonly grantedAccess?: number;
  /** The object's handle count. */
  readonly handleCount?: number;
  /** The object's reference count. */
  readonly pointerCount?: number;
  /** Attributes of the handle, if known: 1 protected from close, 2 inherited, 4 audited. */
  readonly attributes?: number;
  /** Id of the process it belongs to, in a list of several processes. */
  readonly processId?: number;
  /** Image file name of that process. */
  readonly imageName?: string;
  /** User of that process, as handle.exe prints it. */
  readonly user?: string;
  /** Sharing of a file, as handle.exe prints it: `RW-`. */
  readonly share?: string;
}

/** Where traces come from. Optional members are present only if the target has them. */
export interface Target extends Disposable {
  /** The target's name in messages: for people, never compared. */
  readonly name: string;
  /** Its kind, as the table of kinds names it, such as "recording". */
  readonly kind: string;
  /** Which process it is about, as far as known. */
  readonly identity: TargetIdentity;
  /** The Windows version that it comes from, if known. */
  readonly system?: WindowsSystem | undefined;
  /** User mode or kernel mode. */
  readonly mode: TargetMode;
  /** Width of its pointers, and of the addresses that are printed for it. */
  readonly pointerSize: PointerSize;
  /** First address that belongs to the kernel, if known. User mode leaves out frames from there on. */
  readonly userEnd?: bigint;
  /**
   * Whether htrace runs it and it starts afresh whenever it is opened, so that no verb sees what an earlier one
   * enabled.
   */
  readonly restarts?: true;
  /** The default process, if there are several. */
  readonly defaultProcess?: ProcessRef | undefined;
  /** What this source of traces cannot see; each begins in lower case. */
  readonly limits?: readonly string[];
  /**
   * Reads all traces, newest first, and their stacks into a table. Throws a `TargetError` if there are none to read.
   */
  readTraces(into: StackTable, process?: ProcessRef): Awaitable<TraceLog>;
  /** Loaded modules of a process (kernel mode: kernel modules first) or of the default one. */
  modules(process?: ProcessRef): Awaitable<readonly Module[]>;
  /** The name of an address that came with the traces; consulted before any symbol file. */
  frame?(address: bigint): Frame | undefined;
  /** Open handles of a process or of the default one. */
  handles?(process?: ProcessRef): Awaitable<readonly HandleEntry[]>;
  /** Their numbers, if the source states them or lists fewer handles than it counts. */
  handleCounts?(process?: ProcessRef): Awaitable<HandleCounts | undefined>;
  /** Debugger outputs that a text contains, in order; traces are read from one of them. */
  readonly answers?: readonly Answer[];
  /** What else is known about an open handle's object, as lines in the debugger's wording. */
  objectFacts?(handle: number): Awaitable<readonly string[]>;
  /** Processes on the target's system. */
  processes?(): Awaitable<readonly ProcessEntry[]>;
  /** One process, even one that has left the list. Throws a `TargetError` if there is none. */
  process?(ref: ProcessRef): Awaitable<ProcessEntry>;
  /** The address space of a process, or of the default one. */
  memory?(process?: ProcessRef): Memory;
  /**
   * Whether the snapshots that it supplies are marks that its program set: growth is measured from them, and nothing is
   * compared with the last of them.
   */
  readonly hasMarks?: true;
  /**
   * What is missing from the target itself and from a process's modules and handles, and why: each as a clause for
   * messages. A trace log itself says which traces are missing.
   */
  gaps?(process?: ProcessRef): Awaitable<readonly string[]>;
  /** A kernel's memory as a dump, as `.dump /f` writes one, if it can be written. */
  kernelDump?(time: Date): Uint8Array;
  /** Traces read earlier that the target supplies, by name; the last snapshot has the empty name. */
  readSnapshots?(into: StackTable): Awaitable<ReadonlyMap<string, TraceLog>>;
  /** Switches tracing. */
  readonly control?: TraceControl;
  /** Runs the target. */
  readonly execution?: Execution;
  /** Symbol files that the target supplies, such as the emulated guest's own PDBs. */
  symbolFiles?(module: Module): Awaitable<SymbolFiles | undefined>;
}

/** Which process a target is about or, if it is a whole system, its default process. */
export async function identityOf(
  target: Target,
  process: ProcessRef | undefined,
): Promise<TargetIdentity> {
  if (process === undefined || target.identity.processId !== undefined) return target.identity;
  const entry = await target.process?.(process);
  if (entry === undefined) return target.identity;
  const { processId, imageName, startTime } = entry;
  return { processId, imageName, ...(startTime && { startTime }) };
}

/** Whether two readings can be of one process: nothing that both know about it differs. */
export function isSameProcess(one: TargetIdentity, other: TargetIdentity): boolean {
  const differ = <T>(a: T | undefined, b: T | undefined): boolean =>
    a !== undefined && b !== undefined && a !== b;
  return !differ(one.processId, other.processId) &&
    !differ(one.imageName?.toLowerCase(), other.imageName?.toLowerCase()) &&
    !differ(one.startTime?.getTime(), other.startTime?.getTime());
}
