/**
 * Loads segment and task registers from the guest's global descriptor table, with the checks of a CPU.
 *
 * Source: Intel SDM volume 2, MOV and LTR; volume 3, section 5.6.
 *
 * @module
 */
import type { Cpu } from "./cpu.ts";
import { CpuException, type ExceptionVector, generalProtection, VECTOR } from "./cpu_exception.ts";
import { type Descriptor, parseDescriptor, SEGMENT, SYSTEM_TYPE } from "./segments.ts";

/** Table indicator of a selector: the local descriptor table, which this CPU does not have. */
const SELECTOR_LOCAL = 4;

/** Index and table bits of a selector, as in an error code: without the requested privilege. */
export function selectorError(selector: number): number {
  return selector & 0xfffc;
}

/** Reads the descriptor that a selector names; #GP if there is none. */
export function readDescriptor(cpu: Cpu, selector: number): Descriptor {
  const offset = selector & 0xfff8;
  if ((selector & SELECTOR_LOCAL) !== 0 || offset + 7 > cpu.gdtr.limit) {
    throw generalProtection(selectorError(selector));
  }
  const address = cpu.gdtr.base + offset;
  return parseDescriptor(cpu.linear.loadSystem32(address), cpu.linear.loadSystem32(address + 4));
}

/** Loads DS, ES, FS, GS or SS. */
export function loadSegment(cpu: Cpu, segment: number, selector: number): void {
  if (segment === SEGMENT.ss) {
    loadStackSegment(cpu, selector, cpu.cpl);
  } else if (selectorError(selector) === 0) {
    cpu.segments.set(segment, selector, 0);
  } else {
    const descriptor = readDescriptor(cpu, selector);
    const readable = descriptor.kind === "data" ||
      (descriptor.kind === "code" && descriptor.accessible);
    const privilege = Math.max(cpu.cpl, selector & 3);
    if (!readable || privilege > descriptor.privilege) {
      throw generalProtection(selectorError(selector));
    }
    requirePresent(descriptor, selector, VECTOR.segmentNotPresent);
    cpu.segments.set(segment, selector, descriptor.base);
  }
}

/** Loads SS for `ring`: the stack's privileges must match the ring exactly. */
function loadStackSegment(cpu: Cpu, selector: number, ring: number): void {
  cpu.segments.set(SEGMENT.ss, selector, stackSegmentBase(cpu, selector, ring));
}

/** Checks a selector for SS in `ring`, and returns where its segment begins. */
export function stackSegmentBase(cpu: Cpu, selector: number, ring: number): number {
  if (selectorError(selector) === 0) throw generalProtection();
  const descriptor = readDescriptor(cpu, selector);
  const writable = descriptor.kind === "data" && descriptor.accessible;
  if (!writable || (selector & 3) !== ring || descriptor.privilege !== ring) {
    throw generalProtection(selectorError(selector));
  }
  requirePresent(descriptor, selector, VECTOR.stackFault);
  return descriptor.base;
}

/** Checks a selector for CS in `ring`: a present, flat code segment of that privilege. */
export function checkCodeSegment(cpu: Cpu, selector: number, ring: number): void {
  if (selectorError(selector) === 0) throw generalProtection();
  const descriptor = readDescriptor(cpu, selector);
  const flatCode = descriptor.kind === "code" && descriptor.base === 0;
  if (!flatCode || descriptor.privilege !== ring) throw generalProtection(selectorError(selector));
  requirePresent(descriptor, selector, VECTOR.segmentNotPresent);
}

/** Loads the task register, through which the stack of ring 0 is found. */
export function loadTaskRegister(cpu: Cpu, selector: number): void {
  if (selectorError(selector) === 0) throw generalProtection();
  const descriptor = readDescriptor(cpu, selector);
  const tss = descriptor.kind === "system" && descriptor.type === SYSTEM_TYPE.availableTss;
  if (!tss) throw generalProtection(selectorError(selector));
  requirePresent(descriptor, selector, VECTOR.segmentNotPresent);
  // A real CPU marks the descriptor busy, so that a task cannot be entered twice; this one has no task switches.
  cpu.tr.selector = selector;
  cpu.tr.base = descriptor.base >>> 0;
}

function requirePresent(
  descriptor: Descriptor,
  selector: number,
  vector: ExceptionVector,
): void {
  if (!descriptor.present) throw new CpuException(vector, selectorError(selector));
}
