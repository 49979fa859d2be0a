import { assertEquals } from "@std/assert";
import { EngineStackTable } from "../engine/stack_table.ts";
import type { TraceType } from "../trace.ts";
import type { TraceLog } from "../trace_log.ts";
import { TraceLogBuilder } from "../trace_log_builder.ts";
import { measureGrowth } from "./growth.ts";

const stacks = new EngineStackTable();
const LEAK = 0x1000n;
const OTHER = 0x2000n;

type Step = readonly [type: TraceType, handle: number, stack?: bigint];

/** Logs of one ring with a number of slots, each read after more operations; oldest first. */
function readings(slots: number, ...happened: readonly (readonly Step[])[]): TraceLog[] {
  const all: Step[] = [];
  return happened.map((steps) => {
    all.push(...steps);
    const builder = new TraceLogBuilder(stacks);
    for (const [type, handle, stack = LEAK] of all.slice(-slots)) {
      builder.add({ type, handle, processId: 8, threadId: 9, stack: BigUint64Array.of(stack) });
    }
    return builder.build({ oldestFirst: true, slots, parsed: Math.min(slots, all.length) });
  });
}

/** A stack's counts at every reading, and now; undefined if nothing can be measured. */
function counts(logs: readonly TraceLog[], stack = LEAK): number[] | undefined {
  const now = logs.at(-1)!;
  const growth = measureGrowth(logs.slice(0, -1), now);
  if (growth === undefined) return undefined;
  const { series, delta } = growth.of(stacks.intern(BigUint64Array.of(stack)));
  return [...series, (series.at(-1) ?? 0) + delta];
}

/** An iteration that leaks a handle and opens and closes another. */
function iteration(turn: number): Step[] {
  const transient = 0x1000 + 4 * turn;
  return [["open", 4 * turn], ["open", transient, OTHER], ["close", transient, OTHER]];
}

Deno.test("measureGrowth() counts what is open in every log", () => {
  const logs = readings(100, iteration(1), iteration(2), [...iteration(3), ["close", 4]]);
  assertEquals(counts(logs), [1, 2, 2]);
  assertEquals(counts(logs, OTHER), [0, 0, 0]);
  assertEquals(counts(logs, 0x3000n), [0, 0, 0]);
});

Deno.test("a full ring loses no count as long as each log contains the end of the previous one", () => {
  const logs = readings(4, ...[1, 2, 3, 4, 5].map(iteration));
  assertEquals(logs.map(({ count }) => count), [3, 4, 4, 4, 4]);
  assertEquals(counts(logs), [1, 2, 3, 4, 5]);
  // Handles whose opens the ring no longer has are closed, too.
  const closing = readings(4, iteration(1), iteration(2), [["close", 4], ["close", 8]]);
  assertEquals(counts(closing), [1, 2, 0]);
});

Deno.test("growth starts again where history was lost, and there is none if it was lost at the end", () => {
  const lost = [...iteration(3), ...iteration(4)];
  const logs = readings(4, iteration(1), iteration(2), lost, iteration(5));
  assertEquals(measureGrowth(logs.slice(0, -1), logs.at(-1)!)?.first, 2);
  assertEquals(counts(logs), [1, 2]); // of the third log, the opens that it has
  assertEquals(counts(logs.slice(0, 3)), undefined);
});

Deno.test("logs that are parts of one log count the same as logs that were read separately", () => {
  const again: Step[] = [["open", 4, OTHER], ["close", 0x1004], ["open", 8], ["close", 8]];
  const logs = readings(100, iteration(1), iteration(2), again, [["close", 4]], []);
  const now = logs.at(-1)!;
  const ends = logs.map((log) => ({
    ...log,
    type: now.type.subarray(now.count - log.count),
    handle: now.handle.subarray(now.count - log.count),
    stack: now.stack.subarray(now.count - log.count),
  }));
  for (const stack of [LEAK, OTHER]) assertEquals(counts(ends, stack), counts(logs, stack));
  assertEquals(counts(ends), [1, 2, 1, 0, 0]);
});
