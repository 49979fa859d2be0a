/**
 * Reads and writes the operands of a decoded instruction.
 *
 * @module
 */
import type { Cpu } from "../cpu.ts";
import { type Instruction, MEMORY_OPERAND } from "../instruction.ts";

/** The low `width` bits of a value as a signed number. */
export function signExtend(value: number, width: number): number {
  return (value << (32 - width)) >> (32 - width);
}

/** Offset of the memory operand in its segment, signed: what `lea` returns. */
export function effectiveAddress(cpu: Cpu, i: Instruction): number {
  const { registers } = cpu;
  return (registers.get32(i.base) + (registers.get32(i.index) << i.scale) + i.displacement) | 0;
}

/** Linear address of the memory operand, signed. */
export function linearAddress(cpu: Cpu, i: Instruction): number {
  return (cpu.segments.base(i.segment) + effectiveAddress(cpu, i)) | 0;
}

/** Reads the r/m operand. */
export function readRm(cpu: Cpu, i: Instruction): number {
  if (i.rm === MEMORY_OPERAND) return cpu.linear.load(linearAddress(cpu, i), i.width);
  return cpu.registers.get(i.rm, i.width);
}

/** Reads the r/m operand that the instruction will write back: faults now if it cannot be written. */
export function readRmForWrite(cpu: Cpu, i: Instruction): number {
  if (i.rm === MEMORY_OPERAND) return cpu.linear.loadForWrite(linearAddress(cpu, i), i.width);
  return cpu.registers.get(i.rm, i.width);
}

/** Writes the r/m operand. */
export function writeRm(cpu: Cpu, i: Instruction, value: number): void {
  if (i.rm === MEMORY_OPERAND) cpu.linear.store(linearAddress(cpu, i), value, i.width);
  else cpu.registers.set(i.rm, value, i.width);
}

/** Reads an r/m operand of 8 or 16 bits regardless of the operand size: the source of `movzx`, selectors. */
export function readNarrowRm(cpu: Cpu, i: Instruction, width: 8 | 16): number {
  if (i.rm === MEMORY_OPERAND) return cpu.linear.load(linearAddress(cpu, i), width);
  return cpu.registers.get(i.rm, width);
}

/** Reads the register operand. */
export function readReg(cpu: Cpu, i: Instruction): number {
  return cpu.registers.get(i.reg, i.width);
}

/** Writes the register operand. */
export function writeReg(cpu: Cpu, i: Instruction, value: number): void {
  cpu.registers.set(i.reg, value, i.width);
}
