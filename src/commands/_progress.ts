/**
 * A word to who waits, on a terminal only, and only when something takes longer than a second.
 *
 * @module
 */
import type { CliProcess } from "./_context.ts";

/** Work that ends sooner needs no words; the seconds are counted from then on. */
const SECOND = 1000;
/** Returns to the first column and clears the line (ECMA-48 EL). */
const CLEAR_LINE = "\r\x1b[K";

/** Waits for work, with a line that says what is being done and for how long, and is gone at the end. */
export async function withProgress<T>(
  { stderr }: CliProcess,
  what: string,
  work: Promise<T>,
): Promise<T> {
  if (!stderr.isTerminal) return await work;
  let seconds = 0;
  const timer = setInterval(() => {
    seconds++;
    stderr.write(`${CLEAR_LINE}${what} (${seconds} s)`);
  }, SECOND);
  try {
    return await work;
  } finally {
    clearInterval(timer);
    if (seconds > 0) stderr.write(CLEAR_LINE);
  }
}
