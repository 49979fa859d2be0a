/**
 * Decodes instructions: prefixes, opcode, ModRM and SIB, displacement, immediate.
 *
 * 32-bit code only: the address-size prefix is rejected, and so is a 16-bit branch. Source: Intel SDM volume 2,
 * chapter 2, "Instruction format".
 *
 * @module
 */
import { generalProtection } from "./cpu_exception.ts";
import { UnsupportedInstruction } from "./cpu_fault.ts";
import { type Instruction, MAX_INSTRUCTION_LENGTH, MEMORY_OPERAND, REPEAT } from "./instruction.ts";
import type { Immediate } from "./ops/opcode.ts";
import { OPCODES, OPCODES_0F } from "./ops/table.ts";
import { REGISTER, ZERO_REGISTER } from "./registers.ts";
import { SEGMENT } from "./segments.ts";

const SEGMENT_PREFIXES: Readonly<Record<number, number>> = {
  0x26: SEGMENT.es,
  0x2e: SEGMENT.cs,
  0x36: SEGMENT.ss,
  0x3e: SEGMENT.ds,
  0x64: SEGMENT.fs,
  0x65: SEGMENT.gs,
};
const OPERAND_SIZE_PREFIX = 0x66;
const LOCK_PREFIX = 0xf0;
const REPEAT_NOT_EQUAL_PREFIX = 0xf2;
const REPEAT_PREFIX = 0xf3;
const TWO_BYTE_ESCAPE = 0x0f;

/** Reads the bytes of one instruction in order. */
class Reader {
  readonly #start: number;
  readonly #fetch: (address: number) => number;
  /** Bytes read so far. */
  length = 0;

  constructor(start: number, fetch: (address: number) => number) {
    this.#start = start;
    this.#fetch = fetch;
  }

  unsigned8(): number {
    if (this.length === MAX_INSTRUCTION_LENGTH) throw generalProtection();
    return this.#fetch((this.#start + this.length++) >>> 0);
  }
  unsigned16(): number {
    return this.unsigned8() | (this.unsigned8() << 8);
  }
  signed8(): number {
    return (this.unsigned8() << 24) >> 24;
  }
  signed32(): number {
    return this.unsigned16() | (this.unsigned16() << 16);
  }
}

/** The prefixes of an instruction, and the first byte after them. */
interface Prefixes {
  readonly segment: number | undefined;
  readonly narrow: boolean;
  readonly repeat: number;
  readonly opcode: number;
}

/** The memory operand of an instruction. */
interface MemoryOperand {
  readonly segment: number;
  readonly base: number;
  readonly index: number;
  readonly scale: number;
  readonly displacement: number;
}

const NO_MEMORY_OPERAND: MemoryOperand = {
  segment: SEGMENT.ds,
  base: ZERO_REGISTER,
  index: ZERO_REGISTER,
  scale: 0,
  displacement: 0,
};

/**
 * Decodes the instruction at a linear address; `fetch` reads a byte of it and may throw the guest's page fault.
 * Throws {@linkcode UnsupportedInstruction} if it is outside the subset.
 */
export function decode(address: number, fetch: (address: number) => number): Instruction {
  const reader = new Reader(address, fetch);
  const prefixes = readPrefixes(reader);
  const escaped = prefixes.opcode === TWO_BYTE_ESCAPE;
  const opcode = escaped ? reader.unsigned8() : prefixes.opcode;
  const slot = (escaped ? OPCODES_0F : OPCODES)[opcode];
  if (slot === undefined) throw new UnsupportedInstruction();

  const hasModrm = "group" in slot || slot.modrm;
  const modrm = hasModrm ? reader.unsigned8() : 0;
  const reg = hasModrm ? (modrm >>> 3) & 7 : opcode & 7;
  const entry = "group" in slot ? slot.group[reg] : slot;
  if (entry === undefined) throw new UnsupportedInstruction();
  if (entry.width === "branch" && prefixes.narrow) throw new UnsupportedInstruction();

  const inRegister = modrm >>> 6 === 3;
  if (entry.operand === (inRegister ? "memory" : "register")) throw new UnsupportedInstruction();
  const rm = hasModrm && inRegister ? modrm & 7 : MEMORY_OPERAND;
  const memory = hasModrm && !inRegister ? readMemoryOperand(reader, modrm) : NO_MEMORY_OPERAND;
  const width = entry.width === "byte" ? 8 : prefixes.narrow ? 16 : 32;
  const immediate = readImmediate(reader, entry.immediate, width);
  // An absolute address is a memory operand in the place of an immediate.
  const absolute = entry.immediate === "address";

  return {
    execute: entry.execute,
    length: reader.length,
    opcode,
    width,
    reg,
    rm,
    segment: prefixes.segment ?? memory.segment,
    base: memory.base,
    index: memory.index,
    scale: memory.scale,
    displacement: absolute ? immediate : memory.displacement,
    immediate: absolute ? 0 : immediate,
    repeat: prefixes.repeat,
  };
}

function readPrefixes(reader: Reader): Prefixes {
  let segment: number | undefined;
  let narrow = false;
  let repeat: number = REPEAT.none;
  while (true) {
    const byte = reader.unsigned8();
    const override = SEGMENT_PREFIXES[byte];
    if (override !== undefined) segment = override;
    else if (byte === OPERAND_SIZE_PREFIX) narrow = true;
    else if (byte === REPEAT_PREFIX) repeat = REPEAT.whileEqual;
    else if (byte === REPEAT_NOT_EQUAL_PREFIX) repeat = REPEAT.whileNotEqual;
    // There is one CPU, and interrupts occur between instructions: everything is locked already.
    else if (byte !== LOCK_PREFIX) return { segment, narrow, repeat, opcode: byte };
  }
}

function readMemoryOperand(reader: Reader, modrm: number): MemoryOperand {
  const mod = modrm >>> 6;
  let base = modrm & 7;
  let index: number = ZERO_REGISTER;
  let scale = 0;
  if (base === REGISTER.esp) { // a SIB byte follows
    const sib = reader.unsigned8();
    base = sib & 7;
    scale = sib >>> 6;
    const encoded = (sib >>> 3) & 7;
    if (encoded !== REGISTER.esp) index = encoded; // ESP as an index means none
  }
  const absolute = mod === 0 && base === REGISTER.ebp; // EBP without displacement means none
  const onStack = !absolute && (base === REGISTER.esp || base === REGISTER.ebp);
  return {
    segment: onStack ? SEGMENT.ss : SEGMENT.ds,
    base: absolute ? ZERO_REGISTER : base,
    index,
    scale,
    displacement: mod === 1 ? reader.signed8() : mod === 2 || absolute ? reader.signed32() : 0,
  };
}

function readImmediate(reader: Reader, immediate: Immediate, width: number): number {
  switch (immediate) {
    case "none":
      return 0;
    case "byte":
      return reader.signed8();
    case "word":
      return reader.unsigned16();
    case "word-byte":
      return reader.unsigned16() | (reader.unsigned8() << 16);
    case "operand":
      return width === 8
        ? reader.signed8()
        : width === 16
        ? reader.unsigned16()
        : reader.signed32();
    case "address":
      return reader.signed32();
  }
}
