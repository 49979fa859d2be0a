/**
 * An analysis as one JSON object on one line, for scripts: the contract is docs/json_schema.json.
 *
 * Numbers are numbers, addresses text (`0x…`, because JSON's readers cut 64-bit numbers), times ISO 8601 in UTC; what
 * is unknown is absent. A stack is written once, under its id in `stacks`.
 *
 * @module
 */
import type { Analysis, Misuse, Report, TraceGroup } from "../analysis.ts";
import type { Answer } from "../answer.ts";
import type { Frame, InlinedFrame } from "../frame.ts";
import { countHandles } from "../handle_counts.ts";
import type { Module } from "../module.ts";
import type { HandleEntry } from "../target.ts";
import { operationAt, type TraceStop } from "../trace_log.ts";
import { VERSION } from "../version.ts";

/** A JSON value; undefined members are left out. */
export type JsonValue =
  | string
  | number
  | boolean
  | undefined
  | readonly JsonValue[]
  | JsonObject;

/** A JSON object. */
export interface JsonObject {
  readonly [name: string]: JsonValue;
}

/** The report. */
export const JSON_OBJECT: Report = {
  name: "json",
  brief: "one JSON object on one line, for scripts",
  extension: ".json",
  says: ["limit"],
  render: jsonPieces,
};

/** The same object, for streams of them. */
export const JSON_LINES: Report = {
  name: "jsonl",
  brief: "one JSON object per line, for streams",
  extension: ".jsonl",
  says: ["limit"],
  render: jsonPieces,
};

/** Number of entries in a piece of the text. */
const ENTRIES_AT_ONCE = 256;

/** Renders an analysis as a line of JSON. */
export function renderJson(analysis: Analysis): string {
  return [...jsonPieces(analysis)].join("");
}

function* jsonPieces(analysis: Analysis): Generator<string, void, undefined> {
  const { groups, misuses, stacks, modules, handles, log } = analysis;
  const traces = tracesOf(analysis);
  yield JSON.stringify(headJson(analysis, traces)).slice(0, -1);
  yield ',"traces":[';
  yield* listed(traces, (trace) => JSON.stringify(traceJson(analysis, trace)));
  yield '],"groups":[';
  yield* listed(groups, (group) => JSON.stringify(groupJson(analysis, group)));
  yield `],"misuses":${JSON.stringify(misusesJson(misuses, traces))},"stacks":{`;
  yield* listed(stacks, ([id, { frames }]) => `"${id}":${JSON.stringify(frames.map(frameJson))}`);
  yield '},"modules":[';
  yield* listed(modules, (module) => JSON.stringify(moduleJson(module)));
  yield "]";
  if (handles !== undefined) {
    yield ',"handles":[';
    yield* listed(handles, (entry) => JSON.stringify(handleJson(entry)));
    const { types } = analysis.handleCounts ?? countHandles(handles);
    yield `],"handleTotals":${JSON.stringify(Object.fromEntries(types))}`;
  }
  if (log.stops !== undefined) {
    yield `,"stops":${JSON.stringify(log.stops.map((stop) => stopJson(stop, stacks)))}`;
  }
  yield "}\n";
}

/** Entries separated by commas, some at a time: a ring has a hundred thousand traces, a leak as many handles. */
function* listed<Entry>(
  entries: Iterable<Entry>,
  write: (entry: Entry) => string,
): Generator<string, void, undefined> {
  let piece: string[] = [];
  let isFirst = true;
  for (const entry of entries) {
    piece.push(write(entry));
    if (piece.length < ENTRIES_AT_ONCE) continue;
    yield (isFirst ? "" : ",") + piece.join(",");
    piece = [];
    isFirst = false;
  }
  if (piece.length > 0) yield (isFirst ? "" : ",") + piece.join(",");
}

/** An address as in JSON. */
export function addressText(address: bigint | undefined): string | undefined {
  return address === undefined ? undefined : `0x${address.toString(16)}`;
}

/** The traces that are written, newest first: those listed, and those of the stories of bad references. */
function tracesOf({ listed, misuses }: Analysis): Uint32Array {
  const told = misuses.flatMap(({ badReference, close, open }) =>
    [badReference, close, open].filter((trace) => trace !== undefined)
  );
  if (told.length === 0) return listed;
  return Uint32Array.from(new Set([...listed, ...told])).sort();
}

function headJson(analysis: Analysis, traces: Uint32Array): JsonValue {
  const { target, log, diff, snapshots, hasMarks, run, limits } = analysis;
  return {
    htrace: VERSION,
    target: {
      name: target.name,
      kind: target.kind,
      mode: target.mode,
      // A text without entries does not show it.
      pointerSize: log.answer === undefined ? target.pointerSize : log.answer.pointerSize,
      processId: target.identity.processId,
      imageName: target.identity.imageName,
    },
    readAt: log.readAt?.toISOString(),
    answer: log.answer && answerJson(log.answer),
    log: {
      parsed: analysis.parsed,
      slots: log.slots,
      process: addressText(log.process),
      objectTable: addressText(log.objectTable),
    },
    counts: countsJson(analysis, traces),
    incomplete: incompleteText(analysis),
    limits: limits.length === 0 ? undefined : [...limits],
    diff: diff && { ...diff },
    snapshots: snapshots.length === 0 ? undefined : snapshots.map(({ name, readAt }) => ({
      name,
      readAt: readAt?.toISOString(),
      mark: hasMarks || undefined,
    })),
    exitStatus: run?.exitStatus,
  };
}

/** Everything that is missing, and why. */
function incompleteText({ log, gaps = [] }: Analysis): string | undefined {
  const reasons = [...log.incomplete === undefined ? [] : [log.incomplete], ...gaps];
  return reasons.length === 0 ? undefined : reasons.join("; ");
}

function countsJson({ log, isOutstanding }: Analysis, traces: Uint32Array): JsonValue {
  const byType = { open: 0, close: 0, badref: 0 };
  const stacks = new Set<number>();
  const openStacks = new Set<number>();
  let outstanding = 0;
  for (const trace of traces) {
    const { type } = operationAt(log, trace);
    byType[type]++;
    stacks.add(log.stack[trace]!);
    if (type === "open") openStacks.add(log.stack[trace]!);
    outstanding += isOutstanding[trace]!;
  }
  return {
    traces: traces.length,
    opens: byType.open,
    closes: byType.close,
    badReferences: byType.badref,
    outstanding,
    stacks: stacks.size,
    openStacks: openStacks.size,
  };
}

function traceJson({ log, objectOf }: Analysis, index: number): JsonValue {
  const { type, handle, processId, threadId, time } = operationAt(log, index);
  const { type: objectType, name: objectName } = objectOf(index) ?? {};
  return {
    type,
    handle,
    processId: processId || undefined,
    threadId: threadId || undefined,
    time: time === undefined ? undefined : new Date(time).toISOString(),
    stack: log.stack[index],
    objectType,
    objectName,
  };
}

function misusesJson(misuses: readonly Misuse[], traces: Uint32Array): JsonValue {
  const indexOf = new Map(Array.from(traces, (trace, index) => [trace, index]));
  return misuses.map((misuse) => misuseJson(misuse, indexOf));
}

/** Stacks that no trace of the analysis has are left out. */
function stopJson(
  { code, exception, stack, ...rest }: TraceStop,
  stacks: Analysis["stacks"],
): JsonValue {
  return {
    code: codeText(code),
    exception: codeText(exception),
    ...rest,
    stack: stack !== undefined && stacks.has(stack) ? stack : undefined,
  };
}

function groupJson({ log, stacks }: Analysis, group: TraceGroup): JsonValue {
  const { stack, outstandingTraces, closers } = group;
  const named = stacks.get(stack);
  return {
    key: named?.key.hash,
    stack,
    opened: group.opened,
    closed: group.closed,
    outstanding: group.outstanding,
    badReferences: group.badReferences,
    delta: group.delta,
    series: group.series && [...group.series],
    merged: group.merged,
    judgement: group.judgement,
    known: group.isKnown,
    objectTypes: Object.fromEntries(group.objectTypes),
    suspect: named?.suspect && frameJson(named.suspect.frame),
    suspectIs: named?.suspect?.owner ?? "none",
    closers: closers.map((closer) => ({ ...closer })),
    handles: Array.from(outstandingTraces, (index) => log.handle[index]),
  };
}

function misuseJson(misuse: Misuse, indexOf: ReadonlyMap<number, number>): JsonValue {
  const index = (trace: number | undefined): number | undefined =>
    trace === undefined ? undefined : indexOf.get(trace);
  const frame = (of: Frame | undefined): JsonValue => of && frameJson(of);
  return {
    handle: misuse.handle,
    badReference: index(misuse.badReference),
    close: index(misuse.close),
    open: index(misuse.open),
    by: frame(misuse.by),
    closedBy: frame(misuse.closedBy),
    openedBy: frame(misuse.openedBy),
    code: codeText(misuse.code),
    stack: misuse.stack,
    verdict: misuse.verdict,
  };
}

function frameJson(frame: Frame): JsonValue {
  const { module, symbol, displacement, file, line, inlined } = frame;
  return {
    address: frame.isUnaddressed ? undefined : addressText(frame.address),
    module: module?.name,
    symbol,
    displacement,
    file,
    line,
    inlined: inlined?.map((inner) => inlinedJson(inner, module?.name)),
  };
}

function inlinedJson({ symbol, file, line }: InlinedFrame, module: string | undefined): JsonValue {
  return { module, symbol, file, line };
}

function moduleJson({ name, path, base, size, pdb }: Module): JsonValue {
  return { name, path, base: addressText(base), size, pdb: pdb && { ...pdb } };
}

function handleJson({ object, ...entry }: HandleEntry): JsonValue {
  const { handle, type, objectName, ...counts } = entry;
  return { handle, type, objectName, object: addressText(object), ...counts };
}

/** A debugger output, as `show --answers` lists it. */
export function answerJson(answer: Answer): JsonObject {
  const { number, line, command, prompt, mode, kind, stated, error, headlessFrames } = answer;
  return {
    number,
    line,
    command,
    prompt,
    mode,
    kind,
    stated: Object.keys(stated).length === 0 ? undefined : { ...stated },
    error,
    headlessFrames: headlessFrames || undefined,
  };
}

function codeText(code: number | undefined): string | undefined {
  return code === undefined ? undefined : `0x${code.toString(16)}`;
}
