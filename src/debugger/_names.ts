/**
 * How the prompt writes addresses.
 *
 * @module
 */
import { escapeText } from "../escape_text.ts";
import { type Frame, frameName } from "../frame.ts";
import type { PointerSize } from "../memory.ts";

/** `module!symbol+0x20`, as far as known; the plain address outside all modules. */
export function displayName(frame: Frame | undefined, address: bigint): string {
  const name = frame && frameName(frame);
  if (name === undefined) return `0x${address.toString(16)}`;
  const shown = escapeText(name);
  return frame?.displacement ? `${shown}+0x${frame.displacement.toString(16)}` : shown;
}

/** An address as debuggers list it: all digits, and a grave accent between the halves of 64 bits. */
export function displayAddress(address: bigint, pointerSize: PointerSize): string {
  const digits = address.toString(16).padStart(pointerSize * 2, "0");
  return pointerSize === 8 ? `${digits.slice(0, -8)}\`${digits.slice(-8)}` : digits;
}
