/**
 * The seam above targets: where traces come from.
 *
 * A target only reads. Snapshots, diffs and symbols belong to the session; a target opens asynchronously
 * (its module has `open`) and answers synchronously, because a walk is thousands of tiny reads.
 *
 * @module
 */
import type { Memory, PointerSize } from "./memory.ts";
import type { Module } from "./module.ts";
import type { TraceLog } from "./trace_log.ts";
import type { SymbolFiles } from "./byte_source.ts";

/** Which grammar of `!htrace` a target answers to, and which walk reads its traces. */
export type TargetMode = "user" | "kernel";

/** Which traces are asked for. */
export interface TraceQuery {
  /** EPROCESS address; omitted or 0 for the current process. Kernel mode only. */
  readonly process?: bigint;
  /** Only traces of this handle value; omitted or 0 for all. */
  readonly handle?: number;
  /** Stop after this many traces; omitted or 0 for all. */
  readonly maxTraces?: number;
}

/** Switches tracing on and off, where a target can. Failures are `TraceControlError`. */
export interface TraceControl {
  /** Enables tracing with an empty ring; the target applies its own slot rules and default. */
  enable(slots?: number): void;
  /** Disables tracing; the traces are gone. */
  disable(): void;
}

/** Why a running target stopped. */
export type StopEvent =
  | { readonly kind: "breakpoint"; readonly address: bigint; readonly threadId: number }
  | { readonly kind: "exited"; readonly exitStatus: number };

/** Runs a target that can run. */
export interface Execution {
  /** Runs to the next breakpoint or to the end; once ended, answers the same end again. */
  go(): StopEvent;
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
  /** Number of open handles, where known. */
  readonly handleCount?: number;
}

/** An open handle. */
export interface HandleEntry {
  /** The handle value. */
  readonly handle: number;
  /** Name of the object's type, such as `Event`, where known. */
  readonly type?: string;
  /** Name of the object, where it has one and the target could read it. */
  readonly objectName?: string;
  /** Address of the object, where the system shows it. */
  readonly object?: bigint;
  /** Granted access mask. */
  readonly grantedAccess?: number;
  /** Handles to the object, as it counts them. */
  readonly handleCount?: number;
  /** References to the object, as it counts them. */
  readonly pointerCount?: number;
}

/** Where traces come from. Optional members are there only where the target has them. */
export interface Target extends Disposable {
  /** How the target names itself in messages. */
  readonly name: string;
  /** User mode or kernel mode. */
  readonly mode: TargetMode;
  /** Width of its pointers: of the addresses that are printed for it. */
  readonly pointerSize: PointerSize;
  /** Traces, newest first. Throws `TraceQueryError` with a sentence where there are none to be had. */
  readTraces(query: TraceQuery): TraceLog;
  /** Loaded modules: of a process (kernel mode: kernel modules first) or of the current one. */
  modules(process?: bigint): Module[];
  /** The address space of a process, or of the current one. */
  memory?(process?: bigint): Memory;
  /** The current process in kernel mode, an EPROCESS address; `.process` changes it. */
  currentProcess?: bigint;
  /** Traces read earlier that the target brings along, by name; the empty name is the last snapshot's. */
  readonly snapshots?: ReadonlyMap<string, TraceLog>;
  /** Switches tracing. */
  readonly control?: TraceControl;
  /** Runs the target. */
  readonly execution?: Execution;
  /** Processes of the target's system. */
  processes?(): ProcessEntry[];
  /** Open handles of the current process. */
  handles?(): HandleEntry[];
  /** Symbol files that the target brings along, such as the emulated guest's own PDBs. */
  symbolFiles?(module: Module): SymbolFiles | undefined;
  /** Runs a command of the debugger engine behind the target, and answers the engine's own text. */
  runNative?(command: string): string;
}

/** Traces cannot be had: never enabled, a process that is none, the target is gone. */
export class TraceQueryError extends TypeError {
  /** Creates the error with the user's sentence. */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "TraceQueryError";
  }
}

/** Tracing cannot be switched as asked. */
export class TraceControlError extends TypeError {
  /** Creates the error with the user's sentence. */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "TraceControlError";
  }
}
