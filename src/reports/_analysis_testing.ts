/**
 * Test help: builds trace logs and analyses from plain entries.
 *
 * @module
 */
import type { Analysis } from "../analysis.ts";
import type { Frame } from "../frame.ts";
import type { PointerSize } from "../memory.ts";
import { QUERY_ENTRY_32, QUERY_ENTRY_64, trace, traceLog } from "../trace_log_fixture.ts";
import type { TraceType } from "../trace.ts";
import type { TraceLog } from "../trace_log.ts";

/** A trace in words. */
export interface TestTrace {
  readonly type: TraceType;
  readonly handle: number;
  readonly processId?: number;
  readonly threadId?: number;
  readonly frames: readonly Frame[];
}

/** A log of traces, newest first, as the user-mode query returns them. */
function testLog(traces: readonly TestTrace[], pointerSize: PointerSize = 4): TraceLog {
  return traceLog(
    pointerSize === 8 ? QUERY_ENTRY_64 : QUERY_ENTRY_32,
    traces.map(({ type, handle, frames, threadId, processId }) =>
      trace(type, handle, frames.map(({ address }) => address), threadId, processId)
    ),
  );
}

/** An analysis that lists all traces, each with a stack of its own. */
export function testAnalysis(
  traces: readonly TestTrace[],
  more: Partial<Analysis> = {},
): Analysis {
  const pointerSize = more.pointerSize ?? 4;
  return {
    targetName: "test",
    mode: "user",
    pointerSize,
    log: testLog(traces, pointerSize),
    listed: Uint32Array.from(traces, (_, index) => index),
    stackOf: Uint32Array.from(traces, (_, index) => index),
    stacks: new Map(traces.map(({ frames }, index) => [index, frames])),
    ...more,
  };
}
