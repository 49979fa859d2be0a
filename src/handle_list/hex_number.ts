/**
 * Hexadecimal numbers as debuggers print them.
 *
 * @module
 */

/** The value of digits, among which backticks part the halves of long numbers; 0 where there are no digits. */
export function hexNumber(digits: string): bigint {
  return BigInt(`0x${digits.replaceAll("`", "") || "0"}`);
}
