/**
 * Closes that look like somebody else's: a stack that closed handles of a group that other stacks close.
 *
 * One such close means nothing: an error path closes, too. It is reported if the handle's owner then used the value in
 * vain, or if another stack then received the value, which the next stray close would hit.
 *
 * @module
 */
import type { Analysis, TraceGroup } from "../analysis.ts";
import { TRACE_TYPE_CODES } from "../trace.ts";
import type { StackId } from "../trace_log.ts";

/** A stack that closed handles of a group that others close. */
export interface SuspiciousCloser {
  /** The group whose handles it closed. */
  readonly group: TraceGroup;
  /** The closing stack. */
  readonly stack: StackId;
  /** How many handles of the group it closed. */
  readonly count: number;
  /** How many of these closes were followed by a bad reference to the value: the owner had not expected them. */
  readonly badReferences: number;
  /** How many were followed by another stack's open of the value. */
  readonly foreignOpens: number;
}

/** Finds them, the most certain first: bad references weigh more than opens. */
export function suspiciousClosers(
  { groups, log, pairOf }: Pick<Analysis, "groups" | "log" | "pairOf">,
): SuspiciousCloser[] {
  const rare = groups.flatMap((group) => {
    const [usual, ...others] = group.closers;
    return others
      .filter(({ count }) => count < usual!.count)
      .map(({ stack, count }) => ({ group, stack, count, badReferences: 0, foreignOpens: 0 }));
  });
  if (rare.length === 0) return [];
  const byStacks = new Map(rare.map((closer) => [`${closer.group.stack} ${closer.stack}`, closer]));
  const closing = new Set(rare.map(({ stack }) => stack));
  /** The next trace of each value, seen from the current trace: newer traces come first. */
  const next = new Map<number, number>();
  for (let trace = 0; trace < log.count; trace++) {
    const value = log.handle[trace]! & TAG_MASK;
    if (log.type[trace] === TRACE_TYPE_CODES.close && closing.has(log.stack[trace]!)) {
      const opener = log.stack[pairOf[trace]!];
      const closer = byStacks.get(`${opener} ${log.stack[trace]}`);
      const after = next.get(value);
      if (closer !== undefined && after !== undefined) {
        const type = log.type[after];
        if (type === TRACE_TYPE_CODES.badref) closer.badReferences++;
        else if (type === TRACE_TYPE_CODES.open && log.stack[after] !== opener) {
          closer.foreignOpens++;
        }
      }
    }
    next.set(value, trace);
  }
  return rare
    .filter(({ badReferences, foreignOpens }) => badReferences + foreignOpens > 0)
    .sort((a, b) => b.badReferences - a.badReferences || b.foreignOpens - a.foreignOpens);
}

/** Without the two low bits, which programs may use freely (handle-tracing reference). */
const TAG_MASK = ~3;
