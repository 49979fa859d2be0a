/**
 * A target for tests: its traces, modules, handles and stops are what the test says.
 *
 * @module
 */
import type { PointerSize } from "./memory.ts";
import type { Module } from "./module.ts";
import {
  type HandleEntry,
  type ProcessEntry,
  type StopEvent,
  type Target,
  type TargetMode,
  type TraceQuery,
  TraceQueryError,
} from "./target.ts";
import type { HandleTrace } from "./trace.ts";
import type { TraceLog } from "./trace_log.ts";
import { QUERY_ENTRY_32, traceLog } from "./trace_log_fixture.ts";

/** A target whose state tests set directly. */
export class FakeTarget implements Target {
  name = "fake";
  mode: TargetMode = "user";
  pointerSize: PointerSize = 4;
  /** Capacity of the ring. */
  slots = 128;
  /** Newest first. */
  traces: HandleTrace[] = [];
  tracing = false;
  loaded: Module[] = [];
  stops: StopEvent[] = [];
  open: HandleEntry[] = [];
  list: ProcessEntry[] = [];
  currentProcess = 0x8234_5678n;
  disposed = false;
  snapshots: Map<string, TraceLog> = new Map();
  /** Why a log is not whole. */
  incomplete: string | undefined;

  control = {
    enable: (slots?: number): void => {
      this.tracing = true;
      this.traces = [];
      this.slots = slots ?? 128;
    },
    disable: (): void => {
      this.tracing = false;
    },
  };

  execution = {
    go: (): StopEvent => this.stops.shift() ?? { kind: "exited", exitStatus: 0 },
  };

  /** Records traces, in the order in which they happened. */
  record(...traces: HandleTrace[]): void {
    for (const trace of traces) this.traces.unshift(trace);
    this.traces.length = Math.min(this.traces.length, this.slots);
  }

  readTraces(query: TraceQuery): TraceLog {
    if (!this.tracing) {
      throw new TraceQueryError(
        'Cannot read traces of "fake": tracing is not enabled; enable it with "!htrace -enable"',
      );
    }
    const matching = this.traces.filter(({ handle }) => !query.handle || handle === query.handle);
    const shown = query.maxTraces ? matching.slice(0, query.maxTraces) : matching;
    return {
      ...traceLog(QUERY_ENTRY_32, shown, this.slots),
      parsed: this.traces.length,
      ...(this.incomplete === undefined ? {} : { incomplete: this.incomplete }),
      ...(this.mode === "kernel"
        ? { process: query.process || this.currentProcess, objectTable: 0xe123_4560n }
        : {}),
    };
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
}

/** A module of 64 KiB. */
export function fakeModule(name: string, base: bigint, path = `C:\\app\\${name}.exe`): Module {
  return { name, path, base, size: 0x1_0000 };
}
