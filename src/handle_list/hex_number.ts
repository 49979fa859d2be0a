/**
 * Hexadecimal numbers as debuggers print them.
 *
 * @module
 */

/** The value of digits, with or without the backticks that separate the halves of long numbers; 0 for no digits. */
export function hexNumber(digits: string): bigint {
  return BigInt(`0x${digits.replaceAll("`", "") || "0"}`);
}
