/**
 * The emulated CPU: an interpreter of the i386 integer subset, with paging and two rings.
 *
 * It knows nothing of the software that runs on it. Its instructions are listed in `ops/README.md`; this file runs
 * them: the loop, budgets, breakpoints, the timer, and exceptions on their way to the guest. It starts in the state in
 * which a boot loader would leave a real CPU: flat 32-bit protected mode, ring 0, paging and interrupts off.
 *
 * @module
 */
import { CodeCache, type CodePage } from "./code_cache.ts";
import { generalProtection } from "./cpu_exception.ts";
import type { CpuFault } from "./cpu_fault.ts";
import { decode } from "./decode.ts";
import { Flags } from "./flags.ts";
import type { Instruction } from "./instruction.ts";
import { deliver } from "./interrupts.ts";
import { LinearMemory } from "./linear_memory.ts";
import { Mmu } from "./mmu.ts";
import type { PhysicalMemory } from "./physical_memory.ts";
import { raise } from "./raise.ts";
import { Registers } from "./registers.ts";
import { SEGMENT, SegmentRegisters, type TableRegister, type TaskRegister } from "./segments.ts";

/** Bits of CR0. */
export const CR0 = {
  /** Protected mode; always set. */
  protection: 1 << 0,
  /** Extension type; reads as one. */
  extension: 1 << 4,
  /** Read-only pages are read-only for ring 0 too. */
  writeProtect: 1 << 16,
  /** Paging. */
  paging: 1 << 31,
} as const;

/**
 * Why {@linkcode Cpu.run} returned. Addresses are linear.
 *
 * - `breakpoint`: the instruction at a host breakpoint comes next; running again steps over it.
 * - `halt`: `hlt` was executed and no interrupt can end it; with a timer and IF set, the timer does at once.
 * - `budget`: as many instructions as were allowed have run.
 * - `fault`: the CPU cannot go on; EIP is at the instruction.
 */
export type CpuStop =
  | { readonly kind: "breakpoint"; readonly address: number }
  | { readonly kind: "halt" }
  | { readonly kind: "budget" }
  | { readonly kind: "fault"; readonly error: CpuFault };

/** An interrupt that recurs after a fixed number of instructions. */
interface Timer {
  readonly period: number;
  readonly vector: number;
  /** The instruction count at which it is due. */
  due: number;
}

/**
 * The CPU.
 *
 * ```ts
 * const memory = new PhysicalMemory(0x10000);
 * memory.writeBytes(0x1000, Uint8Array.of(0xb8, 42, 0, 0, 0, 0xf4)); // mov eax, 42; hlt
 * const cpu = new Cpu(memory);
 * cpu.eip = 0x1000;
 * cpu.run(100); // { kind: "halt" }, and cpu.registers.eax is 42
 * ```
 */
export class Cpu {
  /** The memory below. */
  readonly memory: PhysicalMemory;
  /** Paging. */
  readonly mmu: Mmu;
  /** Memory by linear address, with the rights of the current ring. */
  readonly linear: LinearMemory;
  /** EAX to EDI. */
  readonly registers: Registers = new Registers();
  /** EFLAGS by flag. */
  readonly flags: Flags = new Flags();
  /** CS, DS, ES, FS, GS, SS. */
  readonly segments: SegmentRegisters = new SegmentRegisters();
  /** The global descriptor table. */
  readonly gdtr: TableRegister = { base: 0, limit: 0 };
  /** The interrupt descriptor table. */
  readonly idtr: TableRegister = { base: 0, limit: 0 };
  /** The task register. */
  readonly tr: TaskRegister = { selector: 0, base: 0 };
  /** CR2: the address of the last page fault. */
  cr2 = 0;
  /** Address of the next instruction, unsigned. */
  eip = 0;
  /** Linear addresses of instructions before which {@linkcode Cpu.run} stops; it reads them when it begins. */
  readonly breakpoints: Set<number> = new Set();
  /** Instructions begun so far, including those that faulted; a repeated string instruction counts once. */
  instructions = 0;

  readonly #code: CodeCache;
  /** Instructions of the page that is being executed, and its linear page number; -1 if there is none. */
  #page: CodePage = [];
  #pageNumber = -1;
  /** Where the current instruction begins: EIP is set back to it when it faults. */
  #start = 0;
  /** The loop ends when {@linkcode Cpu.instructions} reaches this. */
  #limit = 0;
  #stop: CpuStop | undefined;
  #timer: Timer | undefined;
  /** Interrupts wait for one more instruction: after `sti` and loads of SS. */
  #interruptShadow = false;
  #cr0: number = CR0.protection | CR0.extension;
  #cpl = 0;
  /** The breakpoint at which `run` last stopped; the next `run` steps over it. */
  #stoppedAt = -1;
  /** One byte for each offset in a page: 1 if some breakpoint has that offset. */
  readonly #breakpointOffsets = new Uint8Array(0x1000);

  /** Creates a CPU over physical memory, which will report writes to code to it. */
  constructor(memory: PhysicalMemory) {
    this.memory = memory;
    this.mmu = new Mmu(memory);
    this.linear = new LinearMemory(memory, this.mmu);
    this.#code = new CodeCache(memory);
  }

  /** EFLAGS as one word. */
  get eflags(): number {
    return this.flags.image;
  }
  set eflags(value: number) {
    this.flags.image = value;
  }

  /** CR0: PG and WP have an effect, the other bits are only stored. */
  get cr0(): number {
    return this.#cr0 >>> 0;
  }
  set cr0(value: number) {
    this.#cr0 = value | CR0.protection | CR0.extension;
    this.mmu.setMode((value & CR0.paging) !== 0, (value & CR0.writeProtect) !== 0);
    this.refetch();
  }

  /** CR3: physical address of the page directory. Setting it empties the TLB. */
  get cr3(): number {
    return this.mmu.directoryTableBase;
  }
  set cr3(value: number) {
    this.mmu.directoryTableBase = value;
    this.refetch();
  }

  /** Current privilege level, the ring: 0 or 3. */
  get cpl(): number {
    return this.#cpl;
  }

  /** Sets CS, and the ring to the selector's. The caller has checked the descriptor. */
  setCodeSegment(selector: number): void {
    this.segments.set(SEGMENT.cs, selector, 0);
    this.#cpl = selector & 3;
    this.linear.setUser(this.#cpl === 3);
    this.refetch();
  }

  /** Interrupts with `vector` every `period` instructions, counted from now, while IF is set. */
  setTimer(period: number, vector: number): void {
    if (!(period >= 1)) {
      throw new RangeError(`Cannot set the timer to ${period} instructions: it needs at least one`);
    }
    this.#timer = { period, vector, due: this.instructions + period };
  }

  /** Runs up to `budget` instructions. */
  run(budget: number): CpuStop {
    this.#indexBreakpoints();
    if (this.#stoppedAt !== this.eip) this.#stoppedAt = -1;
    const end = this.instructions + budget;
    while (true) {
      try {
        if (this.instructions >= end) return { kind: "budget" };
        this.#interruptWhenDue();
        this.#limit = Math.min(end, this.#nextInterruptCheck());
        this.#interruptShadow = false;
        this.#execute();
      } catch (thrown) {
        const error = this.#raise(thrown);
        if (error !== undefined) return { kind: "fault", error };
      }
      const stop = this.#stop;
      this.#stop = undefined;
      if (stop?.kind === "halt" && this.#idle()) continue;
      if (stop !== undefined) return stop;
    }
  }

  /** Executes until the limit, or until an instruction moves the limit. */
  #execute(): void {
    while (this.instructions < this.#limit) {
      const eip = this.eip;
      if (this.#breakpointOffsets[eip & 0xfff] === 1 && this.#stopsBefore(eip)) return;
      this.#start = eip;
      this.instructions++; // before anything can fault, so that a budget also ends a loop of faults
      if (eip >>> 12 !== this.#pageNumber) this.#enterPage(eip);
      const instruction = this.#page[eip & 0xfff] ?? this.#decode(eip);
      this.eip = (eip + instruction.length) >>> 0;
      instruction.execute(this, instruction);
    }
  }

  #enterPage(eip: number): void {
    this.#page = this.#code.page(this.linear.translate(eip));
    this.#pageNumber = eip >>> 12;
  }

  #decode(eip: number): Instruction {
    const instruction = decode(eip, (address) => this.linear.load8(address));
    // An instruction that extends into another page also depends on that page's mapping, so it is decoded each time.
    const offset = eip & 0xfff;
    if (offset + instruction.length <= 0x1000) this.#page[offset] = instruction;
    return instruction;
  }

  /** Makes the loop translate EIP again: translations or rights have changed. */
  refetch(): void {
    this.#pageNumber = -1;
  }

  /** Makes the loop notice that IF may have been set; after `sti`, one more instruction runs first. */
  interruptsChanged(afterNext: boolean): void {
    this.#interruptShadow = afterNext;
    this.#limit = this.instructions;
  }

  /** Stops the loop after the current instruction. */
  halt(): void {
    this.#stopWith({ kind: "halt" });
  }

  /** Throws the general protection fault for a privileged instruction, unless in ring 0. */
  requireRing0(): void {
    if (this.#cpl !== 0) throw generalProtection();
  }

  #stopWith(stop: CpuStop): void {
    this.#stop = stop;
    this.#limit = this.instructions;
  }

  /** Whether to stop here for the host; a breakpoint that was just reported lets its instruction through. */
  #stopsBefore(eip: number): boolean {
    if (!this.breakpoints.has(eip)) return false;
    const reported = this.#stoppedAt === eip;
    this.#stoppedAt = reported ? -1 : eip;
    if (!reported) this.#stopWith({ kind: "breakpoint", address: eip });
    return !reported;
  }

  #indexBreakpoints(): void {
    this.#breakpointOffsets.fill(0);
    for (const address of this.breakpoints) this.#breakpointOffsets[address & 0xfff] = 1;
  }

  #interruptWhenDue(): void {
    const timer = this.#timer;
    if (timer === undefined || this.instructions < timer.due) return;
    if (!this.flags.interrupt || this.#interruptShadow) return;
    timer.due = this.instructions + timer.period;
    this.#start = this.eip;
    deliver(this, timer.vector, { software: false });
  }

  #nextInterruptCheck(): number {
    if (this.#timer === undefined) return Infinity;
    if (this.#interruptShadow) return this.instructions + 1;
    // Due but not taken: IF is clear, and setting it moves the limit.
    return this.instructions < this.#timer.due ? this.#timer.due : Infinity;
  }

  /** After `hlt`: whether the timer ends the wait, which costs no instructions. */
  #idle(): boolean {
    if (this.#timer === undefined || !this.flags.interrupt) return false;
    this.#timer.due = this.instructions;
    return true;
  }

  /** Undoes an instruction that faulted; what it threw goes to the guest, or the host gets the reason why not. */
  #raise(thrown: unknown): CpuFault | undefined {
    this.eip = this.#start;
    return raise(this, thrown);
  }
}
