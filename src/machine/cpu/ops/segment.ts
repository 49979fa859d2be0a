/**
 * Segment registers: `mov`, `push`, `pop`.
 *
 * @module
 */
import type { Cpu } from "../cpu.ts";
import { CpuException, VECTOR } from "../cpu_exception.ts";
import { type Instruction, MEMORY_OPERAND, type Operation } from "../instruction.ts";
import { REGISTER } from "../registers.ts";
import { loadSegment } from "../segment_loads.ts";
import { SEGMENT } from "../segments.ts";
import { modrm, type OpcodeRows, plain } from "./opcode.ts";
import { linearAddress, readNarrowRm } from "./operands.ts";
import { push, stackAddress } from "./stack.ts";

function invalidOpcode(): CpuException {
  return new CpuException(VECTOR.invalidOpcode);
}

/** Writes 16 bits to memory, or the operand size, zero-extended, to a register. */
function movRmSegment(cpu: Cpu, i: Instruction): void {
  if (i.reg > SEGMENT.gs) throw invalidOpcode();
  const selector = cpu.segments.selector(i.reg);
  if (i.rm === MEMORY_OPERAND) cpu.linear.store16(linearAddress(cpu, i), selector);
  else cpu.registers.set(i.rm, selector, i.width);
}

function movSegmentRm(cpu: Cpu, i: Instruction): void {
  if (i.reg > SEGMENT.gs || i.reg === SEGMENT.cs) throw invalidOpcode();
  load(cpu, i.reg, readNarrowRm(cpu, i, 16));
}

function load(cpu: Cpu, segment: number, selector: number): void {
  loadSegment(cpu, segment, selector);
  // A new SS is useful only with its ESP, which the next instruction loads.
  if (segment === SEGMENT.ss) cpu.interruptsChanged(true);
}

function pushSegment(segment: number): Operation {
  return (cpu, i) => push(cpu, cpu.segments.selector(segment), i.width);
}

function popSegment(segment: number): Operation {
  return (cpu, i) => {
    load(cpu, segment, cpu.linear.load16(stackAddress(cpu, 0)));
    const esp = cpu.registers.get32(REGISTER.esp);
    cpu.registers.set32(REGISTER.esp, esp + (i.width >>> 3));
  };
}

/** Rows of this family. */
export const SEGMENT_ROWS: OpcodeRows = {
  one: {
    0x06: plain("full", pushSegment(SEGMENT.es)),
    0x07: plain("full", popSegment(SEGMENT.es)),
    0x0e: plain("full", pushSegment(SEGMENT.cs)),
    0x16: plain("full", pushSegment(SEGMENT.ss)),
    0x17: plain("full", popSegment(SEGMENT.ss)),
    0x1e: plain("full", pushSegment(SEGMENT.ds)),
    0x1f: plain("full", popSegment(SEGMENT.ds)),
    0x8c: modrm("full", movRmSegment),
    0x8e: modrm("full", movSegmentRm),
  },
  two: {
    0xa0: plain("full", pushSegment(SEGMENT.fs)),
    0xa1: plain("full", popSegment(SEGMENT.fs)),
    0xa8: plain("full", pushSegment(SEGMENT.gs)),
    0xa9: plain("full", popSegment(SEGMENT.gs)),
  },
};
