/**
 * The eight two-operand instructions of opcodes 00 to 3D and of groups 80 to 83, and `test`.
 *
 * @module
 */
import type { Cpu } from "../cpu.ts";
import type { Flags } from "../flags.ts";
import type { Instruction } from "../instruction.ts";
import { REGISTER } from "../registers.ts";
import { group, modrm, type OpcodeRows, type OpcodeSlot, plain } from "./opcode.ts";
import { readReg, readRm, readRmForWrite, writeReg, writeRm } from "./operands.ts";

/** The eight operations, as bits 3 to 5 of the opcode or the reg field of the group encode them. */
const OPERATION = { add: 0, or: 1, adc: 2, sbb: 3, and: 4, sub: 5, xor: 6, cmp: 7 } as const;

/** Adds with flags. */
export function add(flags: Flags, a: number, b: number, width: number, carry = 0): number {
  const result = (a + b + carry) | 0;
  flags.setArithmetic(result, (a & b) | ((a | b) & ~result), width);
  return result;
}

/** Subtracts with flags. */
export function subtract(flags: Flags, a: number, b: number, width: number, borrow = 0): number {
  const result = (a - b - borrow) | 0;
  flags.setArithmetic(result, (~a & b) | ((~a | b) & result), width);
  return result;
}

function logic(flags: Flags, result: number, width: number): number {
  flags.setLogic(result, width);
  return result;
}

/** Performs one of the operations; `cmp` returns the difference, which is not stored. */
function compute(flags: Flags, operation: number, a: number, b: number, width: number): number {
  switch (operation) {
    case OPERATION.add:
      return add(flags, a, b, width);
    case OPERATION.or:
      return logic(flags, a | b, width);
    case OPERATION.adc:
      return add(flags, a, b, width, flags.carry ? 1 : 0);
    case OPERATION.sbb:
      return subtract(flags, a, b, width, flags.carry ? 1 : 0);
    case OPERATION.and:
      return logic(flags, a & b, width);
    case OPERATION.xor:
      return logic(flags, a ^ b, width);
    default: // sub and cmp
      return subtract(flags, a, b, width);
  }
}

function aluRmReg(cpu: Cpu, i: Instruction): void {
  const operation = i.opcode >>> 3;
  const result = compute(cpu.flags, operation, readRmForWrite(cpu, i), readReg(cpu, i), i.width);
  writeRm(cpu, i, result);
}

function aluRegRm(cpu: Cpu, i: Instruction): void {
  const operation = i.opcode >>> 3;
  writeReg(cpu, i, compute(cpu.flags, operation, readReg(cpu, i), readRm(cpu, i), i.width));
}

function aluAccumulator(cpu: Cpu, i: Instruction): void {
  const a = cpu.registers.get(REGISTER.eax, i.width);
  const result = compute(cpu.flags, i.opcode >>> 3, a, i.immediate, i.width);
  cpu.registers.set(REGISTER.eax, result, i.width);
}

function aluImmediate(cpu: Cpu, i: Instruction): void {
  writeRm(cpu, i, compute(cpu.flags, i.reg, readRmForWrite(cpu, i), i.immediate, i.width));
}

function cmpRmReg(cpu: Cpu, i: Instruction): void {
  subtract(cpu.flags, readRm(cpu, i), readReg(cpu, i), i.width);
}

function cmpRegRm(cpu: Cpu, i: Instruction): void {
  subtract(cpu.flags, readReg(cpu, i), readRm(cpu, i), i.width);
}

function cmpAccumulator(cpu: Cpu, i: Instruction): void {
  subtract(cpu.flags, cpu.registers.get(REGISTER.eax, i.width), i.immediate, i.width);
}

function cmpImmediate(cpu: Cpu, i: Instruction): void {
  subtract(cpu.flags, readRm(cpu, i), i.immediate, i.width);
}

function testRmReg(cpu: Cpu, i: Instruction): void {
  cpu.flags.setLogic(readRm(cpu, i) & readReg(cpu, i), i.width);
}

function testAccumulator(cpu: Cpu, i: Instruction): void {
  cpu.flags.setLogic(cpu.registers.get(REGISTER.eax, i.width) & i.immediate, i.width);
}

/** The six opcodes of each operation: r/m with register, register with r/m, AL or EAX with immediate. */
function operationRows(): Record<number, OpcodeSlot> {
  const rows: Record<number, OpcodeSlot> = {};
  for (const operation of Object.values(OPERATION)) {
    const writes = operation !== OPERATION.cmp;
    const first = operation << 3;
    rows[first] = modrm("byte", writes ? aluRmReg : cmpRmReg);
    rows[first + 1] = modrm("full", writes ? aluRmReg : cmpRmReg);
    rows[first + 2] = modrm("byte", writes ? aluRegRm : cmpRegRm);
    rows[first + 3] = modrm("full", writes ? aluRegRm : cmpRegRm);
    rows[first + 4] = plain("byte", writes ? aluAccumulator : cmpAccumulator, "operand");
    rows[first + 5] = plain("full", writes ? aluAccumulator : cmpAccumulator, "operand");
  }
  return rows;
}

function immediateGroup(width: "byte" | "full", immediate: "byte" | "operand"): OpcodeSlot {
  return group(
    ...Object.values(OPERATION).map((operation) =>
      modrm(width, operation === OPERATION.cmp ? cmpImmediate : aluImmediate, immediate)
    ),
  );
}

/** Rows of this family. */
export const ALU_ROWS: OpcodeRows = {
  one: {
    ...operationRows(),
    0x80: immediateGroup("byte", "operand"),
    0x81: immediateGroup("full", "operand"),
    0x83: immediateGroup("full", "byte"),
    0x84: modrm("byte", testRmReg),
    0x85: modrm("full", testRmReg),
    0xa8: plain("byte", testAccumulator, "operand"),
    0xa9: plain("full", testAccumulator, "operand"),
  },
};
