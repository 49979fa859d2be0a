/**
 * The emulated machine: boots a guest, runs it from stop to stop, and makes system calls in it.
 *
 * Guest and machine communicate through the kernel's exported `KdMailbox`: whenever the guest stops, at the exported
 * `KiStopPoint`, it writes the reason there. The host writes its system calls there too, and the Debugger process makes
 * them. The protocol is described in `badhandle/README.md`.
 *
 * @module
 */
import { HtraceError } from "../error.ts";
import { boot, type BootedGuest, type BootOptions, type GuestImages, TARGET_IDS } from "./boot.ts";
import { encodeCrashDump } from "./crash_dump.ts";
import { Cpu, CR0 } from "./cpu/cpu.ts";
import { hex } from "./cpu/hex.ts";
import { PHYSICAL_MEMORY_SIZE } from "./memory_map.ts";
import type { AddressSpace } from "./page_tables.ts";
import { PhysicalMemory } from "./cpu/physical_memory.ts";
import { REGISTER } from "./cpu/registers.ts";
import { KD_MAILBOX, KD_MAILBOX_ARGUMENTS, STOP_REASONS } from "./structures.ts";

/** Why the guest stopped. */
export type MachineStop =
  /** A thread of the program ran `int 3`, at `address`. */
  | { readonly kind: "breakpoint"; readonly address: number; readonly threadId: number }
  /** The program has sent a text to its debugger, one character per byte. */
  | { readonly kind: "said"; readonly text: string }
  /** The program is about to end: its handles are still open. */
  | { readonly kind: "exiting"; readonly exitStatus: number }
  /** The program has ended. */
  | { readonly kind: "ended"; readonly exitStatus: number };

/** The program has not stopped by itself: the guest was asked to stop, and continues when it is run again. */
export interface MachinePause {
  /** Distinguishes it from a stop. */
  readonly kind: "paused";
  /** Where the program is. */
  readonly address: number;
  /** The thread that was running. */
  readonly threadId: number;
}

/** The guest cannot go on. */
export class MachineError extends HtraceError {
  /** Creates the error; `found` says what is wrong and what to do. */
  constructor(found: string) {
    super(`Cannot run the guest: ${found}`);
  }
}

/** Settings of a machine. */
export interface MachineOptions extends BootOptions {
  /** Most instructions that the guest may run between two stops; more are taken for an endless loop. */
  readonly budget?: number;
}

/** About ten seconds of emulation; the longest useful scenario needs a fraction of that. */
const DEFAULT_BUDGET = 500_000_000;

/** Interrupt by which the machine asks the guest to stop (`STOP_REQUEST`). */
const STOP_REQUEST_VECTOR = 0x30;

/** Instructions that the kernel may need to reach its stop point after a request. */
const STOP_MARGIN = 1_000_000;

/** A machine with a guest in it. */
export class Machine {
  /** Process id of the program under test. */
  readonly targetProcessId: number = TARGET_IDS.processId;
  readonly #memory: PhysicalMemory = new PhysicalMemory(PHYSICAL_MEMORY_SIZE);
  readonly #cpu: Cpu = new Cpu(this.#memory);
  readonly #booted: BootedGuest;
  readonly #mailbox: number;
  readonly #budget: number;

  /** Boots the guest up to the program's first instruction. */
  constructor(images: GuestImages, options: MachineOptions) {
    this.#budget = options.budget ?? DEFAULT_BUDGET;
    this.#booted = boot(this.#memory, images, options);
    const { kernel, system, entryPoint, stackPointer } = this.#booted;
    this.#mailbox = kernel.address("KdMailbox");
    this.#cpu.cr3 = system.directoryTableBase;
    this.#cpu.cr0 = CR0.paging | CR0.writeProtect;
    this.#cpu.registers.set32(REGISTER.esp, stackPointer);
    this.#cpu.eip = entryPoint;
    this.#cpu.breakpoints.add(kernel.address("KiStopPoint"));
    const reason = this.#resume();
    if (reason !== STOP_REASONS.started) throw this.#unexpected(reason);
  }

  /** Address of a variable or function that the kernel exports. */
  kernelAddress(symbol: string): number {
    return this.#booted.kernel.address(symbol);
  }

  /** Page tables in which the kernel's half can be read at any time: those of the System process. */
  get systemDirectoryTableBase(): number {
    return this.#booted.system.directoryTableBase;
  }

  /** Address space of the process that makes system calls for the host; buffers of calls are there. */
  get debuggerSpace(): AddressSpace {
    return this.#booted.debugger;
  }

  /** Instructions executed since the start. */
  get instructions(): number {
    return this.#cpu.instructions;
  }

  /** Reads physical memory; the result is shorter at its end and empty beyond. */
  readPhysical(address: number, length: number): Uint8Array {
    const { size } = this.#memory;
    if (address < 0 || address >= size) return new Uint8Array(0);
    return this.#memory.readBytes(address, Math.min(length, size - address));
  }

  /** Memory and registers as a kernel dump like those of the debugger command `.dump /f`, written at `time`. */
  crashDump(time: Date): Uint8Array {
    const { eip, eflags, registers } = this.#cpu;
    return encodeCrashDump(this.#memory, {
      used: this.#booted.usedMemory,
      directoryTableBase: this.systemDirectoryTableBase,
      psLoadedModuleList: this.kernelAddress("PsLoadedModuleList"),
      psActiveProcessHead: this.kernelAddress("PsActiveProcessHead"),
      kdDebuggerDataBlock: this.kernelAddress("KdDebuggerDataBlock"),
      registers: {
        Eip: eip,
        EFlags: eflags,
        Eax: registers.eax,
        Ecx: registers.ecx,
        Edx: registers.edx,
        Ebx: registers.ebx,
        Esp: registers.esp,
        Ebp: registers.ebp,
        Esi: registers.esi,
        Edi: registers.edi,
      },
      time,
    });
  }

  /** Runs the guest to its next stop; once the program has ended, returns that stop again. */
  run(): MachineStop {
    return this.#stopFor(this.#resume());
  }

  /** Runs the guest like `run`, but not much longer than a number of instructions. */
  runFor(instructions: number): MachineStop | MachinePause {
    const reason = this.#resume(instructions);
    if (reason !== STOP_REASONS.request) return this.#stopFor(reason);
    return { kind: "paused", address: this.#read("Address"), threadId: this.#read("ThreadId") };
  }

  #stopFor(reason: number): MachineStop {
    switch (reason) {
      case STOP_REASONS.breakpoint: {
        const int3Length = 1;
        const address = (this.#read("Address") - int3Length) >>> 0;
        return { kind: "breakpoint", address, threadId: this.#read("ThreadId") };
      }
      case STOP_REASONS.debugString:
        return { kind: "said", text: this.#debugString(this.#read("Detail")) };
      case STOP_REASONS.processExiting:
        return { kind: "exiting", exitStatus: this.#read("Detail") };
      case STOP_REASONS.processEnded:
        return { kind: "ended", exitStatus: this.#read("Detail") };
    }
    throw this.#unexpected(reason);
  }

  #debugString(length: number): string {
    const { kernel, system } = this.#booted;
    const bytes = system.read(kernel.address("KdDebugString"), length);
    return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  }

  /**
   * Makes a system call in the guest's Debugger process, and returns its NTSTATUS, unsigned. Pointers among the
   * arguments are addresses in the Debugger process. The program stays where it stopped.
   */
  systemCall(service: number, args: readonly number[]): number {
    if (args.length > KD_MAILBOX_ARGUMENTS.count) {
      throw new RangeError(
        `Cannot make system call ${hex(service)}: it has ${args.length} arguments, ` +
          `the mailbox holds ${KD_MAILBOX_ARGUMENTS.count}`,
      );
    }
    args.forEach((argument, index) =>
      this.#booted.system.write32(
        this.#mailbox + KD_MAILBOX_ARGUMENTS.offset + index * 4,
        argument,
      )
    );
    this.#write("Service", service);
    this.#write("Pending", 1);
    const reason = this.#resume();
    if (this.#read("Pending") !== 0) throw this.#unexpected(reason);
    return this.#read("Status");
  }

  /**
   * Lets the guest run until it is at its stop point, and returns the reason. Throws the processor's `CpuFault` if the
   * guest's kernel does not handle one itself.
   */
  #resume(budget = this.#budget): number {
    // The request reaches only user-mode code; kernel code that loops runs into the second limit.
    this.#cpu.setTimer(budget, STOP_REQUEST_VECTOR);
    const stop = this.#cpu.run(budget + STOP_MARGIN);
    switch (stop.kind) {
      case "breakpoint":
        return this.#read("Reason");
      case "budget":
        throw this.#endlessLoop(this.#cpu.eip);
      case "fault":
        throw stop.error;
      case "halt":
        throw new MachineError(
          `its kernel stopped the processor at ${hex(this.#cpu.eip)}; boot it again`,
        );
    }
  }

  /** The error for an unexpected stop. */
  #unexpected(reason: number): MachineError {
    switch (reason) {
      case STOP_REASONS.request:
        return this.#endlessLoop(this.#read("Address"));
      case STOP_REASONS.deadlock:
        return new MachineError(
          "all its threads wait for each other; correct the program and boot again",
        );
      case STOP_REASONS.bugCheck:
        return new MachineError(
          `its kernel stopped with bug check ${hex(this.#read("Detail"))}; boot it again`,
        );
    }
    return new MachineError(
      `it stopped for reason ${reason}, which the machine does not know; use images that belong to it`,
    );
  }

  #endlessLoop(address: number): MachineError {
    return new MachineError(
      `it did not stop within ${this.#budget} instructions and is at ${hex(address)}; ` +
        "let it go on, or correct the program if it loops for ever",
    );
  }

  #read(field: keyof typeof KD_MAILBOX.fields): number {
    return this.#booted.system.read32(this.#mailbox + KD_MAILBOX.fields[field][0]);
  }

  #write(field: keyof typeof KD_MAILBOX.fields, value: number): void {
    this.#booted.system.write32(this.#mailbox + KD_MAILBOX.fields[field][0], value);
  }
}
