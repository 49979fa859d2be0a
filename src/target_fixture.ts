/**
 * A target for tests: its traces, modules, handles and stops are what the test says.
 *
 * @module
 */
import { EngineStackTable } from "./engine/stack_table.ts";
import { TargetError } from "./error.ts";
import type { PointerSize } from "./memory.ts";
import type { Module } from "./module.ts";
import type {
  HandleEntry,
  ProcessEntry,
  ProcessRef,
  StopEvent,
  Target,
  TargetIdentity,
  TargetMode,
} from "./target.ts";
import type { HandleTrace } from "./trace.ts";
import { type StackTable, traceAt, type TraceLog } from "./trace_log.ts";
import { TraceLogBuilder } from "./trace_log_builder.ts";

/** A target whose state tests set directly. */
export class FakeTarget implements Target {
  name = "fake";
  kind = "fake";
  identity: TargetIdentity = { processId: 0x10, imageName: "fake.exe" };
  mode: TargetMode = "user";
  pointerSize: PointerSize = 4;
  userEnd = 0x8000_0000n;
  /** Capacity of the ring. */
  slots = 128;
  /** Newest first. */
  traces: HandleTrace[] = [];
  tracing = false;
  loaded: Module[] = [];
  stops: StopEvent[] = [];
  open: HandleEntry[] = [];
  list: ProcessEntry[] = [];
  defaultProcess: ProcessRef | undefined;
  disposed = false;
  /** Traces that it supplies, newest first. */
  kept: Map<string, HandleTrace[]> = new Map();
  /** Why a log is incomplete. */
  incomplete: string | undefined;
  /** When the traces are read. */
  now = new Date("2026-11-29T12:00:00Z");

  control = {
    enable: (slots?: number): void => {
      this.tracing = true;
      this.traces = [];
      this.slots = slots ?? 128;
    },
    disable: (): void => {
      this.tracing = false;
    },
    isEnabled: (): boolean => this.tracing,
  };

  execution = {
    go: (): StopEvent => this.stops.shift() ?? { kind: "exited", exitStatus: 0 },
  };

  /** Records traces, in the order they happened. */
  record(...traces: HandleTrace[]): void {
    for (const trace of traces) this.traces.unshift(trace);
    this.traces.length = Math.min(this.traces.length, this.slots);
  }

  readTraces(into: StackTable, process?: ProcessRef): TraceLog {
    if (!this.tracing) {
      throw new TargetError(
        'Cannot read traces of "fake": tracing is not enabled; enable it with "!htrace -enable"',
      );
    }
    const address = process?.process ?? this.defaultProcess?.process;
    return {
      ...this.#log(into, this.traces),
      slots: this.slots,
      ...(this.incomplete !== undefined && { incomplete: this.incomplete }),
      ...(address !== undefined && { process: address, objectTable: 0xe123_4560n }),
    };
  }

  readSnapshots(into: StackTable): Map<string, TraceLog> {
    return new Map(Array.from(this.kept, ([name, traces]) => [name, this.#log(into, traces)]));
  }

  modules(): Module[] {
    return this.loaded;
  }

  handles(): HandleEntry[] {
    return this.open;
  }

  processes(): ProcessEntry[] {
    return this.list;
  }

  [Symbol.dispose](): void {
    this.disposed = true;
  }

  #log(into: StackTable, traces: readonly HandleTrace[]): TraceLog {
    const builder = new TraceLogBuilder(into);
    for (const trace of traces) builder.add(trace);
    return builder.build({ readAt: this.now });
  }
}

/** A module of 64 KiB. */
export function fakeModule(name: string, base: bigint, path = `C:\\app\\${name}.exe`): Module {
  return { name, path, base, size: 0x1_0000 };
}

/** Reads all traces of a target that reads synchronously, into a new stack table. */
export function readLog(target: Target, process?: ProcessRef): TraceLog {
  const log = target.readTraces(new EngineStackTable(), process);
  if (log instanceof Promise) throw new TypeError(`${target.name} reads later; await it`);
  return log;
}

/** The traces of a log, newest first. */
export function listOf(log: TraceLog): HandleTrace[] {
  return Array.from({ length: log.count }, (_, index) => traceAt(log, index));
}
