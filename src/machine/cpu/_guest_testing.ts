/**
 * A guest for tests of the CPU: only the page tables, descriptor tables and stacks of a system with two rings. Tests
 * write their code into it as bytes.
 *
 * @module
 */
import { Cpu, type CpuStop, CR0 } from "./cpu.ts";
import type { CpuFault } from "./cpu_fault.ts";
import { PTE } from "./mmu.ts";
import { PhysicalMemory } from "./physical_memory.ts";
import { REGISTER } from "./registers.ts";
import { SYSTEM_TYPE } from "./segments.ts";

/** Where things are; linear addresses equal physical ones unless a test maps them differently. */
export const GUEST = {
  pageDirectory: 0x1000,
  pageTable: 0x2000,
  gdt: 0x3000,
  idt: 0x4000,
  tss: 0x5000,
  kernelCode: 0x6000,
  kernelStack: 0x8000,
  userCode: 0x9000,
  userStack: 0xb000,
  data: 0xc000,
  size: 0x10000,
} as const;

/** Selectors of the guest's GDT, with the privilege that they request. */
export const SELECTOR = {
  kernelCode: 0x08,
  kernelData: 0x10,
  userCode: 0x1b,
  userData: 0x23,
  tss: 0x28,
  /** A ring 3 data segment that begins at `GUEST.data`. */
  based: 0x33,
  notPresent: 0x3b,
} as const;

/** Descriptors in selector order. */
const DESCRIPTORS: readonly (readonly [low: number, high: number])[] = [
  [0, 0],
  [0x0000_ffff, 0x00cf_9a00],
  [0x0000_ffff, 0x00cf_9200],
  [0x0000_ffff, 0x00cf_fa00],
  [0x0000_ffff, 0x00cf_f200],
  [(GUEST.tss << 16) | 0x67, 0x0000_8900],
  [(GUEST.data << 16) | 0xfff, 0x0040_f200],
  [0x0000_ffff, 0x00cf_7200],
];

/** All rights that a page can grant. */
export const ALL_RIGHTS = PTE.present | PTE.writable | PTE.user;

/** The fault with which the CPU stopped; throws if it stopped for another reason. */
export function faultOf(stop: CpuStop): CpuFault {
  if (stop.kind !== "fault") throw new Error(`The CPU stopped with ${stop.kind}, not with a fault`);
  return stop.error;
}

/** The guest, about to run ring 0 at `GUEST.kernelCode`. */
export class TestGuest {
  /** Its CPU, with paging on. */
  readonly cpu: Cpu;

  /** Lays out the guest. */
  constructor() {
    const memory = new PhysicalMemory(GUEST.size);
    this.cpu = new Cpu(memory);
    memory.write32(GUEST.pageDirectory, GUEST.pageTable | ALL_RIGHTS);
    for (let page = 0; page < GUEST.size; page += 0x1000) this.map(page, page | ALL_RIGHTS);
    DESCRIPTORS.forEach(([low, high], n) => {
      memory.write32(GUEST.gdt + n * 8, low);
      memory.write32(GUEST.gdt + n * 8 + 4, high);
    });
    memory.write32(GUEST.tss + 4, GUEST.kernelStack);
    memory.write32(GUEST.tss + 8, SELECTOR.kernelData);

    const { cpu } = this;
    Object.assign(cpu.gdtr, { base: GUEST.gdt, limit: DESCRIPTORS.length * 8 - 1 });
    Object.assign(cpu.idtr, { base: GUEST.idt, limit: 0x7ff });
    cpu.cr3 = GUEST.pageDirectory;
    cpu.cr0 = CR0.paging | CR0.writeProtect;
    cpu.registers.esp = GUEST.kernelStack;
    this.run(GUEST.kernelCode, [
      ...[0x66, 0xb8, SELECTOR.tss, 0, 0x0f, 0x00, 0xd8], //        mov ax, tss; ltr ax
      ...[0x66, 0xb8, SELECTOR.kernelData, 0, 0x8e, 0xd0], //       mov ax, data; mov ss, ax
      ...[0x66, 0xb8, SELECTOR.userData, 0, 0x8e, 0xd8, 0x8e, 0xc0], // mov ax, data; mov ds, ax; mov es, ax
    ], 7);
    cpu.setCodeSegment(SELECTOR.kernelCode);
    cpu.registers.eax = 0;
  }

  /** Sets the page table entry of a linear address. */
  map(linear: number, entry: number): void {
    this.cpu.memory.write32(GUEST.pageTable + (linear >>> 12) * 4, entry);
  }

  /** Writes bytes of code or data at a physical address. */
  write(address: number, bytes: readonly number[]): void {
    this.cpu.memory.writeBytes(address, Uint8Array.from(bytes));
  }

  /** Sets a gate of the IDT to a handler in ring 0 that consists of the given bytes. */
  handle(vector: number, at: number, bytes: readonly number[], privilege = 0, trap = false): void {
    const type = trap ? SYSTEM_TYPE.trapGate : SYSTEM_TYPE.interruptGate;
    const { memory } = this.cpu;
    memory.write32(GUEST.idt + vector * 8, (SELECTOR.kernelCode << 16) | at);
    memory.write32(GUEST.idt + vector * 8 + 4, 0x8000 | (privilege << 13) | (type << 8));
    this.write(at, bytes);
  }

  /** Writes code and runs it there, in the current ring. */
  run(address: number, bytes: readonly number[], budget = 1000): CpuStop {
    this.write(address, bytes);
    this.cpu.eip = address;
    return this.cpu.run(budget);
  }

  /** Enters ring 3 as a kernel does, by `iret`, and stops before the first instruction there. */
  enterUser(eip: number = GUEST.userCode, flags = 0x202): void {
    const frame = [eip, SELECTOR.userCode, flags, GUEST.userStack, SELECTOR.userData];
    const esp = GUEST.kernelStack - frame.length * 4;
    frame.forEach((word, n) => this.cpu.memory.write32(esp + n * 4, word));
    this.cpu.registers.esp = esp;
    this.run(GUEST.kernelCode, [0xcf], 1); // iret
  }

  /** The words on the current stack, from the top. */
  stack(count: number): number[] {
    const esp = this.cpu.registers.get32(REGISTER.esp);
    return Array.from({ length: count }, (_, n) => this.cpu.memory.read32(esp + n * 4));
  }
}
