/**
 * An analysis as one JSON object, for scripts.
 *
 * Addresses are text, `0x…`, because JSON's readers cut 64-bit numbers; handles, ids and counts are numbers. A stack is
 * written once, under its id in `stacks`.
 *
 * @module
 */
import type { Analysis, TraceGroup } from "../analysis.ts";
import type { Frame } from "../frame.ts";
import { traceAt } from "../trace_log.ts";

/** A value of JSON; what is undefined is left out. */
export type JsonValue =
  | string
  | number
  | boolean
  | undefined
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue };

/** Renders an analysis as a line of JSON. */
export function renderJson(analysis: Analysis): string {
  return JSON.stringify(analysisJson(analysis)) + "\n";
}

/** An analysis as plain data. */
export function analysisJson(analysis: Analysis): JsonValue {
  const { log, stacks, groups, diff } = analysis;
  return {
    target: analysis.targetName,
    mode: analysis.mode,
    pointerSize: analysis.pointerSize,
    process: addressText(log.process),
    objectTable: addressText(log.objectTable),
    parsed: log.parsed,
    slots: log.slots,
    incomplete: log.incomplete,
    diff: diff && { ...diff },
    traces: Array.from(analysis.listed, (index) => traceJson(analysis, index)),
    groups: groups?.map((group) => groupJson(analysis, group)),
    stacks: Object.fromEntries(
      Array.from(stacks, ([id, frames]) => [String(id), frames.map(frameJson)]),
    ),
  };
}

/** An address as JSON has it. */
function addressText(address: bigint | undefined): string | undefined {
  return address === undefined ? undefined : `0x${address.toString(16)}`;
}

function traceJson(analysis: Analysis, index: number): JsonValue {
  const { type, handle, processId, threadId } = traceAt(analysis.log, index);
  const { type: handleType, objectName } = analysis.handles?.get(handle) ?? {};
  return {
    type,
    handle,
    processId,
    threadId,
    stack: analysis.stackOf[index],
    handleType,
    objectName,
  };
}

function groupJson(analysis: Analysis, group: TraceGroup): JsonValue {
  const { outstandingTraces, closers, suspect, ...counts } = group;
  return {
    ...counts,
    handles: Array.from(outstandingTraces, (index) => traceAt(analysis.log, index).handle),
    closers: closers.map((closer) => ({ ...closer })),
    suspect: suspect && frameJson(suspect),
  };
}

function frameJson({ address, inlined, ...names }: Frame): JsonValue {
  return {
    address: addressText(address),
    ...names,
    inlined: inlined?.map((frame) => ({ ...frame })),
  };
}
