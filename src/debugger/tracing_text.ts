/**
 * What user-mode `!htrace` says about tracing itself (output reference).
 *
 * @module
 */
import { MAX_SLOTS, MIN_SLOTS, slotsFor } from "../nt/tracing.ts";

/** The debugger's own texts. */
export const TRACING_TEXT = {
  /** After `-enable`, before the line about the snapshot. */
  enabled: "Handle tracing enabled.",
  /** After `-disable`. */
  disabled: "Handle tracing disabled.",
} as const;

/**
 * Says that a ring has a different number of slots than requested, as a clause: hexadecimal at the prompt, decimal on
 * the command line. Undefined if the number is as requested.
 */
export function slotsText(wish: number | undefined, radix: 10 | 16): string | undefined {
  if (wish === undefined || slotsFor(wish) === wish) return undefined;
  const [slots, asked, least, most] = [slotsFor(wish), wish, MIN_SLOTS, MAX_SLOTS]
    .map((value) => radix === 16 ? `0x${value.toString(16)}` : String(value));
  return `the ring has ${slots} slots, not ${asked}: rings have powers of two from ${least} to ${most}`;
}
