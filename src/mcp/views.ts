/**
 * Parts of an analysis for an assistant: with the names of docs/json_schema.json, and frames as short texts, because
 * every character costs.
 *
 * @module
 */
import type { Analysis, Misuse, TraceGroup } from "../analysis.ts";
import type { Frame, InlinedFrame } from "../frame.ts";
import { frameName } from "../frame.ts";
import { operationAt, type StackId, type TraceLog } from "../trace_log.ts";
import { uncertainties } from "../analysis/uncertainties.ts";
import { firstOf, type PlainObject } from "./answer_text.ts";
import { LIMITS } from "./limits.ts";

/** A number as debuggers write it. */
export function hex(value: number | bigint): string {
  return `0x${value.toString(16)}`;
}

/** `orders!Session::Begin+0x1f (c:\src\session.cpp:88), inlined: std::make_unique (memory:12)`. */
export function frameText(frame: Frame): string {
  const { displacement, inlined = [] } = frame;
  const name = frameName(frame) ?? hex(frame.address);
  const offset = displacement === undefined ? "" : `+${hex(displacement)}`;
  const calls = inlined.slice(0, LIMITS.inlined)
    .map((inner) => `, inlined: ${inner.symbol}${placeText(inner)}`);
  return `${name}${offset}${placeText(frame)}${calls.join("")}`;
}

function placeText({ file, line }: Pick<InlinedFrame, "file" | "line">): string {
  return file === undefined ? "" : ` (${file}:${line ?? 0})`;
}

/** The frames of a stack, innermost first. */
export function frameTexts(
  { stacks }: Analysis,
  stack: StackId,
  count: number = LIMITS.frames,
): readonly string[] {
  return firstOf((stacks.get(stack)?.frames ?? []).map(frameText), count);
}

/** A group without its stacks. */
export function groupView({ stacks }: Analysis, group: TraceGroup): PlainObject {
  const named = stacks.get(group.stack);
  const types = [...group.objectTypes].slice(0, LIMITS.types);
  return {
    key: named?.key.hash,
    stack: group.stack,
    suspect: named?.suspect && frameText(named.suspect.frame),
    suspectIs: named?.suspect?.owner ?? "none",
    judgement: group.judgement,
    opened: group.opened,
    closed: group.closed,
    outstanding: group.outstanding,
    badReferences: group.badReferences || undefined,
    delta: group.delta,
    series: group.series?.slice(-LIMITS.notes),
    objectTypes: types.length === 0 ? undefined : Object.fromEntries(types),
  };
}

/** Handles that a group left open, with what they refer to. */
export function handleTexts(analysis: Analysis, { outstandingTraces }: TraceGroup): string[] {
  const shown = Array.from(outstandingTraces.subarray(0, LIMITS.handles), (trace) => {
    const { type, name } = analysis.objectOf(trace) ?? {};
    const object = [type, name].filter((part) => part !== undefined).join(" ");
    return `${handleText(analysis.log, trace)}${object && ` ${object}`}`;
  });
  const rest = outstandingTraces.length - shown.length;
  return rest === 0 ? shown : [...shown, `and ${rest} more`];
}

function handleText(log: TraceLog, trace: number): string {
  const { handle, wideHandle } = operationAt(log, trace);
  return hex(wideHandle ?? handle);
}

/** A trace with the first frames of its stack. */
export function traceView(analysis: Analysis, trace: number, frames: number): PlainObject {
  const { log, isOutstanding, stacks, objectOf } = analysis;
  const { type, threadId, processId, time } = operationAt(log, trace);
  const { type: objectType, name: objectName } = objectOf(trace) ?? {};
  const stack = log.stack[trace]!;
  const suspect = stacks.get(stack)?.suspect;
  return {
    type,
    handle: handleText(log, trace),
    threadId: threadId || undefined,
    processId: processId || undefined,
    time: time === undefined ? undefined : new Date(time).toISOString(),
    objectType,
    objectName,
    isOpenStill: isOutstanding[trace] === 1 || undefined,
    stack,
    suspect: suspect && frameText(suspect.frame),
    frames: frames === 0 ? undefined : frameTexts(analysis, stack, frames),
  };
}

/** A bad reference with its story; the stacks can be requested by their ids. */
export function misuseView({ log, stacks }: Analysis, misuse: Misuse): PlainObject {
  const step = (trace: number | undefined, by: Frame | undefined): PlainObject | undefined => {
    if (trace === undefined) return by && { by: frameText(by) };
    const { threadId } = operationAt(log, trace);
    const stack = log.stack[trace]!;
    return { by: by && frameText(by), threadId: threadId || undefined, stack };
  };
  const { handle, code, stack } = misuse;
  const isNamed = stack !== undefined && stacks.has(stack);
  return {
    verdict: misuse.verdict,
    handle: handle === undefined ? undefined : hex(handle),
    verifierStop: code === undefined ? undefined : hex(code),
    used: step(misuse.badReference, misuse.by) ?? (isNamed ? { stack } : undefined),
    closed: step(misuse.close, misuse.closedBy),
    opened: step(misuse.open, misuse.openedBy),
  };
}

/** An analysis's uncertainties, each as a sentence. */
export function notesOf(analysis: Analysis): string[] {
  return uncertainties(analysis, "the tool symbols").map(({ text }) => text);
}

/** The notes as a member of a result. */
export function notesView(analysis: Analysis): PlainObject {
  const notes = notesOf(analysis);
  return notes.length === 0 ? {} : { notes: firstOf(notes) };
}
