/**
 * Shifts and rotates.
 *
 * The count is taken modulo 32, and a count of zero changes no flag. OF is defined only for a count of one; here the
 * formula for one is always used.
 *
 * @module
 */
import type { Cpu } from "../cpu.ts";
import type { Instruction } from "../instruction.ts";
import { REGISTER } from "../registers.ts";
import { group, modrm, type OpcodeRows } from "./opcode.ts";
import { readReg, readRmForWrite, signExtend, writeRm } from "./operands.ts";

/** Shifts `value`, whose upper bits are zero below 32 bits, by 1 to 31, and sets the flags. */
type Shift = (cpu: Cpu, value: number, count: number, width: number) => number;

function bit(value: number, n: number): boolean {
  return ((value >>> n) & 1) !== 0;
}

function rol(cpu: Cpu, value: number, count: number, width: number): number {
  const by = count & (width - 1);
  const result = by === 0 ? value : (value << by) | (value >>> (width - by));
  const carry = bit(result, 0);
  setRotateFlags(cpu, carry, carry !== bit(result, width - 1));
  return result;
}

function ror(cpu: Cpu, value: number, count: number, width: number): number {
  const by = count & (width - 1);
  const result = by === 0 ? value : (value >>> by) | (value << (width - by));
  const carry = bit(result, width - 1);
  setRotateFlags(cpu, carry, carry !== bit(result, width - 2));
  return result;
}

function rcl(cpu: Cpu, value: number, count: number, width: number): number {
  let result = value;
  let carry = cpu.flags.carry;
  for (let n = 0; n < count; n++) {
    const out = bit(result, width - 1);
    result = (result << 1) | (carry ? 1 : 0);
    carry = out;
  }
  setRotateFlags(cpu, carry, carry !== bit(result, width - 1));
  return result;
}

function rcr(cpu: Cpu, value: number, count: number, width: number): number {
  let result = value;
  let carry = cpu.flags.carry;
  for (let n = 0; n < count; n++) {
    const out = bit(result, 0);
    result = (result >>> 1) | (carry ? 1 << (width - 1) : 0);
    carry = out;
  }
  setRotateFlags(cpu, carry, bit(result, width - 1) !== bit(result, width - 2));
  return result;
}

function shl(cpu: Cpu, value: number, count: number, width: number): number {
  const result = value << count;
  const carry = count <= width && bit(value, width - count);
  cpu.flags.setLogic(result, width);
  cpu.flags.setCarryOverflow(carry, carry !== bit(result, width - 1));
  return result;
}

function shr(cpu: Cpu, value: number, count: number, width: number): number {
  const result = value >>> count;
  cpu.flags.setLogic(result, width);
  cpu.flags.setCarryOverflow(bit(value, count - 1), bit(value, width - 1));
  return result;
}

function sar(cpu: Cpu, value: number, count: number, width: number): number {
  const signed = signExtend(value, width);
  const result = signed >> count;
  cpu.flags.setLogic(result, width);
  cpu.flags.setCarryOverflow(((signed >> (count - 1)) & 1) !== 0, false);
  return result;
}

/** Rotates change only CF and OF. */
function setRotateFlags(cpu: Cpu, carry: boolean, overflow: boolean): void {
  cpu.flags.setCarryOverflow(carry, overflow, cpu.flags.adjust ? 8 : 0);
}

/** The shifts, as the reg field encodes them; 6 is an undocumented alias of 4. */
const SHIFTS: readonly Shift[] = [rol, ror, rcl, rcr, shl, shr, shl, sar];

function shiftBy(cpu: Cpu, i: Instruction, count: number): void {
  const value = readRmForWrite(cpu, i);
  const by = count & 31;
  if (by !== 0) writeRm(cpu, i, SHIFTS[i.reg]!(cpu, value, by, i.width)); // reg has three bits
}

function shiftByImmediate(cpu: Cpu, i: Instruction): void {
  shiftBy(cpu, i, i.immediate);
}

function shiftByOne(cpu: Cpu, i: Instruction): void {
  shiftBy(cpu, i, 1);
}

function shiftByCl(cpu: Cpu, i: Instruction): void {
  shiftBy(cpu, i, cpu.registers.get8(REGISTER.ecx));
}

function shiftLeftDouble(cpu: Cpu, i: Instruction, count: number): void {
  const value = readRmForWrite(cpu, i);
  const by = count & 31;
  if (by === 0) return;
  const { width } = i;
  const result = (value << by) | (readReg(cpu, i) >>> (width - by));
  cpu.flags.setLogic(result, width);
  const changedSign = bit(value, width - 1) !== bit(result, width - 1);
  cpu.flags.setCarryOverflow(bit(value, width - by), changedSign);
  writeRm(cpu, i, result);
}

function shiftRightDouble(cpu: Cpu, i: Instruction, count: number): void {
  const value = readRmForWrite(cpu, i);
  const by = count & 31;
  if (by === 0) return;
  const { width } = i;
  const result = (value >>> by) | (readReg(cpu, i) << (width - by));
  cpu.flags.setLogic(result, width);
  const changedSign = bit(value, width - 1) !== bit(result, width - 1);
  cpu.flags.setCarryOverflow(bit(value, by - 1), changedSign);
  writeRm(cpu, i, result);
}

function shldImmediate(cpu: Cpu, i: Instruction): void {
  shiftLeftDouble(cpu, i, i.immediate);
}

function shldCl(cpu: Cpu, i: Instruction): void {
  shiftLeftDouble(cpu, i, cpu.registers.get8(REGISTER.ecx));
}

function shrdImmediate(cpu: Cpu, i: Instruction): void {
  shiftRightDouble(cpu, i, i.immediate);
}

function shrdCl(cpu: Cpu, i: Instruction): void {
  shiftRightDouble(cpu, i, cpu.registers.get8(REGISTER.ecx));
}

/** Rows of this family. */
export const SHIFT_ROWS: OpcodeRows = {
  one: {
    0xc0: group(...SHIFTS.map(() => modrm("byte", shiftByImmediate, "byte"))),
    0xc1: group(...SHIFTS.map(() => modrm("full", shiftByImmediate, "byte"))),
    0xd0: group(...SHIFTS.map(() => modrm("byte", shiftByOne))),
    0xd1: group(...SHIFTS.map(() => modrm("full", shiftByOne))),
    0xd2: group(...SHIFTS.map(() => modrm("byte", shiftByCl))),
    0xd3: group(...SHIFTS.map(() => modrm("full", shiftByCl))),
  },
  two: {
    0xa4: modrm("full", shldImmediate, "byte"),
    0xa5: modrm("full", shldCl),
    0xac: modrm("full", shrdImmediate, "byte"),
    0xad: modrm("full", shrdCl),
  },
};
