/**
 * Near jumps, calls and returns. Far and 16-bit ones are not supported.
 *
 * @module
 */
import type { Cpu } from "../cpu.ts";
import type { Instruction } from "../instruction.ts";
import { REGISTER } from "../registers.ts";
import { holds } from "./condition.ts";
import { type OpcodeRows, plain, range } from "./opcode.ts";
import { readRm } from "./operands.ts";
import { pop, push, stackAddress } from "./stack.ts";

function jumpBy(cpu: Cpu, distance: number): void {
  cpu.eip = (cpu.eip + distance) >>> 0;
}

function jump(cpu: Cpu, i: Instruction): void {
  jumpBy(cpu, i.immediate);
}

function jumpIf(cpu: Cpu, i: Instruction): void {
  if (holds(cpu.flags, i.opcode)) jumpBy(cpu, i.immediate);
}

/** `jmp` to the address in a register or in memory. */
export function jumpRm(cpu: Cpu, i: Instruction): void {
  cpu.eip = readRm(cpu, i) >>> 0;
}

function call(cpu: Cpu, i: Instruction): void {
  push(cpu, cpu.eip, 32);
  jumpBy(cpu, i.immediate);
}

/** `call` to the address in a register or in memory. */
export function callRm(cpu: Cpu, i: Instruction): void {
  const target = readRm(cpu, i) >>> 0; // before the push, which may change its base
  push(cpu, cpu.eip, 32);
  cpu.eip = target;
}

function ret(cpu: Cpu): void {
  cpu.eip = pop(cpu, 32) >>> 0;
}

/** `ret n`, which also drops arguments. */
function retDropping(cpu: Cpu, i: Instruction): void {
  cpu.eip = cpu.linear.load32(stackAddress(cpu, 0)) >>> 0;
  cpu.registers.set32(REGISTER.esp, cpu.registers.get32(REGISTER.esp) + 4 + i.immediate);
}

/** `loopne`, `loope`, `loop`: selected by the low two bits of the opcode, in this order. */
function loop(cpu: Cpu, i: Instruction): void {
  const count = cpu.registers.get32(REGISTER.ecx) - 1;
  cpu.registers.set32(REGISTER.ecx, count);
  const kind = i.opcode & 3;
  if (count !== 0 && (kind === 2 || cpu.flags.zero === (kind === 1))) jumpBy(cpu, i.immediate);
}

function jumpIfEcxZero(cpu: Cpu, i: Instruction): void {
  if (cpu.registers.get32(REGISTER.ecx) === 0) jumpBy(cpu, i.immediate);
}

/** Rows of this family; the indirect ones are in group FF, in `unary.ts`. */
export const BRANCH_ROWS: OpcodeRows = {
  one: {
    ...range(0x70, 16, plain("branch", jumpIf, "byte")),
    0xc2: plain("branch", retDropping, "word"),
    0xc3: plain("branch", ret),
    ...range(0xe0, 3, plain("branch", loop, "byte")),
    0xe3: plain("branch", jumpIfEcxZero, "byte"),
    0xe8: plain("branch", call, "operand"),
    0xe9: plain("branch", jump, "operand"),
    0xeb: plain("branch", jump, "byte"),
  },
  two: range(0x80, 16, plain("branch", jumpIf, "operand")),
};
