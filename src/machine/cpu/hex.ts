/**
 * Numbers in messages.
 *
 * @module
 */

/** A number as messages show it: `0x`, then at least `digits` digits. A negative number is taken as 32 bits. */
export function hex(value: number, digits = 1): string {
  return `0x${(value < 0 ? value >>> 0 : value).toString(16).padStart(digits, "0")}`;
}
