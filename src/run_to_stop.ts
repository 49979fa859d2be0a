/**
 * Runs a target in pieces. Between two pieces the event loop gets its turn, for progress and signals.
 *
 * @module
 */
import type { Awaitable, Execution, MarkEvent, Pause, StopEvent } from "./target.ts";

/** Milliseconds between two turns of the event loop at marks: short enough for a person; a turn takes about one. */
const TURN_INTERVAL = 50;

/** Lets due timers and signals run. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

/** Whether another turn is due, once per interval: a program can set marks faster than the event loop turns. */
export function turnClock(): { isDue(): boolean } {
  let last = performance.now();
  return {
    isDue(): boolean {
      const now = performance.now();
      if (now - last < TURN_INTERVAL) return false;
      last = now;
      return true;
    },
  };
}

/** Callbacks while a target runs. */
export interface RunListener {
  /** Called, and awaited, at each mark that the program sets. */
  readonly onMark?: (name: string) => Awaitable<unknown>;
  /**
   * Called after each piece and occasionally at a mark, after signals have arrived. True leaves the target where it is.
   */
  readonly isBroken?: () => Promise<boolean>;
}

/**
 * Runs a target to its next stop, or until somebody breaks in, which may be at a mark. One that does not run in pieces
 * runs in one go, past its marks.
 */
export async function runToStop(
  execution: Execution,
  { onMark, isBroken = neverBroken }: RunListener = {},
): Promise<StopEvent | Pause | MarkEvent> {
  if (execution.advance === undefined) return execution.go();
  const clock = turnClock();
  for (;;) {
    const event = execution.advance();
    if (event.kind === "mark") await onMark?.(event.name);
    else if (event.kind !== "paused") return event;
    if ((event.kind === "paused" || clock.isDue()) && await isBroken()) return event;
  }
}

async function neverBroken(): Promise<boolean> {
  await nextTurn();
  return false;
}
