/**
 * Test helper: builds analyses from plain entries.
 *
 * @module
 */
import type { Analysis, NamedStack, TraceGroup } from "../analysis.ts";
import { NO_TRACE } from "../engine/engine.ts";
import { EngineStackTable } from "../engine/stack_table.ts";
import type { Frame } from "../frame.ts";
import { suspectOf } from "../analysis/judgement.ts";
import { stackKeyOf } from "../analysis/stack_key.ts";
import type { TargetMode } from "../target.ts";
import type { PointerSize } from "../memory.ts";
import { trace, traceLog } from "../trace_log_fixture.ts";
import type { TraceType } from "../trace.ts";

/** A trace in words. */
export interface TestTrace {
  readonly type: TraceType;
  readonly handle: number;
  readonly processId?: number;
  readonly threadId?: number;
  readonly frames: readonly Frame[];
}

/** What a test specifies besides the members of an analysis. */
interface TestFacts extends Partial<Analysis> {
  readonly mode?: TargetMode;
  readonly pointerSize?: PointerSize;
}

/** A stack of frames, with key and suspect as analyses have them. */
export function namedStack(frames: readonly Frame[]): NamedStack {
  return { frames, key: stackKeyOf({ frames }), suspect: suspectOf(frames) };
}

/** An analysis that lists all traces. Stack ids count from 0 in the order of the traces. */
export function testAnalysis(traces: readonly TestTrace[], facts: TestFacts = {}): Analysis {
  const { mode = "user", pointerSize = 4, ...more } = facts;
  const log = traceLog(
    new EngineStackTable(),
    traces.map(({ type, handle, frames, threadId, processId }) =>
      trace(type, handle, frames.map(({ address }) => address), threadId, processId)
    ),
  );
  return {
    target: { name: "test", kind: "fake", mode, pointerSize, identity: {} },
    log,
    parsed: log.parsed,
    listed: Uint32Array.from(traces, (_, index) => index),
    leftOut: { traces: 0, groups: 0 },
    pairOf: new Uint32Array(log.count).fill(NO_TRACE),
    isOutstanding: new Uint8Array(log.count),
    stacks: new Map(
      traces.map(({ frames }, index) => [log.stack[index]!, namedStack(frames)]),
    ),
    groups: [],
    misuses: [],
    modules: [],
    snapshots: [],
    withoutSymbols: [],
    limits: [],
    listsNames: false,
    objectOf: () => undefined,
    ...more,
  };
}

/** A group of the first stack, in a few words. */
export function testGroup(facts: Partial<TraceGroup> = {}): TraceGroup {
  const { opened = 2, closed = 1 } = facts;
  return {
    stack: 0,
    opened,
    closed,
    outstanding: opened - closed,
    badReferences: 0,
    outstandingTraces: Uint32Array.of(0),
    closers: [],
    objectTypes: new Map(),
    judgement: "outstanding",
    isKnown: false,
    ...facts,
  };
}
