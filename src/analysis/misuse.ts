/**
 * Bad references with their stories: who used a handle, who had closed it, who had opened it.
 *
 * @module
 */
import type { Misuse, MisuseVerdict, NamedStack } from "../analysis.ts";
import type { MisuseTraces } from "../engine/engine.ts";
import { type Frame, frameName } from "../frame.ts";
import { TRACE_TYPE_CODES, traceTypeOf } from "../trace.ts";
import type { StackId, TraceLog } from "../trace_log.ts";

/**
 * Functions that close the handle they are given, in any module: the system call under its three names, and the Windows
 * API functions above it.
 */
const CLOSING_FUNCTIONS =
  /^(?:_?(?:Nt|Zw)Close|NtDuplicateObject|CloseHandle|RegCloseKey|FindClose|closesocket|CloseServiceHandle)(?:@\d+)?$/i;

/** Whether nothing is missing from a log: then anything it does not contain did not happen. */
export function isWhole({ incomplete, slots, count }: TraceLog): boolean {
  return incomplete === undefined && slots !== undefined && count < slots;
}

/**
 * Tells the stories of bad references, in the order given. `wholeStacks` are the log's stacks with the kernel's frames,
 * which distinguish a failed close from another use if the own frames are the same.
 */
export function misusesOf(
  references: readonly MisuseTraces[],
  log: TraceLog,
  stacks: ReadonlyMap<StackId, NamedStack>,
  wholeStacks: Uint32Array = log.stack,
): Misuse[] {
  const stackOf = (trace: number | undefined): NamedStack | undefined =>
    trace === undefined ? undefined : stacks.get(log.stack[trace]!);
  const asked = (trace: number | undefined): Frame | undefined => stackOf(trace)?.suspect?.frame;
  const earlierCloses = closesByHandle(log, references);
  const isCloseByStack = references.length === 0 ? () => false : closesByStack(log, wholeStacks);
  return references.map(({ badReference, close, open }) => {
    const by = asked(badReference);
    const closedBy = asked(close);
    const openedBy = asked(open);
    return {
      handle: log.handle[badReference]!,
      badReference,
      ...(close !== undefined && { close }),
      ...(open !== undefined && { open }),
      ...(by && { by }),
      ...(closedBy && { closedBy }),
      ...(openedBy && { openedBy }),
      verdict: verdictOf(),
    };

    function verdictOf(): MisuseVerdict {
      if (close === undefined) return open === undefined && isWhole(log) ? "never open" : "unknown";
      if (open !== undefined && closedThatValueBefore(close, open)) return "wrong close";
      const isClose = isCloseByStack(badReference) || callsClose(stackOf(badReference));
      return isClose ? "double close" : "use after close";
    }
  });

  /** The code that closed the handle had already closed this value before the story's open received it. */
  function closedThatValueBefore(close: number, open: number): boolean {
    const name = placeOf(close);
    if (name === undefined) return false;
    const closes = earlierCloses.get(log.handle[close]! & ~3) ?? [];
    return closes.some((earlier) => earlier > open && placeOf(earlier) === name);
  }

  /** The function that a trace is attributed to: lines within it make no difference. */
  function placeOf(trace: number): string | undefined {
    const frame = asked(trace);
    return frame && frameName(frame);
  }
}

/** The closes of the handle values in the stories, newest first. */
function closesByHandle(
  log: TraceLog,
  references: readonly MisuseTraces[],
): ReadonlyMap<number, readonly number[]> {
  const closes = new Map<number, number[]>();
  for (const { badReference } of references) closes.set(log.handle[badReference]! & ~3, []);
  if (closes.size === 0) return closes;
  for (let trace = 0; trace < log.count; trace++) {
    if (log.type[trace] !== TRACE_TYPE_CODES.close) continue;
    closes.get(log.handle[trace]! & ~3)?.push(trace);
  }
  return closes;
}

/**
 * Whether a bad reference comes from a stack that closed handles: then it was a close, even if no frame says so.
 * Optimized code may have one stack for a close and for another call beside it; the kernel's part, if there is one,
 * distinguishes them: a close runs through code that no open runs through.
 */
function closesByStack(log: TraceLog, wholeStacks: Uint32Array): (trace: number) => boolean {
  const closing = new Set<StackId>();
  const kernelCode = { open: new Set<bigint>(), close: new Set<bigint>() };
  const seen = new Set<StackId>();
  for (let trace = 0; trace < log.count; trace++) {
    const type = traceTypeOf(log.type[trace]!);
    if (type === "close") closing.add(log.stack[trace]!);
    if (type !== "close" && type !== "open" || seen.has(wholeStacks[trace]!)) continue;
    seen.add(wholeStacks[trace]!);
    for (const address of kernelPart(trace)) kernelCode[type].add(address);
  }
  return (trace) => {
    if (!closing.has(log.stack[trace]!)) return false;
    const kernel = kernelPart(trace);
    return kernel.length === 0 ||
      kernel.some((address) => kernelCode.close.has(address) && !kernelCode.open.has(address));
  };

  /** The addresses of the complete stack before the shown part. */
  function kernelPart(trace: number): readonly bigint[] {
    const [whole, shown] = [wholeStacks[trace]!, log.stack[trace]!];
    if (whole === shown) return [];
    const addresses = log.stacks.addresses(whole);
    return Array.from(addresses.subarray(0, addresses.length - log.stacks.addresses(shown).length));
  }
}

/** Whether the system's part of a stack is a closing call: the innermost named frames up to the first own one. */
function callsClose(stack: NamedStack | undefined): boolean {
  if (stack === undefined) return false;
  const end = stack.suspect === undefined ? -1 : stack.frames.indexOf(stack.suspect.frame);
  const called = end < 0 ? stack.frames : stack.frames.slice(0, end);
  return called.some(({ symbol }) => symbol !== undefined && CLOSING_FUNCTIONS.test(symbol));
}
