/**
 * Copies of strings that keep no larger string in memory.
 *
 * @module
 */

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** A copy of a slice; the slice itself would keep the whole string that it was cut from in memory. */
export function ownCopy(text: string): string {
  return decoder.decode(encoder.encode(text));
}
