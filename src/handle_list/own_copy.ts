/**
 * Strings that hold their own characters only.
 *
 * @module
 */

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** A copy of a slice, which would keep the whole piece of the text that it was cut from. */
export function ownCopy(text: string): string {
  return decoder.decode(encoder.encode(text));
}
