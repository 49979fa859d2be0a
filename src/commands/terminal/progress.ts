/**
 * Shows on a terminal what the program is waiting for, if it takes longer than a second.
 *
 * @module
 */
import { statusLineOf } from "./status_line.ts";
import type { CliProcess } from "./streams.ts";

/** Work that ends sooner is not worth a line; seconds are shown from then on. */
const SECOND = 1000;

/** Calls back after each second until disposed; tests count seconds by hand. */
export type Ticker = (tick: (seconds: number) => void) => Disposable;

/** Waits for work, with a line that says what is being done and for how long, and that disappears at the end. */
export async function withProgress<T>(
  { stderr }: CliProcess,
  what: string,
  work: Promise<T>,
  everySecond: Ticker = ticking,
): Promise<T> {
  if (!stderr.isTerminal) return await work;
  const line = statusLineOf(stderr);
  using _ticks = everySecond((seconds) => line.showWork(`${what} (${seconds} s)`));
  try {
    return await work;
  } finally {
    line.showWork("");
  }
}

/** Seconds of this machine's clock. */
export function ticking(tick: (seconds: number) => void): Disposable {
  let seconds = 0;
  const timer = setInterval(() => tick(++seconds), SECOND);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
