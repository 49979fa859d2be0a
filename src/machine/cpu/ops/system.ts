/**
 * System instructions: interrupts, control registers, descriptor tables, `hlt`, `invlpg`, `rdtsc`, `ud2`.
 *
 * @module
 */
import type { Cpu } from "../cpu.ts";
import { CpuException, VECTOR } from "../cpu_exception.ts";
import { type Instruction, MEMORY_OPERAND } from "../instruction.ts";
import { deliver, returnFromInterrupt } from "../interrupts.ts";
import { loadTaskRegister } from "../segment_loads.ts";
import type { TableRegister } from "../segments.ts";
import { UnsupportedInstruction } from "../cpu_fault.ts";
import { group, memory, modrm, type OpcodeRows, plain, register } from "./opcode.ts";
import { linearAddress, readNarrowRm } from "./operands.ts";

function int3(cpu: Cpu): void {
  deliver(cpu, VECTOR.breakpoint, { software: true });
}

function int(cpu: Cpu, i: Instruction): void {
  deliver(cpu, i.immediate & 0xff, { software: true });
}

function iret(cpu: Cpu): void {
  returnFromInterrupt(cpu);
}

function hlt(cpu: Cpu): void {
  cpu.requireRing0();
  cpu.halt();
}

function ud2(): void {
  throw new CpuException(VECTOR.invalidOpcode);
}

/** Time is counted in instructions, so that every run of the machine is the same. */
function rdtsc(cpu: Cpu): void {
  cpu.registers.eax = cpu.instructions % 0x1_0000_0000;
  cpu.registers.edx = Math.floor(cpu.instructions / 0x1_0000_0000);
}

/** There are only CR0, CR2 and CR3. */
function movRegisterControl(cpu: Cpu, i: Instruction): void {
  cpu.requireRing0();
  cpu.registers.set32(i.rm, readControl(cpu, i.reg));
}

function readControl(cpu: Cpu, number: number): number {
  switch (number) {
    case 0:
      return cpu.cr0;
    case 2:
      return cpu.cr2;
    case 3:
      return cpu.cr3;
    default:
      throw new UnsupportedInstruction();
  }
}

function movControlRegister(cpu: Cpu, i: Instruction): void {
  cpu.requireRing0();
  const value = cpu.registers.get32(i.rm) >>> 0;
  switch (i.reg) {
    case 0:
      cpu.cr0 = value;
      break;
    case 2:
      cpu.cr2 = value;
      break;
    case 3:
      cpu.cr3 = value;
      break;
    default:
      throw new UnsupportedInstruction();
  }
}

/** Loads a descriptor table register from six bytes: the limit, then the base. */
function loadTable(cpu: Cpu, i: Instruction, table: TableRegister): void {
  cpu.requireRing0();
  const address = linearAddress(cpu, i);
  const limit = cpu.linear.load16(address);
  table.base = cpu.linear.load32((address + 2) | 0) >>> 0;
  table.limit = limit;
}

function storeTable(cpu: Cpu, i: Instruction, table: TableRegister): void {
  const address = linearAddress(cpu, i);
  cpu.linear.store16(address, table.limit);
  cpu.linear.store32((address + 2) | 0, table.base);
}

function sgdt(cpu: Cpu, i: Instruction): void {
  storeTable(cpu, i, cpu.gdtr);
}

function sidt(cpu: Cpu, i: Instruction): void {
  storeTable(cpu, i, cpu.idtr);
}

function lgdt(cpu: Cpu, i: Instruction): void {
  loadTable(cpu, i, cpu.gdtr);
}

function lidt(cpu: Cpu, i: Instruction): void {
  loadTable(cpu, i, cpu.idtr);
}

function invlpg(cpu: Cpu, i: Instruction): void {
  cpu.requireRing0();
  cpu.mmu.invalidate(linearAddress(cpu, i));
  cpu.refetch();
}

function str(cpu: Cpu, i: Instruction): void {
  if (i.rm === MEMORY_OPERAND) cpu.linear.store16(linearAddress(cpu, i), cpu.tr.selector);
  else cpu.registers.set(i.rm, cpu.tr.selector, i.width);
}

function ltr(cpu: Cpu, i: Instruction): void {
  cpu.requireRing0();
  loadTaskRegister(cpu, readNarrowRm(cpu, i, 16));
}

/** Rows of this family. */
export const SYSTEM_ROWS: OpcodeRows = {
  one: {
    0xcc: plain("full", int3),
    0xcd: plain("full", int, "byte"),
    0xcf: plain("branch", iret),
    0xf4: plain("full", hlt),
  },
  two: {
    0x00: group(undefined, modrm("full", str), undefined, modrm("full", ltr)),
    0x01: group(
      memory("full", sgdt),
      memory("full", sidt),
      memory("full", lgdt),
      memory("full", lidt),
      undefined,
      undefined,
      undefined,
      memory("full", invlpg),
    ),
    0x0b: plain("full", ud2),
    0x20: register("full", movRegisterControl),
    0x22: register("full", movControlRegister),
    0x31: plain("full", rdtsc),
  },
};
