/**
 * Multiplication and division.
 *
 * The double-width operand is in AX, DX:AX or EDX:EAX. Multiplication defines only CF and OF; SF, ZF, AF and PF stay as
 * they were. Division defines no flags.
 *
 * @module
 */
import type { Cpu } from "../cpu.ts";
import { CpuException, VECTOR } from "../cpu_exception.ts";
import type { Instruction } from "../instruction.ts";
import { AH, REGISTER } from "../registers.ts";
import { modrm, type OpcodeRows } from "./opcode.ts";
import { readReg, readRm, signExtend, writeReg } from "./operands.ts";

/** Upper 32 bits of the unsigned product of two 32-bit numbers, signed. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16); // below 2^32, so exact
  const carried = aLow * bHigh + (middle & 0xffff);
  return (aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(carried / 0x10000)) | 0;
}

/** Upper 32 bits of the signed product of two 32-bit numbers, signed. */
function multiplyHighSigned(a: number, b: number): number {
  return (multiplyHigh(a, b) - (a < 0 ? b : 0) - (b < 0 ? a : 0)) | 0;
}

/** Sets CF and OF if the upper half of a product is significant; the other flags stay. */
function setProductFlags(cpu: Cpu, significant: boolean): void {
  cpu.flags.setCarryOverflow(significant, significant, cpu.flags.adjust ? 8 : 0);
}

/** Writes the double-width accumulator. Below 32 bits, `low` holds the whole product. */
function writeAccumulator(cpu: Cpu, low: number, high: number, width: number): void {
  const { registers } = cpu;
  if (width === 8) {
    registers.set16(REGISTER.eax, low);
  } else {
    registers.set(REGISTER.eax, low, width);
    registers.set(REGISTER.edx, width === 16 ? low >>> 16 : high, width);
  }
}

/** `mul`. */
export function multiply(cpu: Cpu, i: Instruction): void {
  const { width } = i;
  const a = cpu.registers.get(REGISTER.eax, width);
  const b = readRm(cpu, i);
  const low = Math.imul(a, b);
  const high = multiplyHigh(a, b);
  writeAccumulator(cpu, low, high, width);
  setProductFlags(cpu, width === 32 ? high !== 0 : low >>> width !== 0);
}

/** `imul` with one operand. */
export function signedMultiply(cpu: Cpu, i: Instruction): void {
  const { width } = i;
  const a = signExtend(cpu.registers.get(REGISTER.eax, width), width);
  const b = signExtend(readRm(cpu, i), width);
  const low = Math.imul(a, b);
  const high = multiplyHighSigned(a, b);
  writeAccumulator(cpu, low, high, width);
  setProductFlags(cpu, overflowsSigned(low, high, width));
}

/** Whether a signed product needs more than `width` bits. */
function overflowsSigned(low: number, high: number, width: number): boolean {
  return width === 32 ? high !== low >> 31 : signExtend(low, width) !== low;
}

function multiplyInto(cpu: Cpu, i: Instruction, a: number, b: number): void {
  const left = signExtend(a, i.width);
  const right = signExtend(b, i.width);
  const low = Math.imul(left, right);
  writeReg(cpu, i, low);
  setProductFlags(cpu, overflowsSigned(low, multiplyHighSigned(left, right), i.width));
}

function imulRegRm(cpu: Cpu, i: Instruction): void {
  multiplyInto(cpu, i, readReg(cpu, i), readRm(cpu, i));
}

function imulRegRmImmediate(cpu: Cpu, i: Instruction): void {
  multiplyInto(cpu, i, readRm(cpu, i), i.immediate);
}

function divideError(): CpuException {
  return new CpuException(VECTOR.divideError);
}

/** Writes quotient and remainder: AL and AH, AX and DX, or EAX and EDX. */
function writeQuotient(cpu: Cpu, quotient: number, remainder: number, width: number): void {
  cpu.registers.set(REGISTER.eax, quotient, width);
  if (width === 8) cpu.registers.set8(AH, remainder);
  else cpu.registers.set(REGISTER.edx, remainder, width);
}

/** The dividend of 16 or 32 bits, for divisors of 8 or 16, signed. */
function narrowDividend(cpu: Cpu, width: number): number {
  const { registers } = cpu;
  if (width === 8) return signExtend(registers.get16(REGISTER.eax), 16);
  return (registers.get16(REGISTER.edx) << 16) | registers.get16(REGISTER.eax);
}

/** `div`. */
export function divide(cpu: Cpu, i: Instruction): void {
  const { registers } = cpu;
  const { width } = i;
  const divisor = readRm(cpu, i) >>> 0;
  if (divisor === 0) throw divideError();
  const high = registers.edx;
  if (width === 32 && high !== 0) {
    if (high >= divisor) throw divideError();
    const dividend = (BigInt(high) << 32n) | BigInt(registers.eax);
    const wide = BigInt(divisor);
    writeQuotient(cpu, Number(dividend / wide), Number(dividend % wide), width);
    return;
  }
  const dividend = width === 32
    ? registers.eax
    : width === 16
    ? narrowDividend(cpu, width) >>> 0
    : registers.get16(REGISTER.eax);
  const quotient = Math.floor(dividend / divisor);
  if (width !== 32 && quotient >>> width !== 0) throw divideError();
  writeQuotient(cpu, quotient, dividend % divisor, width);
}

/** `idiv`: the quotient is truncated towards zero, the remainder has the sign of the dividend. */
export function signedDivide(cpu: Cpu, i: Instruction): void {
  const { width } = i;
  const divisor = signExtend(readRm(cpu, i), width);
  if (divisor === 0) throw divideError();
  if (width === 32) {
    signedDivide64(cpu, divisor);
    return;
  }
  const dividend = narrowDividend(cpu, width);
  const quotient = Math.trunc(dividend / divisor);
  if (signExtend(quotient, width) !== quotient) throw divideError();
  writeQuotient(cpu, quotient, dividend % divisor, width);
}

function signedDivide64(cpu: Cpu, divisor: number): void {
  const low = cpu.registers.get32(REGISTER.eax);
  const high = cpu.registers.get32(REGISTER.edx);
  if (high === low >> 31) { // the dividend has 32 bits, as after `cdq`
    const quotient = Math.trunc(low / divisor);
    if (quotient > 0x7fff_ffff) throw divideError();
    writeQuotient(cpu, quotient, low % divisor, 32);
    return;
  }
  const dividend = (BigInt(high) << 32n) | BigInt(low >>> 0);
  const wide = BigInt(divisor);
  const quotient = dividend / wide;
  if (BigInt.asIntN(32, quotient) !== quotient) throw divideError();
  writeQuotient(cpu, Number(quotient), Number(dividend % wide), 32);
}

/** Rows of this family; the one-operand instructions are in the groups F6 and F7, in `unary.ts`. */
export const MULTIPLY_ROWS: OpcodeRows = {
  one: {
    0x69: modrm("full", imulRegRmImmediate, "operand"),
    0x6b: modrm("full", imulRegRmImmediate, "byte"),
  },
  two: { 0xaf: modrm("full", imulRegRm) },
};
