/**
 * The seam above targets: where traces come from.
 *
 * A target only reads, and reads whole. Snapshots, filters, the current process and what is kept switched on belong to
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

/** What tells two readings of one process from readings of two. Absent members are not known. */
export interface TargetIdentity {
  /** The process's id. */
  readonly processId?: number;
  /** File name of its image. */
  readonly imageName?: string;
  /** When it was created: ids are used again. */
  readonly startTime?: Date;
}

/** The Windows that a process runs on, as far as it is known. */
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

/** A process of a target that has several, by either of its names. */
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

/** A running target that has not stopped yet, and waits to be run on. */
export interface Pause {
  /** Tells it from a stop. */
  readonly kind: "paused";
  /** Where it is. */
  readonly address: bigint;
  /** The thread that ran. */
  readonly threadId: number;
}

/** A mark that the program has just set: see mark.ts. It waits to be run on. */
export interface MarkEvent {
  /** Tells it from a stop. */
  readonly kind: "mark";
  /** The mark's name. */
  readonly name: string;
}

/** Runs a target that can run. */
export interface Execution {
  /** Runs to the next breakpoint or to the end, past marks; once ended, returns the same end again. */
  go(): StopEvent;
  /** Runs for about a tenth of a second at most, so that somebody can break in between two calls. */
  advance?(): StopEvent | Pause | MarkEvent;
}

/** A process of the target's system. */
export interface ProcessEntry {
  /** Address of its EPROCESS, in kernel mode. */
  readonly process?: bigint;
  /** Its process id. */
  readonly processId: number;
  /** The id of its parent, where known. */
  readonly parentProcessId?: number;
  /** Image file name, cut as the source cuts it. */
  readonly imageName: string;
  /** Address of its PEB, where known. */
  readonly peb?: bigint;
  /** Root of its page tables, in kernel mode. */
  readonly directoryTableBase?: bigint;
  /** Address of its HANDLE_TABLE, in kernel mode; 0 once it has exited. */
  readonly objectTable?: bigint;
  /** Number of open handles, as the kernel counts them, where known. */
  readonly handleCount?: number;
  /** Whether its handles are traced, where known. */
  readonly traced?: boolean;
  /** When it was created, where known. */
  readonly startTime?: Date;
  /** When it ended, where known. */
  readonly endTime?: Date;
}

/** An open handle. */
export interface HandleEntry {
  /** The handle value. */
  readonly handle: number;
  /** Name of the object's type, such as `Event`, where known. */
  readonly type?: string;
  /** Name of the object, where it has one and the target could read it. */
  readonly objectName?: string;
  /** The name with the directories that it stands in, where the target tells both, as a kernel does. */
  readonly objectPath?: string;
  /** Address of the object, where the system shows it. */
  readonly object?: bigint;
  /** Granted access mask. */
  readonly grantedAccess?: number;
  /** Handles to the object, as it counts them. */
  readonly handleCount?: number;
  /** References to the object, as it counts them. */
  readonly pointerCount?: number;
  /** Attributes of the handle, where known: 1 protected from close, 2 inherited, 4 audited. */
  readonly attributes?: number;
  /** Whose handle it is, in a list of several processes. */
  readonly processId?: number;
  /** Image file name of that process. */
  readonly imageName?: string;
  /** User of that process, as handle.exe prints it. */
  readonly user?: string;
  /** Sharing of a file, as handle.exe prints it: `RW-`. */
  readonly share?: string;
}

/** Where traces come from. Optional members are there only where the target has them. */
export interface Target extends Disposable {
  /** How the target names itself in messages: for people, never compared. */
  readonly name: string;
  /** Its kind, as the table of kinds names it, such as "recording". */
  readonly kind: string;
  /** Which process it is about, as far as that is known. */
  readonly identity: TargetIdentity;
  /** The Windows that it is of, where known. */
  readonly system?: WindowsSystem | undefined;
  /** User mode or kernel mode. */
  readonly mode: TargetMode;
  /** Width of its pointers: of the addresses that are printed for it. */
  readonly pointerSize: PointerSize;
  /** First address that is the kernel's, where known. User mode leaves frames from there on out. */
  readonly userEnd?: bigint;
  /** It is run by htrace and begins anew whenever it is opened, so that no verb sees what an earlier one enabled. */
  readonly restarts?: true;
  /** The process that is meant when none is named, where there are several. */
  readonly defaultProcess?: ProcessRef | undefined;
  /** What this source of traces cannot see; each begins in lower case. */
  readonly limits?: readonly string[];
  /** Reads all traces, newest first, their stacks into a table. Throws a `TargetError` where there are none to read. */
  readTraces(into: StackTable, process?: ProcessRef): Awaitable<TraceLog>;
  /** Loaded modules: of a process (kernel mode: kernel modules first) or of the default one. */
  modules(process?: ProcessRef): Awaitable<readonly Module[]>;
  /** The name of an address that came with the traces; asked before any symbol file. */
  frame?(address: bigint): Frame | undefined;
  /** Open handles of a process or of the default one. */
  handles?(process?: ProcessRef): Awaitable<readonly HandleEntry[]>;
  /** Their numbers, where the source states them or lists fewer handles than it counts. */
  handleCounts?(process?: ProcessRef): Awaitable<HandleCounts | undefined>;
  /** Outputs of debuggers that a text holds, in its order; traces are read of one of them. */
  readonly answers?: readonly Answer[];
  /** What else is known of the object behind an open handle, a line each in the debugger's words. */
  objectFacts?(handle: number): Awaitable<readonly string[]>;
  /** Processes of the target's system. */
  processes?(): Awaitable<readonly ProcessEntry[]>;
  /** One process, also one that has left the list. Throws a `TargetError` where there is none. */
  process?(ref: ProcessRef): Awaitable<ProcessEntry>;
  /** The address space of a process, or of the default one. */
  memory?(process?: ProcessRef): Memory;
  /**
   * The snapshots that it brings along are marks that its program set: growth is measured from them, and nothing is
   * compared with the last of them.
   */
  readonly hasMarks?: true;
  /**
   * What is missing of the target itself and of the modules and handles of a process, and why: each as a clause for messages.
   * What is missing of traces their log says.
   */
  gaps?(process?: ProcessRef): Awaitable<readonly string[]>;
  /** The memory of a kernel as a dump, as `.dump /f` writes one, where it can be written. */
  kernelDump?(time: Date): Uint8Array;
  /** Traces read earlier that the target brings along, by name; the empty name is the last snapshot's. */
  readSnapshots?(into: StackTable): Awaitable<ReadonlyMap<string, TraceLog>>;
  /** Switches tracing. */
  readonly control?: TraceControl;
  /** Runs the target. */
  readonly execution?: Execution;
  /** Symbol files that the target brings along, such as the emulated guest's own PDBs. */
  symbolFiles?(module: Module): Awaitable<SymbolFiles | undefined>;
}

/** Which process a target is about or, where it is about a whole system, the one that is meant. */
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

/** Whether two readings can be of one process: nothing that both know of it differs. */
export function isSameProcess(one: TargetIdentity, other: TargetIdentity): boolean {
  const differ = <T>(a: T | undefined, b: T | undefined): boolean =>
    a !== undefined && b !== undefined && a !== b;
  return !differ(one.processId, other.processId) &&
    !differ(one.imageName?.toLowerCase(), other.imageName?.toLowerCase()) &&
    !differ(one.startTime?.getTime(), other.startTime?.getTime());
}
