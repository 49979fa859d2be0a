/**
 * Moves: `mov`, `movzx`, `movsx`, `lea`, `xchg`, `setcc`, `cmovcc`, `nop`.
 *
 * @module
 */
import type { Cpu } from "../cpu.ts";
import type { Instruction } from "../instruction.ts";
import { REGISTER } from "../registers.ts";
import { holds } from "./condition.ts";
import { group, memory, modrm, type OpcodeRows, plain, range } from "./opcode.ts";
import {
  effectiveAddress,
  linearAddress,
  readNarrowRm,
  readReg,
  readRm,
  readRmForWrite,
  signExtend,
  writeReg,
  writeRm,
} from "./operands.ts";

function movRmReg(cpu: Cpu, i: Instruction): void {
  writeRm(cpu, i, readReg(cpu, i));
}

function movRegRm(cpu: Cpu, i: Instruction): void {
  writeReg(cpu, i, readRm(cpu, i));
}

function movRmImmediate(cpu: Cpu, i: Instruction): void {
  writeRm(cpu, i, i.immediate);
}

function movRegImmediate(cpu: Cpu, i: Instruction): void {
  writeReg(cpu, i, i.immediate);
}

function movAccumulatorMemory(cpu: Cpu, i: Instruction): void {
  cpu.registers.set(REGISTER.eax, cpu.linear.load(linearAddress(cpu, i), i.width), i.width);
}

function movMemoryAccumulator(cpu: Cpu, i: Instruction): void {
  cpu.linear.store(linearAddress(cpu, i), cpu.registers.get(REGISTER.eax, i.width), i.width);
}

function movzx8(cpu: Cpu, i: Instruction): void {
  writeReg(cpu, i, readNarrowRm(cpu, i, 8));
}

function movzx16(cpu: Cpu, i: Instruction): void {
  writeReg(cpu, i, readNarrowRm(cpu, i, 16));
}

function movsx8(cpu: Cpu, i: Instruction): void {
  writeReg(cpu, i, signExtend(readNarrowRm(cpu, i, 8), 8));
}

function movsx16(cpu: Cpu, i: Instruction): void {
  writeReg(cpu, i, signExtend(readNarrowRm(cpu, i, 16), 16));
}

function lea(cpu: Cpu, i: Instruction): void {
  writeReg(cpu, i, effectiveAddress(cpu, i));
}

function xchgRmReg(cpu: Cpu, i: Instruction): void {
  const old = readRmForWrite(cpu, i);
  writeRm(cpu, i, readReg(cpu, i)); // memory first: the register may be its base
  writeReg(cpu, i, old);
}

function xchgAccumulator(cpu: Cpu, i: Instruction): void {
  const old = cpu.registers.get(REGISTER.eax, i.width);
  cpu.registers.set(REGISTER.eax, readReg(cpu, i), i.width);
  writeReg(cpu, i, old);
}

function setcc(cpu: Cpu, i: Instruction): void {
  writeRm(cpu, i, holds(cpu.flags, i.opcode) ? 1 : 0);
}

/** `cmovcc` reads its source even if the condition does not hold. */
function cmovcc(cpu: Cpu, i: Instruction): void {
  const value = readRm(cpu, i);
  if (holds(cpu.flags, i.opcode)) writeReg(cpu, i, value);
}

function nop(): void {}

/** Rows of this family. */
export const MOVE_ROWS: OpcodeRows = {
  one: {
    0x86: modrm("byte", xchgRmReg),
    0x87: modrm("full", xchgRmReg),
    0x88: modrm("byte", movRmReg),
    0x89: modrm("full", movRmReg),
    0x8a: modrm("byte", movRegRm),
    0x8b: modrm("full", movRegRm),
    0x8d: memory("full", lea),
    0x90: plain("full", nop), // also `pause`, with a repeat prefix
    ...range(0x91, 7, plain("full", xchgAccumulator)),
    0xa0: plain("byte", movAccumulatorMemory, "address"),
    0xa1: plain("full", movAccumulatorMemory, "address"),
    0xa2: plain("byte", movMemoryAccumulator, "address"),
    0xa3: plain("full", movMemoryAccumulator, "address"),
    ...range(0xb0, 8, plain("byte", movRegImmediate, "operand")),
    ...range(0xb8, 8, plain("full", movRegImmediate, "operand")),
    0xc6: group(modrm("byte", movRmImmediate, "operand")),
    0xc7: group(modrm("full", movRmImmediate, "operand")),
  },
  two: {
    0x1f: modrm("full", nop),
    ...range(0x40, 16, modrm("full", cmovcc)),
    ...range(0x90, 16, modrm("byte", setcc)),
    0xb6: modrm("full", movzx8),
    0xb7: modrm("full", movzx16),
    0xbe: modrm("full", movsx8),
    0xbf: modrm("full", movsx16),
  },
};
