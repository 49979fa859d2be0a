/**
 * String instructions, with their repeat prefixes.
 *
 * A repeated one runs to its end at once and counts as one instruction. Each round leaves the registers as the next one
 * needs them, so an instruction that faulted in the middle continues from there.
 *
 * @module
 */
import type { Cpu } from "../cpu.ts";
import { type Instruction, type Operation, REPEAT } from "../instruction.ts";
import { PAGE_SIZE } from "../physical_memory.ts";
import { REGISTER } from "../registers.ts";
import { SEGMENT } from "../segments.ts";
import { subtract } from "./alu.ts";
import { type OpcodeRows, type OpcodeSlot, plain } from "./opcode.ts";

function sourceAddress(cpu: Cpu, i: Instruction): number {
  return (cpu.segments.base(i.segment) + cpu.registers.get32(REGISTER.esi)) | 0;
}

function destinationAddress(cpu: Cpu): number {
  return (cpu.segments.base(SEGMENT.es) + cpu.registers.get32(REGISTER.edi)) | 0;
}

function advance(cpu: Cpu, register: number, width: number): void {
  const bytes = width >>> 3;
  const step = cpu.flags.direction ? -bytes : bytes;
  cpu.registers.set32(register, cpu.registers.get32(register) + step);
}

function movs(cpu: Cpu, i: Instruction): void {
  const value = cpu.linear.load(sourceAddress(cpu, i), i.width);
  cpu.linear.store(destinationAddress(cpu), value, i.width);
  advance(cpu, REGISTER.esi, i.width);
  advance(cpu, REGISTER.edi, i.width);
}

function stos(cpu: Cpu, i: Instruction): void {
  cpu.linear.store(destinationAddress(cpu), cpu.registers.get(REGISTER.eax, i.width), i.width);
  advance(cpu, REGISTER.edi, i.width);
}

function lods(cpu: Cpu, i: Instruction): void {
  const value = cpu.linear.load(sourceAddress(cpu, i), i.width);
  cpu.registers.set(REGISTER.eax, value, i.width);
  advance(cpu, REGISTER.esi, i.width);
}

function cmps(cpu: Cpu, i: Instruction): void {
  const source = cpu.linear.load(sourceAddress(cpu, i), i.width);
  const destination = cpu.linear.load(destinationAddress(cpu), i.width);
  subtract(cpu.flags, source, destination, i.width);
  advance(cpu, REGISTER.esi, i.width);
  advance(cpu, REGISTER.edi, i.width);
}

function scas(cpu: Cpu, i: Instruction): void {
  const value = cpu.linear.load(destinationAddress(cpu), i.width);
  subtract(cpu.flags, cpu.registers.get(REGISTER.eax, i.width), value, i.width);
  advance(cpu, REGISTER.edi, i.width);
}

/** Runs a string instruction once, or as often as its prefix and ECX say. */
function repeating(round: Operation, compares: boolean): Operation {
  return (cpu, i) => {
    if (i.repeat === REPEAT.none) {
      round(cpu, i);
      return;
    }
    const { registers } = cpu;
    while (registers.get32(REGISTER.ecx) !== 0) {
      round(cpu, i);
      registers.set32(REGISTER.ecx, registers.get32(REGISTER.ecx) - 1);
      if (compares && cpu.flags.zero !== (i.repeat === REPEAT.whileEqual)) return;
    }
  };
}

const stosEach = repeating(stos, false);

/** `stosb`. Upward, a repeated one fills a page at a time: guests clear large amounts of memory with it. */
function stosb(cpu: Cpu, i: Instruction): void {
  if (i.repeat === REPEAT.none || cpu.flags.direction) {
    stosEach(cpu, i);
    return;
  }
  const { registers } = cpu;
  while (registers.ecx > 0) {
    const address = destinationAddress(cpu);
    const length = Math.min(registers.ecx, PAGE_SIZE - (address & (PAGE_SIZE - 1)));
    cpu.linear.fill8(address, registers.get8(REGISTER.eax), length);
    registers.edi += length;
    registers.ecx -= length;
  }
}

/** The byte form and the wide form of a string instruction. */
function pair(opcode: number, round: Operation, compares = false): Record<number, OpcodeSlot> {
  const execute = repeating(round, compares);
  return { [opcode]: plain("byte", execute), [opcode + 1]: plain("full", execute) };
}

/** Rows of this family. */
export const STRING_ROWS: OpcodeRows = {
  one: {
    ...pair(0xa4, movs),
    ...pair(0xa6, cmps, true),
    0xaa: plain("byte", stosb),
    0xab: plain("full", stosEach),
    ...pair(0xac, lods),
    ...pair(0xae, scas, true),
  },
};
