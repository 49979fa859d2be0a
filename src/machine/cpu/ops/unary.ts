/**
 * One-operand instructions: `inc`, `dec`, `not`, `neg`; and `test` with an immediate, which shares a group with them,
 * as `mul` and `div` do.
 *
 * @module
 */
import type { Cpu } from "../cpu.ts";
import type { Instruction } from "../instruction.ts";
import { subtract } from "./alu.ts";
import { callRm, jumpRm } from "./branch.ts";
import { divide, multiply, signedDivide, signedMultiply } from "./multiply.ts";
import { group, modrm, type OpcodeRows, plain, range } from "./opcode.ts";
import { readReg, readRm, readRmForWrite, writeReg, writeRm } from "./operands.ts";
import { pushRm } from "./stack.ts";

function increment(cpu: Cpu, a: number, width: number): number {
  const result = (a + 1) | 0;
  cpu.flags.setArithmeticKeepCarry(result, a & ~result, width);
  return result;
}

function decrement(cpu: Cpu, a: number, width: number): number {
  const result = (a - 1) | 0;
  cpu.flags.setArithmeticKeepCarry(result, ~a & result, width);
  return result;
}

function incReg(cpu: Cpu, i: Instruction): void {
  writeReg(cpu, i, increment(cpu, readReg(cpu, i), i.width));
}

function decReg(cpu: Cpu, i: Instruction): void {
  writeReg(cpu, i, decrement(cpu, readReg(cpu, i), i.width));
}

function incRm(cpu: Cpu, i: Instruction): void {
  writeRm(cpu, i, increment(cpu, readRmForWrite(cpu, i), i.width));
}

function decRm(cpu: Cpu, i: Instruction): void {
  writeRm(cpu, i, decrement(cpu, readRmForWrite(cpu, i), i.width));
}

function notRm(cpu: Cpu, i: Instruction): void {
  writeRm(cpu, i, ~readRmForWrite(cpu, i));
}

function negRm(cpu: Cpu, i: Instruction): void {
  writeRm(cpu, i, subtract(cpu.flags, 0, readRmForWrite(cpu, i), i.width));
}

function testImmediate(cpu: Cpu, i: Instruction): void {
  cpu.flags.setLogic(readRm(cpu, i) & i.immediate, i.width);
}

function arithmeticGroup(width: "byte" | "full"): ReturnType<typeof group> {
  return group(
    modrm(width, testImmediate, "operand"),
    modrm(width, testImmediate, "operand"), // an alias that some assemblers emit
    modrm(width, notRm),
    modrm(width, negRm),
    modrm(width, multiply),
    modrm(width, signedMultiply),
    modrm(width, divide),
    modrm(width, signedDivide),
  );
}

/** Rows of this family, with the groups that it shares with others. */
export const UNARY_ROWS: OpcodeRows = {
  one: {
    ...range(0x40, 8, plain("full", incReg)),
    ...range(0x48, 8, plain("full", decReg)),
    0xf6: arithmeticGroup("byte"),
    0xf7: arithmeticGroup("full"),
    0xfe: group(modrm("byte", incRm), modrm("byte", decRm)),
    0xff: group(
      modrm("full", incRm),
      modrm("full", decRm),
      modrm("branch", callRm),
      undefined, // far call
      modrm("branch", jumpRm),
      undefined, // far jump
      modrm("full", pushRm),
    ),
  },
};
