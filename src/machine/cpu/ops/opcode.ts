/**
 * How the rows of the opcode table are written.
 *
 * @module
 */
import type { Operation } from "../instruction.ts";

/**
 * The immediate after an opcode and its ModRM: nothing, a byte (sign-extended), a word, `enter`'s word and byte, as
 * many bits as the operand has, or an absolute address.
 */
export type Immediate = "none" | "byte" | "word" | "word-byte" | "operand" | "address";

/** An instruction of the table. */
export interface OpcodeEntry {
  /** The function that executes it. */
  readonly execute: Operation;
  /** Operand size: 8 bits; 32 bits, or 16 with the prefix; for branches, 32 bits without the prefix. */
  readonly width: "byte" | "full" | "branch";
  /** Whether a ModRM byte follows the opcode. */
  readonly modrm: boolean;
  /** The immediate that follows. */
  readonly immediate: Immediate;
  /** What the r/m field may refer to. */
  readonly operand: "any" | "memory" | "register";
}

/** Instructions that share an opcode, chosen by the reg field of ModRM. */
export interface OpcodeGroup {
  /** The eight instructions; a missing one is not supported. */
  readonly group: readonly (OpcodeEntry | undefined)[];
}

/** The meaning of an opcode. */
export type OpcodeSlot = OpcodeEntry | OpcodeGroup;

/** Opcodes by their byte, or by the byte after 0F. */
export type OpcodeTable = (OpcodeSlot | undefined)[];

/** Rows of one family of instructions, as its file exports them. */
export interface OpcodeRows {
  /** One-byte opcodes. */
  readonly one?: Readonly<Record<number, OpcodeSlot>>;
  /** Opcodes after 0F. */
  readonly two?: Readonly<Record<number, OpcodeSlot>>;
}

/** An instruction without ModRM; the low three bits of its opcode may name a register. */
export function plain(
  width: OpcodeEntry["width"],
  execute: Operation,
  immediate: Immediate = "none",
): OpcodeEntry {
  return { execute, width, modrm: false, immediate, operand: "any" };
}

/** An instruction with ModRM. */
export function modrm(
  width: OpcodeEntry["width"],
  execute: Operation,
  immediate: Immediate = "none",
): OpcodeEntry {
  return { execute, width, modrm: true, immediate, operand: "any" };
}

/** An instruction with ModRM whose operand must be in memory. */
export function memory(width: OpcodeEntry["width"], execute: Operation): OpcodeEntry {
  return { execute, width, modrm: true, immediate: "none", operand: "memory" };
}

/** An instruction with ModRM whose operand must be a register. */
export function register(width: OpcodeEntry["width"], execute: Operation): OpcodeEntry {
  return { execute, width, modrm: true, immediate: "none", operand: "register" };
}

/** Instructions chosen by the reg field, in order; `undefined` for one that is not supported. */
export function group(...entries: (OpcodeEntry | undefined)[]): OpcodeGroup {
  return { group: entries };
}

/** The same row for `count` consecutive opcodes. */
export function range(first: number, count: number, slot: OpcodeSlot): Record<number, OpcodeSlot> {
  return Object.fromEntries(Array.from({ length: count }, (_, n) => [first + n, slot]));
}
