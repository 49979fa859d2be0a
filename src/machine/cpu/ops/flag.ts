/**
 * Instructions that read and write the flags themselves, and the sign extensions of the accumulator.
 *
 * @module
 */
import type { Cpu } from "../cpu.ts";
import { EFLAGS } from "../flags.ts";
import type { Instruction } from "../instruction.ts";
import { generalProtection } from "../cpu_exception.ts";
import { setFlagsAllowed } from "../interrupts.ts";
import { AH, REGISTER } from "../registers.ts";
import { type OpcodeRows, plain } from "./opcode.ts";
import { signExtend } from "./operands.ts";
import { pop, push } from "./stack.ts";

/** Flags that `sahf` loads from AH. */
const LOW_FLAGS = EFLAGS.carry | EFLAGS.parity | EFLAGS.adjust | EFLAGS.zero | EFLAGS.sign;

/** Flags that `pushf` stores as clear. */
const HIDDEN_FLAGS = EFLAGS.resume;

function pushFlags(cpu: Cpu, i: Instruction): void {
  push(cpu, cpu.eflags & ~HIDDEN_FLAGS, i.width);
}

function popFlags(cpu: Cpu, i: Instruction): void {
  const image = pop(cpu, i.width);
  const kept = i.width === 16 ? cpu.eflags & 0xffff_0000 : 0;
  setFlagsAllowed(cpu, (image | kept) & ~HIDDEN_FLAGS);
}

function storeFlagsInAh(cpu: Cpu): void {
  cpu.registers.set8(AH, cpu.eflags);
}

function loadFlagsFromAh(cpu: Cpu): void {
  cpu.eflags = (cpu.eflags & ~LOW_FLAGS) | (cpu.registers.get8(AH) & LOW_FLAGS);
}

function clearCarry(cpu: Cpu): void {
  cpu.flags.setCarry(false);
}

function setCarry(cpu: Cpu): void {
  cpu.flags.setCarry(true);
}

function complementCarry(cpu: Cpu): void {
  cpu.flags.setCarry(!cpu.flags.carry);
}

function clearDirection(cpu: Cpu): void {
  cpu.flags.direction = false;
}

function setDirection(cpu: Cpu): void {
  cpu.flags.direction = true;
}

function requireInterruptPrivilege(cpu: Cpu): void {
  if (cpu.cpl > cpu.flags.ioPrivilege) throw generalProtection();
}

function clearInterrupt(cpu: Cpu): void {
  requireInterruptPrivilege(cpu);
  cpu.flags.interrupt = false;
}

function setInterrupt(cpu: Cpu): void {
  requireInterruptPrivilege(cpu);
  const before = cpu.flags.interrupt;
  cpu.flags.interrupt = true;
  // The instruction after `sti` runs first, so that `sti; hlt` and `sti; iret` miss no interrupt.
  if (!before) cpu.interruptsChanged(true);
}

/** `cwde`, or `cbw` with the prefix. */
function extendAccumulator(cpu: Cpu, i: Instruction): void {
  const half = i.width / 2;
  const value = cpu.registers.get(REGISTER.eax, half);
  cpu.registers.set(REGISTER.eax, signExtend(value, half), i.width);
}

/** `cdq`, or `cwd` with the prefix: the sign of the accumulator in every bit of EDX or DX. */
function extendIntoEdx(cpu: Cpu, i: Instruction): void {
  const value = cpu.registers.get(REGISTER.eax, i.width);
  cpu.registers.set(REGISTER.edx, signExtend(value, i.width) >> 31, i.width);
}

/** Rows of this family. */
export const FLAG_ROWS: OpcodeRows = {
  one: {
    0x98: plain("full", extendAccumulator),
    0x99: plain("full", extendIntoEdx),
    0x9c: plain("full", pushFlags),
    0x9d: plain("full", popFlags),
    0x9e: plain("full", loadFlagsFromAh),
    0x9f: plain("full", storeFlagsInAh),
    0xf5: plain("full", complementCarry),
    0xf8: plain("full", clearCarry),
    0xf9: plain("full", setCarry),
    0xfa: plain("full", clearInterrupt),
    0xfb: plain("full", setInterrupt),
    0xfc: plain("full", clearDirection),
    0xfd: plain("full", setDirection),
  },
};
