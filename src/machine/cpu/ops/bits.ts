/**
 * Bit tests, bit scans, `bswap`; and the read-modify-write instructions `xadd` and `cmpxchg`.
 *
 * @module
 */
import type { Cpu } from "../cpu.ts";
import { type Instruction, MEMORY_OPERAND } from "../instruction.ts";
import { REGISTER } from "../registers.ts";
import { add, subtract } from "./alu.ts";
import { group, modrm, type OpcodeRows, plain, range } from "./opcode.ts";
import {
  linearAddress,
  readReg,
  readRm,
  readRmForWrite,
  signExtend,
  writeReg,
  writeRm,
} from "./operands.ts";

/** What to do with the tested bit, as encoded in bits 3 and 4 of the opcode and in the reg field of the group. */
const BIT_OPERATION = { test: 0, set: 1, reset: 2, complement: 3 } as const;

function withBit(value: number, mask: number, operation: number): number {
  switch (operation) {
    case BIT_OPERATION.set:
      return value | mask;
    case BIT_OPERATION.reset:
      return value & ~mask;
    case BIT_OPERATION.complement:
      return value ^ mask;
    default:
      return value;
  }
}

/** With a register as the bit number, a memory operand is a string of bits that extends far in both directions. */
function bitByRegister(cpu: Cpu, i: Instruction): void {
  const operation = (i.opcode >>> 3) & 3;
  const number = readReg(cpu, i);
  if (i.rm !== MEMORY_OPERAND) {
    bitInOperand(cpu, i, number, operation);
    return;
  }
  const words = signExtend(number, i.width) >> (i.width === 32 ? 5 : 4);
  const address = (linearAddress(cpu, i) + words * (i.width / 8)) | 0;
  const value = operation === BIT_OPERATION.test
    ? cpu.linear.load(address, i.width)
    : cpu.linear.loadForWrite(address, i.width);
  const mask = 1 << (number & (i.width - 1));
  if (operation !== BIT_OPERATION.test) {
    cpu.linear.store(address, withBit(value, mask, operation), i.width);
  }
  cpu.flags.setCarry((value & mask) !== 0);
}

function bitByImmediate(cpu: Cpu, i: Instruction): void {
  bitInOperand(cpu, i, i.immediate, i.reg & 3);
}

function bitInOperand(cpu: Cpu, i: Instruction, number: number, operation: number): void {
  const mask = 1 << (number & (i.width - 1));
  const value = operation === BIT_OPERATION.test ? readRm(cpu, i) : readRmForWrite(cpu, i);
  if (operation !== BIT_OPERATION.test) writeRm(cpu, i, withBit(value, mask, operation));
  cpu.flags.setCarry((value & mask) !== 0);
}

/** `bsf`; the register is unchanged if no bit is set, as documented by AMD and done by Intel. */
function scanForward(cpu: Cpu, i: Instruction): void {
  const value = readRm(cpu, i);
  if (value !== 0) writeReg(cpu, i, 31 - Math.clz32(value & -value));
  cpu.flags.setZero(value === 0);
}

/** `bsr`. */
function scanReverse(cpu: Cpu, i: Instruction): void {
  const value = readRm(cpu, i);
  if (value !== 0) writeReg(cpu, i, 31 - Math.clz32(value));
  cpu.flags.setZero(value === 0);
}

function swapBytes(cpu: Cpu, i: Instruction): void {
  const value = cpu.registers.get32(i.reg);
  const swapped = (value << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) |
    (value >>> 24);
  cpu.registers.set32(i.reg, swapped);
}

function exchangeAdd(cpu: Cpu, i: Instruction): void {
  const old = readRmForWrite(cpu, i);
  const sum = add(cpu.flags, old, readReg(cpu, i), i.width);
  // In this order: `xadd eax, eax` keeps the sum, and memory is addressed before its base changes.
  if (i.rm === MEMORY_OPERAND) writeRm(cpu, i, sum);
  writeReg(cpu, i, old);
  if (i.rm !== MEMORY_OPERAND) writeRm(cpu, i, sum);
}

function compareExchange(cpu: Cpu, i: Instruction): void {
  const old = readRmForWrite(cpu, i);
  subtract(cpu.flags, cpu.registers.get(REGISTER.eax, i.width), old, i.width);
  if (cpu.flags.zero) writeRm(cpu, i, readReg(cpu, i));
  else cpu.registers.set(REGISTER.eax, old, i.width);
}

/** Rows of this family. */
export const BIT_ROWS: OpcodeRows = {
  two: {
    0xa3: modrm("full", bitByRegister),
    0xab: modrm("full", bitByRegister),
    0xb3: modrm("full", bitByRegister),
    0xbb: modrm("full", bitByRegister),
    0xba: group(
      undefined,
      undefined,
      undefined,
      undefined,
      modrm("full", bitByImmediate, "byte"),
      modrm("full", bitByImmediate, "byte"),
      modrm("full", bitByImmediate, "byte"),
      modrm("full", bitByImmediate, "byte"),
    ),
    0xbc: modrm("full", scanForward),
    0xbd: modrm("full", scanReverse),
    ...range(0xc8, 8, plain("full", swapBytes)),
    0xb0: modrm("byte", compareExchange),
    0xb1: modrm("full", compareExchange),
    0xc0: modrm("byte", exchangeAdd),
    0xc1: modrm("full", exchangeAdd),
  },
};
