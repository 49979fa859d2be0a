/**
 * The sixteen conditions of `jcc`, `setcc` and `cmovcc`.
 *
 * @module
 */
import type { Flags } from "../flags.ts";

/** Whether the condition in the low four bits of an opcode holds; an odd one negates the one before it. */
export function holds(flags: Flags, opcode: number): boolean {
  return condition(flags, (opcode >>> 1) & 7) !== ((opcode & 1) !== 0);
}

function condition(flags: Flags, number: number): boolean {
  switch (number) {
    case 0: // o
      return flags.overflow;
    case 1: // b
      return flags.carry;
    case 2: // z
      return flags.zero;
    case 3: // be
      return flags.carry || flags.zero;
    case 4: // s
      return flags.sign;
    case 5: // p
      return flags.parity;
    case 6: // l
      return flags.sign !== flags.overflow;
    default: // le
      return flags.zero || flags.sign !== flags.overflow;
  }
}
