/**
 * The stack: `push`, `pop`, their all-register forms, `enter`, `leave`.
 *
 * ESP moves after memory has been written or read, so a fault leaves it where it was.
 *
 * @module
 */
import type { Cpu } from "../cpu.ts";
import { type Instruction, MEMORY_OPERAND } from "../instruction.ts";
import { REGISTER } from "../registers.ts";
import { SEGMENT } from "../segments.ts";
import { group, modrm, type OpcodeRows, plain, range } from "./opcode.ts";
import { linearAddress, readReg, readRm, writeReg } from "./operands.ts";
import { UnsupportedInstruction } from "../cpu_fault.ts";

/** Linear address on the stack, `offset` bytes from ESP. */
export function stackAddress(cpu: Cpu, offset: number): number {
  return (cpu.segments.base(SEGMENT.ss) + cpu.registers.get32(REGISTER.esp) + offset) | 0;
}

function moveStack(cpu: Cpu, bytes: number): void {
  cpu.registers.set32(REGISTER.esp, cpu.registers.get32(REGISTER.esp) + bytes);
}

/** Pushes 16 or 32 bits. */
export function push(cpu: Cpu, value: number, width: number): void {
  const bytes = width >>> 3;
  cpu.linear.store(stackAddress(cpu, -bytes), value, width);
  moveStack(cpu, -bytes);
}

/** Pops 16 or 32 bits. */
export function pop(cpu: Cpu, width: number): number {
  const value = cpu.linear.load(stackAddress(cpu, 0), width);
  moveStack(cpu, width >>> 3);
  return value;
}

function pushReg(cpu: Cpu, i: Instruction): void {
  push(cpu, readReg(cpu, i), i.width);
}

function popReg(cpu: Cpu, i: Instruction): void {
  writeReg(cpu, i, pop(cpu, i.width));
}

function pushImmediate(cpu: Cpu, i: Instruction): void {
  push(cpu, i.immediate, i.width);
}

/** `push` of a register or of memory. */
export function pushRm(cpu: Cpu, i: Instruction): void {
  push(cpu, readRm(cpu, i), i.width);
}

/** An address that uses ESP is computed after the pop has moved it. */
function popRm(cpu: Cpu, i: Instruction): void {
  const value = cpu.linear.load(stackAddress(cpu, 0), i.width);
  const bytes = i.width >>> 3;
  if (i.rm !== MEMORY_OPERAND) {
    moveStack(cpu, bytes);
    cpu.registers.set(i.rm, value, i.width);
    return;
  }
  const moved = i.base === REGISTER.esp ? bytes : 0;
  cpu.linear.store(linearAddress(cpu, i) + moved, value, i.width);
  moveStack(cpu, bytes);
}

/** `pusha`: EAX first, EDI last, and ESP as it was before. */
function pushAll(cpu: Cpu, i: Instruction): void {
  const bytes = i.width >>> 3;
  // Both ends first: everything between them is in their pages.
  cpu.linear.loadForWrite(stackAddress(cpu, -bytes), i.width);
  for (let register = 7; register >= 0; register--) {
    const address = stackAddress(cpu, -bytes * (register + 1));
    cpu.linear.store(address, cpu.registers.get(register, i.width), i.width);
  }
  moveStack(cpu, -bytes * 8);
}

/** `popa`: the stored ESP is skipped. */
function popAll(cpu: Cpu, i: Instruction): void {
  const bytes = i.width >>> 3;
  const values = Array.from(
    { length: 8 },
    (_, n) => cpu.linear.load(stackAddress(cpu, n * bytes), i.width),
  );
  values.forEach((value, n) => {
    const register = 7 - n;
    if (register !== REGISTER.esp) cpu.registers.set(register, value, i.width);
  });
  moveStack(cpu, bytes * 8);
}

/** `enter` without nested frames, whose display of outer frames no compiler uses. */
function enter(cpu: Cpu, i: Instruction): void {
  const size = i.immediate & 0xffff;
  const level = i.immediate >>> 16;
  if (level !== 0) throw new UnsupportedInstruction();
  push(cpu, cpu.registers.get32(REGISTER.ebp), 32);
  cpu.registers.set32(REGISTER.ebp, cpu.registers.get32(REGISTER.esp));
  moveStack(cpu, -size);
}

function leave(cpu: Cpu): void {
  const frame = cpu.registers.get32(REGISTER.ebp);
  const outer = cpu.linear.load32((cpu.segments.base(SEGMENT.ss) + frame) | 0);
  cpu.registers.set32(REGISTER.esp, frame + 4);
  cpu.registers.set32(REGISTER.ebp, outer);
}

/** Rows of this family; `push` of r/m is in group FF, in `unary.ts`. */
export const STACK_ROWS: OpcodeRows = {
  one: {
    ...range(0x50, 8, plain("full", pushReg)),
    ...range(0x58, 8, plain("full", popReg)),
    0x60: plain("full", pushAll),
    0x61: plain("full", popAll),
    0x68: plain("full", pushImmediate, "operand"),
    0x6a: plain("full", pushImmediate, "byte"),
    0x8f: group(modrm("full", popRm)),
    0xc8: plain("branch", enter, "word-byte"),
    0xc9: plain("branch", leave),
  },
};
