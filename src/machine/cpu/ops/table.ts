/**
 * Maps opcodes to instructions: the families' rows in two tables.
 *
 * @module
 */
import { hex } from "../hex.ts";
import { ALU_ROWS } from "./alu.ts";
import { BIT_ROWS } from "./bits.ts";
import { BRANCH_ROWS } from "./branch.ts";
import { FLAG_ROWS } from "./flag.ts";
import { MOVE_ROWS } from "./move.ts";
import { MULTIPLY_ROWS } from "./multiply.ts";
import type { OpcodeRows, OpcodeSlot, OpcodeTable } from "./opcode.ts";
import { SEGMENT_ROWS } from "./segment.ts";
import { SHIFT_ROWS } from "./shift.ts";
import { STACK_ROWS } from "./stack.ts";
import { STRING_ROWS } from "./string.ts";
import { SYSTEM_ROWS } from "./system.ts";
import { UNARY_ROWS } from "./unary.ts";

const FAMILIES: readonly OpcodeRows[] = [
  ALU_ROWS,
  UNARY_ROWS,
  SHIFT_ROWS,
  MULTIPLY_ROWS,
  BIT_ROWS,
  MOVE_ROWS,
  STACK_ROWS,
  BRANCH_ROWS,
  STRING_ROWS,
  FLAG_ROWS,
  SEGMENT_ROWS,
  SYSTEM_ROWS,
];

/** One-byte opcodes. */
export const OPCODES: OpcodeTable = collect((family) => family.one);

/** Opcodes after 0F. */
export const OPCODES_0F: OpcodeTable = collect((family) => family.two);

function collect(rows: (family: OpcodeRows) => OpcodeRows["one"]): OpcodeTable {
  const table = new Array<OpcodeSlot | undefined>(0x100).fill(undefined);
  for (const family of FAMILIES) {
    for (const [opcode, slot] of Object.entries(rows(family) ?? {})) {
      if (table[Number(opcode)] !== undefined) {
        throw new TypeError(`Cannot add opcode ${hex(Number(opcode))}: it has a row already`);
      }
      table[Number(opcode)] = slot;
    }
  }
  return table;
}
