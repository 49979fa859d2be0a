/**
 * Why the CPU cannot go on: reported to the host if the guest has no handler, or uses something unsupported.
 *
 * @module
 */
import type { RegisterName } from "./registers.ts";
import { type ExceptionVector, VECTOR } from "./cpu_exception.ts";
import { hex } from "./hex.ts";

/** What went wrong. */
export type CpuFaultKind =
  | "unsupported-instruction"
  | "physical-memory"
  | "divide-error"
  | "invalid-opcode"
  | "double-fault"
  | "segment-not-present"
  | "stack-fault"
  | "general-protection"
  | "page-fault";

/** The kind of fault of an exception without a handler, by its vector. */
export const FAULT_KINDS: Readonly<Record<ExceptionVector, CpuFaultKind>> = {
  [VECTOR.divideError]: "divide-error",
  [VECTOR.invalidOpcode]: "invalid-opcode",
  [VECTOR.segmentNotPresent]: "segment-not-present",
  [VECTOR.stackFault]: "stack-fault",
  [VECTOR.generalProtection]: "general-protection",
  [VECTOR.pageFault]: "page-fault",
};

/** State of the CPU at a fault. */
export interface FaultState {
  /** Linear address of the instruction. */
  readonly address: number;
  /** Its bytes, as many as could be read, at most 15. */
  readonly bytes: Uint8Array;
  /** The general registers, unsigned. */
  readonly registers: Readonly<Record<RegisterName, number>>;
}

/** The CPU stopped at an instruction that it cannot execute. */
export class CpuFault extends RangeError {
  /** What went wrong. */
  readonly kind: CpuFaultKind;
  /** Linear address of the instruction. */
  readonly address: number;
  /** Its bytes, as many as could be read, at most 15. */
  readonly bytes: Uint8Array;
  /** The general registers, unsigned. */
  readonly registers: Readonly<Record<RegisterName, number>>;

  /** Creates the fault; `reason` says what was found and what to do. */
  constructor(kind: CpuFaultKind, state: FaultState, reason: string, options?: ErrorOptions) {
    const bytes = Array.from(state.bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const registers = Object.entries(state.registers)
      .map(([name, value]) => `${name}=${hex(value, 8)}`).join(" ");
    super(
      `Cannot execute the instruction at ${hex(state.address, 8)} (${bytes || "unreadable"}): ` +
        `${reason} (${registers})`,
      options,
    );
    this.name = "CpuFault";
    this.kind = kind;
    this.address = state.address;
    this.bytes = state.bytes;
    this.registers = state.registers;
  }
}

/**
 * Thrown by decoder and instructions for anything outside the subset; the message is a {@linkcode CpuFault}'s reason.
 */
export class UnsupportedInstruction extends TypeError {
  /** Creates the error. */
  constructor() {
    super("it is outside the supported subset; src/machine/cpu/ops/README.md lists what is in it");
    this.name = "UnsupportedInstruction";
  }
}
