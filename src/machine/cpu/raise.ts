/**
 * Handles an instruction that threw: the guest's handler runs, or the host gets a `CpuFault`.
 *
 * @module
 */
import type { Cpu } from "./cpu.ts";
import { CpuException, VECTOR } from "./cpu_exception.ts";
import { CpuFault, type CpuFaultKind, FAULT_KINDS, UnsupportedInstruction } from "./cpu_fault.ts";
import { hex } from "./hex.ts";
import { MAX_INSTRUCTION_LENGTH } from "./instruction.ts";
import { deliver, hasGate } from "./interrupts.ts";
import { PhysicalMemoryError } from "./physical_memory.ts";
import { REGISTER } from "./registers.ts";

/**
 * Delivers what an instruction threw to the guest, or returns why the guest cannot take it. EIP is back at the
 * instruction. Anything that neither the guest nor memory caused is rethrown.
 */
export function raise(cpu: Cpu, thrown: unknown): CpuFault | undefined {
  if (!(thrown instanceof CpuException)) return faultOfHost(cpu, thrown);
  if (thrown.address !== undefined) cpu.cr2 = thrown.address;
  if (!hasGate(cpu, thrown.vector)) {
    return fault(cpu, FAULT_KINDS[thrown.vector], `${describe(thrown)} has no handler`);
  }
  try {
    deliver(cpu, thrown.vector, { software: false, errorCode: thrown.errorCode });
  } catch (second) {
    return raiseDoubleFault(cpu, thrown, second);
  }
}

/** The delivery of an exception faulted: a double fault. A fault in delivering that would reset a real CPU. */
function raiseDoubleFault(cpu: Cpu, first: CpuException, second: unknown): CpuFault | undefined {
  if (!(second instanceof CpuException)) return faultOfHost(cpu, second);
  const reason = `${describe(first)} met another on its way to the handler, ${describe(second)}`;
  if (!hasGate(cpu, VECTOR.doubleFault)) return fault(cpu, "double-fault", reason);
  try {
    deliver(cpu, VECTOR.doubleFault, { software: false, errorCode: 0 });
  } catch (third) {
    if (!(third instanceof CpuException)) return faultOfHost(cpu, third);
    return fault(cpu, "double-fault", `${reason}, and so did the double fault`);
  }
}

/** Faults that no real CPU has. */
function faultOfHost(cpu: Cpu, thrown: unknown): CpuFault {
  if (thrown instanceof UnsupportedInstruction) {
    return fault(cpu, "unsupported-instruction", thrown.message);
  }
  if (thrown instanceof PhysicalMemoryError) {
    return fault(cpu, "physical-memory", thrown.message, thrown);
  }
  throw thrown;
}

function fault(cpu: Cpu, kind: CpuFaultKind, reason: string, cause?: Error): CpuFault {
  const registers = Object.fromEntries(
    Object.entries(REGISTER).map(([name, number]) => [name, cpu.registers.get32(number) >>> 0]),
  ) as Record<keyof typeof REGISTER, number>;
  const bytes = cpu.linear.peek(cpu.eip, MAX_INSTRUCTION_LENGTH);
  return new CpuFault(kind, { address: cpu.eip, bytes, registers }, reason, { cause });
}

function describe({ vector, errorCode, address }: CpuException): string {
  const kind = FAULT_KINDS[vector].replaceAll("-", " ");
  const where = address === undefined ? "" : ` at ${hex(address, 8)}`;
  const code = errorCode === undefined ? "" : `, error code ${hex(errorCode, 8)}`;
  return `${kind}${where} (vector ${vector}${code})`;
}
