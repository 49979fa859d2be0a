/**
 * Selects traces and groups: one filter for every target, every report and the prompt.
 *
 * @module
 */
import { UsageError } from "./error.ts";
import { frameName } from "./frame.ts";
import type { NamedStack } from "./analysis.ts";
import { TRACE_TYPE_CODES, type TraceType } from "./trace.ts";
import type { ObjectInfo, StackId, TraceLog } from "./trace_log.ts";

/** A moment, or milliseconds after the oldest trace of the log. */
export type TimeBound = Date | number;

/** Which traces and groups to select. Absent members restrict nothing. */
export interface TraceFilter {
  /** Only traces of this handle; its two low bits belong to the caller and make no difference. 0 is every handle. */
  readonly handle?: number;
  /** List only traces of this type. Groups still say how often their handles were closed. */
  readonly type?: TraceType;
  /** Only operations of this thread. */
  readonly threadId?: number;
  /** Only handles of this type of object, such as `Event`, in any case. */
  readonly objectType?: string;
  /** Only traces from then on. */
  readonly since?: TimeBound;
  /** Only traces until then. */
  readonly until?: TimeBound;
  /** Only stacks with a frame whose `module!symbol` matches. */
  readonly focus?: RegExp;
  /** No stacks with a frame whose `module!symbol` matches. */
  readonly ignore?: RegExp;
  /** Only what leaks, or only bad references with their stories. */
  readonly only?: "leaks" | "misuses";
  /** Only groups with at least this many outstanding handles. */
  readonly minOutstanding?: number;
  /** At most this many groups. */
  readonly top?: number;
  /** List at most this many traces. 0 is no maximum. */
  readonly maxTraces?: number;
}

/** What a filter needs from a log besides its columns. */
export interface TraceFacts {
  /** Type and name of a trace's object. */
  readonly objectOf: (trace: number) => ObjectInfo | undefined;
  /** Stacks with their names: all of the log's if the filter {@linkcode needsNames}. */
  readonly stacks: ReadonlyMap<StackId, NamedStack>;
}

/** Whether a filter selects single traces, so that counts by stack say nothing about what passes. */
export function isAboutTraces(filter: TraceFilter): boolean {
  return Boolean(filter.handle) ||
    [filter.threadId, filter.objectType, filter.since, filter.until]
      .some((clause) => clause !== undefined);
}

/** Whether a filter uses the names of frames. */
export function needsNames({ focus, ignore }: TraceFilter): boolean {
  return focus !== undefined || ignore !== undefined;
}

/**
 * A byte for each trace of the log, 1 if it passes: by handle, thread, object, time and frames. `type` and the maximum
 * do not count here: they select which of the passing traces are listed, see {@linkcode listTraces}.
 *
 * @throws {UsageError} if the filter uses times and the log has none.
 */
export function passingTraces(
  log: TraceLog,
  filter: TraceFilter,
  facts: TraceFacts,
): Uint8Array | undefined {
  const tests = testsOf(log, filter, facts);
  if (tests.length === 0) return undefined;
  const passes = new Uint8Array(log.count);
  for (let trace = 0; trace < log.count; trace++) {
    passes[trace] = tests.every((test) => test(trace)) ? 1 : 0;
  }
  return passes;
}

/** Those of the given traces, in order, that pass and have the selected type, up to the maximum. */
export function listTraces(
  traces: Uint32Array,
  passing: Uint8Array | undefined,
  log: TraceLog,
  { type, maxTraces }: TraceFilter,
): Uint32Array {
  const code = type && TRACE_TYPE_CODES[type];
  const passed = passing === undefined && code === undefined
    ? traces
    : traces.filter((trace) =>
      (passing === undefined || passing[trace] === 1) &&
      (code === undefined || log.type[trace] === code)
    );
  return maxTraces ? passed.subarray(0, maxTraces) : passed;
}

type Test = (trace: number) => boolean;

function testsOf(log: TraceLog, filter: TraceFilter, facts: TraceFacts): Test[] {
  const { handle, threadId, objectType, focus, ignore } = filter;
  const tests: Test[] = [];
  if (handle) tests.push((trace) => ((log.handle[trace]! ^ handle) & ~3) === 0);
  if (threadId !== undefined) tests.push((trace) => log.threadId[trace] === threadId);
  if (objectType !== undefined) {
    const wanted = objectType.toLowerCase();
    tests.push((trace) => facts.objectOf(trace)?.type?.toLowerCase() === wanted);
  }
  tests.push(...timeTests(log, filter));
  if (focus) tests.push(stackTest(log, facts, (names) => names.some((name) => focus.test(name))));
  if (ignore) {
    tests.push(stackTest(log, facts, (names) => !names.some((name) => ignore.test(name))));
  }
  return tests;
}

function timeTests({ time, count }: TraceLog, { since, until }: TraceFilter): Test[] {
  if (since === undefined && until === undefined) return [];
  if (time === undefined) {
    throw new UsageError(
      "Cannot choose traces by their time: these have none; leave out --since and --until",
    );
  }
  const start = time[count - 1] ?? 0;
  const moment = (bound: TimeBound): number =>
    typeof bound === "number" ? start + bound : bound.getTime();
  const tests: Test[] = [];
  if (since !== undefined) {
    const first = moment(since);
    tests.push((trace) => time[trace]! >= first);
  }
  if (until !== undefined) {
    const last = moment(until);
    tests.push((trace) => time[trace]! <= last);
  }
  return tests;
}

/** Thousands of traces share a few stacks: each stack is examined once. */
function stackTest(
  log: TraceLog,
  facts: TraceFacts,
  isWanted: (names: readonly string[]) => boolean,
): Test {
  const known = new Map<StackId, boolean>();
  return (trace) => {
    const stack = log.stack[trace]!;
    let wanted = known.get(stack);
    if (wanted === undefined) {
      const frames = facts.stacks.get(stack)?.frames ?? [];
      wanted = isWanted(frames.flatMap((frame) =>
        [
          frameName(frame) ?? [],
          (frame.inlined ?? []).map(({ symbol }) => `${frame.module?.name}!${symbol}`),
        ].flat()
      ));
      known.set(stack, wanted);
    }
    return wanted;
  };
}
