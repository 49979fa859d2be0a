/**
 * Interrupts, exceptions and `iret`: through the guest's IDT into ring 0 and back to either ring.
 *
 * Source: Intel SDM volume 3, sections 6.10 to 6.13 (gates, stack switch, error codes); volume 2, INT n and
 * IRET. Handlers must run in ring 0; task gates are not supported.
 *
 * @module
 */
import type { Cpu } from "./cpu.ts";
import { CpuException, generalProtection, VECTOR } from "./cpu_exception.ts";
import { EFLAGS } from "./flags.ts";
import { REGISTER } from "./registers.ts";
import {
  checkCodeSegment,
  readDescriptor,
  selectorError,
  stackSegmentBase,
} from "./segment_loads.ts";
import { SEGMENT, SYSTEM_TYPE } from "./segments.ts";

/** Size of an IDT gate in bytes. */
const GATE_SIZE = 8;

/** Offsets in a 32-bit TSS. Source: Intel SDM volume 3, figure 7-2. */
const TSS = { esp0: 0x04, ss0: 0x08 } as const;

/** Error code bit: the selector is a vector of the IDT. */
const ERROR_CODE_IDT = 2;

/** Flags that `iret` and `popf` may change in every ring; IF and IOPL need more privilege. */
const USER_FLAGS = EFLAGS.carry | EFLAGS.parity | EFLAGS.adjust | EFLAGS.zero | EFLAGS.sign |
  EFLAGS.trap | EFLAGS.direction | EFLAGS.overflow | EFLAGS.nestedTask | EFLAGS.resume |
  EFLAGS.alignmentCheck | EFLAGS.identification;

/** The source of an interrupt. */
export interface InterruptSource {
  /**
   * Whether it is from an instruction, which needs the gate's permission; else it is from an exception or the timer.
   */
  readonly software: boolean;
  /** The error code that the handler finds on its stack, on top of EIP, for the vectors that have one. */
  readonly errorCode?: number | undefined;
}

/** A gate of the IDT. */
interface Gate {
  readonly selector: number;
  readonly offset: number;
  readonly type: number;
  readonly privilege: number;
  readonly present: boolean;
}

/** Whether the guest has a gate for a vector that this CPU can use. */
export function hasGate(cpu: Cpu, vector: number): boolean {
  if (vector * GATE_SIZE + GATE_SIZE - 1 > cpu.idtr.limit) return false;
  const bytes = cpu.linear.peek(cpu.idtr.base + vector * GATE_SIZE, GATE_SIZE);
  if (bytes.length < GATE_SIZE) return false;
  const view = new DataView(bytes.buffer);
  return usable(parseGate(view.getInt32(0, true), view.getInt32(4, true)));
}

/** Enters the handler of a vector. If this throws, only memory below the stack pointer has changed. */
export function deliver(cpu: Cpu, vector: number, source: InterruptSource): void {
  const gate = readGate(cpu, vector);
  if (source.software && gate.privilege < cpu.cpl) {
    throw generalProtection(vector * GATE_SIZE + ERROR_CODE_IDT);
  }
  checkCodeSegment(cpu, gate.selector & ~3, 0);

  const { registers, segments } = cpu;
  const fromRing3 = cpu.cpl !== 0;
  const stackSelector = fromRing3
    ? cpu.linear.loadSystem32(cpu.tr.base + TSS.ss0) & 0xffff
    : segments.selector(SEGMENT.ss);
  const stackBase = fromRing3 ? stackSegmentBase(cpu, stackSelector, 0) : segments.base(SEGMENT.ss);
  const stackTop = fromRing3
    ? cpu.linear.loadSystem32(cpu.tr.base + TSS.esp0)
    : registers.get32(REGISTER.esp);

  const frame = [cpu.eflags, segments.selector(SEGMENT.cs), cpu.eip];
  if (fromRing3) frame.unshift(segments.selector(SEGMENT.ss), registers.get32(REGISTER.esp));
  if (source.errorCode !== undefined) frame.push(source.errorCode);
  let esp = stackTop;
  for (const word of frame) {
    esp = (esp - 4) | 0;
    cpu.linear.storeSystem32((stackBase + esp) | 0, word);
  }

  registers.set32(REGISTER.esp, esp);
  segments.set(SEGMENT.ss, stackSelector, stackBase);
  cpu.setCodeSegment(gate.selector & ~3);
  cpu.eip = gate.offset;
  const cleared = EFLAGS.trap | EFLAGS.nestedTask | EFLAGS.resume |
    (gate.type === SYSTEM_TYPE.interruptGate ? EFLAGS.interrupt : 0);
  cpu.eflags = cpu.eflags & ~cleared;
}

/** `iretd`: back to the same ring, or out to ring 3 with its stack. */
export function returnFromInterrupt(cpu: Cpu): void {
  const { registers, segments, linear } = cpu;
  const stack = segments.base(SEGMENT.ss) + registers.get32(REGISTER.esp);
  const eip = linear.load32(stack | 0) >>> 0;
  const selector = linear.load32((stack + 4) | 0) & 0xffff;
  const image = linear.load32((stack + 8) | 0);
  const ring = selector & 3;
  if (ring < cpu.cpl) throw generalProtection(selectorError(selector));
  checkCodeSegment(cpu, selector, ring);

  const outward = ring !== cpu.cpl;
  if (outward) {
    const esp = linear.load32((stack + 12) | 0);
    const stackSelector = linear.load32((stack + 16) | 0) & 0xffff;
    segments.set(SEGMENT.ss, stackSelector, stackSegmentBase(cpu, stackSelector, ring));
    registers.set32(REGISTER.esp, esp);
  } else {
    registers.set32(REGISTER.esp, registers.get32(REGISTER.esp) + 12);
  }
  setFlagsAllowed(cpu, image);
  cpu.setCodeSegment(selector);
  cpu.eip = eip;
  if (outward) dropInnerSegments(cpu);
}

/** Sets the EFLAGS that the current ring may set: IOPL only in ring 0, IF only if IOPL allows it. */
export function setFlagsAllowed(cpu: Cpu, image: number): void {
  const allowed = USER_FLAGS | (cpu.cpl === 0 ? EFLAGS.ioPrivilege : 0) |
    (cpu.cpl <= cpu.flags.ioPrivilege ? EFLAGS.interrupt : 0);
  cpu.eflags = (image & allowed) | (cpu.eflags & ~allowed);
  cpu.interruptsChanged(false);
}

/** On return to an outer ring, data segments that only an inner ring may use become null. */
function dropInnerSegments(cpu: Cpu): void {
  for (const segment of [SEGMENT.es, SEGMENT.ds, SEGMENT.fs, SEGMENT.gs]) {
    const selector = cpu.segments.selector(segment);
    if (selectorError(selector) !== 0 && readDescriptor(cpu, selector).privilege < cpu.cpl) {
      cpu.segments.set(segment, 0, 0);
    }
  }
}

function readGate(cpu: Cpu, vector: number): Gate {
  const error = vector * GATE_SIZE + ERROR_CODE_IDT;
  if (vector * GATE_SIZE + GATE_SIZE - 1 > cpu.idtr.limit) throw generalProtection(error);
  const address = cpu.idtr.base + vector * GATE_SIZE;
  const gate = parseGate(cpu.linear.loadSystem32(address), cpu.linear.loadSystem32(address + 4));
  if (usable(gate)) return gate;
  throw gate.present ? generalProtection(error) : new CpuException(VECTOR.segmentNotPresent, error);
}

function usable(gate: Gate): boolean {
  const handler = gate.type === SYSTEM_TYPE.interruptGate || gate.type === SYSTEM_TYPE.trapGate;
  return gate.present && handler;
}

/** Decodes the two words of a gate: `low` at offset 0, `high` at offset 4. */
function parseGate(low: number, high: number): Gate {
  return {
    selector: low >>> 16,
    offset: ((high & 0xffff_0000) | (low & 0xffff)) >>> 0,
    type: (high >>> 8) & 0x1f, // with the S bit, which a gate has clear
    privilege: (high >>> 13) & 3,
    present: (high & (1 << 15)) !== 0,
  };
}
