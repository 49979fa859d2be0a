/**
 * The scenarios of badhandle, the emulated machine's program.
 *
 * The program itself ignores arguments that it does not know, like any Windows program of its size; a user who writes
 * `leak abc` should get an error before anything runs.
 *
 * @module
 */
import { UsageError } from "../error.ts";

/** A scenario, the first argument of badhandle. */
export interface Scenario {
  /** Its name. */
  readonly name: string;
  /** Whether a count may follow; it is 1 by default. */
  readonly takesCount: boolean;
  /** What it does with handles. */
  readonly brief: string;
}

/** All scenarios, as `badhandle.c` lists them; without an argument it runs the debugger documentation's own. */
export const SCENARIOS: readonly Scenario[] = [
  { name: "leak", takesCount: true, brief: "leaves n events open, among others that are closed" },
  { name: "double-close", takesCount: false, brief: "closes one event twice" },
  { name: "threads", takesCount: true, brief: "n threads open and close an event each" },
  { name: "duplicate", takesCount: false, brief: "duplicates a handle and closes one of the two" },
  { name: "churn", takesCount: true, brief: "opens and closes n events, to overrun the ring" },
  {
    name: "loop",
    takesCount: true,
    brief: "leaks an event in each of n iterations, marked at its end",
  },
];

/** Largest count: the program keeps it in 32 bits. */
const MAX_COUNT = 0xffff_ffff;

/** Throws a `UsageError` for arguments that badhandle would ignore. */
export function checkScenario([name, count, ...extra]: readonly string[]): void {
  if (name === undefined) return;
  const scenario = SCENARIOS.find((candidate) => candidate.name === name);
  if (scenario === undefined) {
    throw new UsageError(
      `Cannot run "${name}" on the emulated machine: badhandle has no such scenario; give ${
        SCENARIOS.map(usageOf).join(", ")
      } or nothing`,
    );
  }
  const [unwanted] = scenario.takesCount ? extra : [count, ...extra];
  if (unwanted !== undefined) {
    throw new UsageError(
      `Cannot run "${name}" with "${unwanted}": it is one argument too many; give "${
        usageOf(scenario)
      }"`,
    );
  }
  if (count !== undefined && !(/^\d+$/.test(count) && Number(count) <= MAX_COUNT)) {
    throw new UsageError(
      `Cannot run "${name} ${count}": "${count}" is not a count; give a decimal number up to ${MAX_COUNT}`,
    );
  }
}

/** How a scenario is written. */
export function usageOf({ name, takesCount }: Scenario): string {
  return takesCount ? `${name} [n]` : name;
}
