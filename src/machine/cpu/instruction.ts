/**
 * A decoded instruction, and the function that executes it.
 *
 * @module
 */
import type { Cpu } from "./cpu.ts";

/**
 * Executes a decoded instruction. EIP already points after the instruction. Everything that can fault comes before any
 * register or flag changes: after a fault, the CPU only moves EIP back.
 */
export type Operation = (cpu: Cpu, instruction: Instruction) => void;

/** In {@linkcode Instruction.rm}: the operand is in memory. */
export const MEMORY_OPERAND: number = -1;

/** Most bytes in an x86 instruction, prefixes included. */
export const MAX_INSTRUCTION_LENGTH = 15;

/** Repeat prefixes of string instructions. */
export const REPEAT = { none: 0, whileEqual: 1, whileNotEqual: 2 } as const;

/**
 * A decoded instruction. All have all fields, so that the interpreter meets a single shape; which ones are used depends
 * on the operation.
 */
export interface Instruction {
  /** The function that executes it. */
  readonly execute: Operation;
  /** Length in bytes, prefixes included. */
  readonly length: number;
  /** The opcode's last byte; its low bits are the condition of `jcc` or a register number. */
  readonly opcode: number;
  /** Operand size in bits: 8, 16 or 32. */
  readonly width: number;
  /** The register operand: the reg field of ModRM or, without ModRM, the low three bits of the opcode. */
  readonly reg: number;
  /** The register in the r/m field, or {@linkcode MEMORY_OPERAND}. */
  readonly rm: number;
  /** Segment of the memory operand: its default, or that of a prefix. */
  readonly segment: number;
  /** Base register of the memory operand, or `ZERO_REGISTER`. */
  readonly base: number;
  /** Index register of the memory operand, or `ZERO_REGISTER`. */
  readonly index: number;
  /** How far the index is shifted left: 0 to 3. */
  readonly scale: number;
  /** Displacement of the memory operand, signed. */
  readonly displacement: number;
  /** The immediate operand, sign-extended if the instruction does that. */
  readonly immediate: number;
  /** One of {@linkcode REPEAT}. */
  readonly repeat: number;
}
