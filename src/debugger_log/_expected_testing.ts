/**
 * Test helper: a debugger log in the shape of the expected files of `testdata/log_forms`, to compare each of their
 * fields.
 *
 * Counts, suspects and misuses are results of the analysis; here they are computed in the plainest way, by the rules in
 * that set's README.
 *
 * @module
 */
import type { HandleTable, ListedHandle } from "../handle_list/handle_list.ts";
import { codeOwnerByName } from "../own_code.ts";
import { type DebuggerLog, framesOf, type LogAnswer, type LogStop } from "./debugger_log.ts";
import type { LogFrame } from "./frame_table.ts";

type Json = Record<string, unknown>;

/** The log in the shape of an expected file, without the fields that describe the file itself. */
export function expectedShape(log: DebuggerLog): Json {
  const isEmpty = !log.hasOutput && log.tables.length === 0 && log.stops.length === 0;
  return {
    commands: isEmpty ? [] : log.answers.map((answer) => answerShape(log, answer)),
    handles: log.tables.map(tableShape),
    stops: log.stops.map((stop) => stopShape(log, stop)),
    refused: isEmpty ? "no-output" : null,
  };
}

function answerShape(log: DebuggerLog, answer: LogAnswer): Json {
  const head = {
    command: answer.command ?? null,
    prompt: answer.prompt ?? null,
    kind: answer.kind,
    mode: answer.mode,
    pointerSize: answer.pointerSize ?? null,
  };
  const { kind, entries } = answer;
  const error = answer.error === undefined ? {} : { error: answer.error };
  if (kind !== "listing" && kind !== "diff" && kind !== "entries") return { ...head, ...error };
  const indices = Array.from({ length: entries.count }, (_, index) => index);
  const opens = indices.filter((index) => entries.type[index] === 1);
  const stacks = [...new Set(opens.map((index) => entries.stack[index] ?? 0))];
  const suspects = stacks.map((stack) => suspectOf(framesOf(log, stack)));
  const also = stacks.map((stack) => frameworkOf(framesOf(log, stack)));
  const misuse = indices.filter((index) => entries.type[index] === 3)
    .map((index) => misuseShape(log, answer, index));
  const objects = objectsOf(log, answer);
  return {
    ...head,
    stated: {
      parsed: answer.stated.parsed ?? null,
      dumped: answer.stated.dumped ?? null,
      newTraces: answer.stated.newTraces ?? null,
      displayed: answer.stated.displayed ?? null,
    },
    traces: entries.count > 6 ? null : indices.map((index) => traceShape(log, answer, index)),
    counts: {
      traces: entries.count,
      opens: opens.length,
      closes: indices.filter((index) => entries.type[index] === 2).length,
      badReferences: misuse.length,
      distinctOpenStacks: stacks.length,
      outstanding: outstandingOf(answer).length,
    },
    suspects,
    ...(also.some((name) => name !== null) ? { suspectsAlso: also } : {}),
    incomplete: answer.incomplete ?? null,
    ...(answer.headlessFrames === 0 ? {} : { headlessFrames: answer.headlessFrames }),
    ...(misuse.length === 0 ? {} : { misuse }),
    ...(objects === undefined ? {} : { objects }),
    ...error,
  };
}

function traceShape(log: DebuggerLog, { entries }: LogAnswer, index: number): Json {
  return {
    type: ["", "open", "close", "badref"][entries.type[index] ?? 0],
    handle: hex(entries.handle[index]),
    threadId: hex(entries.threadId[index] || undefined),
    processId: hex(entries.processId[index] || undefined),
    frames: framesOf(log, entries.stack[index] ?? 0).map(frameShape),
  };
}

function frameShape(frame: LogFrame): Json {
  return {
    address: hex(frame.address),
    module: frame.module ?? null,
    symbol: frame.symbol ?? null,
    displacement: hex(frame.displacement),
    ...(frame.isCut ? { cut: true } : {}),
  };
}

/** Opens without a later close of the same value; entries are newest first. */
function outstandingOf({ entries }: LogAnswer): number[] {
  const closed = new Set<number>();
  const outstanding: number[] = [];
  for (let index = 0; index < entries.count; index++) {
    const handle = entries.handle[index] ?? 0;
    if (entries.type[index] === 2) closed.add(handle);
    if (entries.type[index] === 1 && !closed.delete(handle)) outstanding.push(index);
  }
  return outstanding;
}

function misuseShape(log: DebuggerLog, { entries }: LogAnswer, index: number): Json {
  const older = (from: number, type: number): number => {
    for (let i = from + 1; i < entries.count; i++) {
      if (entries.handle[i] === entries.handle[index] && entries.type[i] === type) return i;
    }
    return entries.count;
  };
  const name = (trace: number): string | null =>
    trace < entries.count ? suspectOf(framesOf(log, entries.stack[trace] ?? 0)) : null;
  const close = older(index, 2);
  return {
    handle: hex(entries.handle[index]),
    by: name(index),
    closedBy: name(close),
    openedBy: name(older(close, 1)),
  };
}

/** Types and names of the handles outstanding in an answer, if a list of handles with rows follows it. */
function objectsOf(log: DebuggerLog, answer: LogAnswer): Json[] | undefined {
  const table = log.tables.find(({ source, line, rows }) =>
    source === "!handle" && rows.length > 0 && line > answer.line
  );
  if (table === undefined || answer.mode === "kernel") return undefined;
  return outstandingOf(answer).flatMap((index) => {
    const row = table.rows.find(({ handle }) => handle === answer.entries.handle[index]);
    return row === undefined
      ? []
      : [{ handle: hex(row.handle), type: row.type ?? null, name: row.name ?? null }];
  });
}

function tableShape(table: HandleTable): Json {
  const { name, processId, user } = table.process ?? {};
  const hasShares = table.source === "handle.exe -a";
  return {
    source: table.source,
    process: table.process === undefined
      ? null
      : { name, pid: processId, ...(user === undefined ? {} : { user }) },
    total: table.total,
    types: Object.fromEntries(table.types),
    rows: table.rows.map((row: ListedHandle) => ({
      handle: hex(row.handle),
      type: row.type,
      name: row.name ?? null,
      ...(hasShares ? { share: row.share ?? null } : {}),
      ...(row.object === undefined ? {} : { object: hex(row.object) }),
    })),
  };
}

function stopShape(log: DebuggerLog, stop: LogStop): Json {
  const frames = stop.stack === undefined ? [] : framesOf(log, stop.stack);
  return {
    code: hex(stop.code),
    pid: stop.processId ?? null,
    handle: hex(stop.handle),
    exception: hex(stop.exception),
    framesFrom: stop.framesFrom ?? null,
    frames: frames.map(frameShape),
    suspect: suspectOf(frames),
  };
}

/** The first frame in a module of this owner. */
function suspectOf(frames: readonly LogFrame[], owner: "own" | "framework" = "own"): string | null {
  return nameOf(
    frames.find(({ module }) => module !== undefined && codeOwnerByName(module) === owner),
  );
}

function frameworkOf(frames: readonly LogFrame[]): string | null {
  return suspectOf(frames) === null ? suspectOf(frames, "framework") : null;
}

function nameOf(frame: LogFrame | undefined): string | null {
  if (frame === undefined) return null;
  const name = frame.symbol === undefined ? frame.module : `${frame.module}!${frame.symbol}`;
  return frame.displacement === undefined ? `${name}` : `${name}+${hex(frame.displacement)}`;
}

function hex(value: number | bigint | undefined): string | null {
  return value === undefined ? null : `0x${value.toString(16)}`;
}
