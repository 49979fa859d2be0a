/**
 * Reads fields of an NT structure by name.
 *
 * @module
 */
import { type Memory, MemoryError, type PointerSize, readExact } from "../memory.ts";
import {
  type FieldLayout,
  fieldLayout,
  type StructureLayout,
  structureLayout,
  type WindowsLayouts,
} from "./layouts.ts";

/** Where structures are read: an address space and the layouts of the Windows build in it. */
export interface StructureSpace {
  /** The address space. */
  readonly memory: Memory;
  /** Layouts of its Windows build. */
  readonly layouts: WindowsLayouts;
}

/**
 * A structure at an address. Fields are read on demand, so a structure that extends into a missing page still has the
 * fields before it; reading a missing field throws a `MemoryError` that names it.
 */
export class StructureReader {
  /** Address of the structure's first byte. */
  readonly address: bigint;
  /** Its layout. */
  readonly layout: StructureLayout;
  readonly #space: StructureSpace;
  /** Bytes from the start of the structure that were read ahead. */
  #ahead: Uint8Array | undefined;

  /** Refers to the structure `name` at `address`; reads nothing yet. */
  constructor(space: StructureSpace, name: string, address: bigint) {
    this.#space = space;
    this.layout = structureLayout(space.layouts, name);
    this.address = address;
  }

  /**
   * Reads the structure up to a field in one go, for a small structure that is read many times and of which most fields
   * are needed. Missing parts are still read field by field.
   */
  readAhead(field: string): this {
    this.#ahead = this.#space.memory.read(this.address, fieldLayout(this.layout, field).offset);
    return this;
  }

  /** Whether this build's structure has the field. */
  has(field: string): boolean {
    return this.layout.fields.has(field);
  }

  /** Address of a field. */
  addressOf(field: string): bigint {
    return this.address + BigInt(fieldLayout(this.layout, field).offset);
  }

  /** The bytes of a field. */
  bytes(field: string): Uint8Array {
    return this.#read(field, fieldLayout(this.layout, field).size);
  }

  /** An integer of at most four bytes, or of eight if its value is small, such as a process id. */
  number(field: string): number {
    return Number(this.integer(field));
  }

  /** An unsigned integer of any width up to eight bytes; for a bit field, only its bits. */
  integer(field: string): bigint {
    const layout = fieldLayout(this.layout, field);
    return extractBits(unsignedOf(this.#read(field, layout.size)), layout);
  }

  /**
   * A pointer. It has the address space's width even if the field is wider: KPROCESS.DirectoryTableBase is two words up
   * to Server 2003, and the first is used.
   */
  pointer(field: string): bigint {
    return unsignedOf(this.#read(field, this.#space.layouts.pointerSize));
  }

  /** A structure embedded in this one. */
  inner(field: string, name: string): StructureReader {
    return new StructureReader(this.#space, name, this.addressOf(field));
  }

  #read(field: string, length: number): Uint8Array {
    const { offset } = fieldLayout(this.layout, field);
    if (this.#ahead !== undefined && offset + length <= this.#ahead.length) {
      return this.#ahead.subarray(offset, offset + length);
    }
    const what = `${this.layout.name}.${field}`;
    return readExact(this.#space.memory, this.addressOf(field), length, what);
  }
}

/** The result of `read`, or undefined if memory that it needs is missing. */
export function whereReadable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof MemoryError) return undefined;
    throw error;
  }
}

/** A little-endian unsigned integer of the width of `bytes`. */
export function unsignedOf(bytes: Uint8Array): bigint {
  let value = 0n;
  for (let index = bytes.length - 1; index >= 0; index--) {
    value = value << 8n | BigInt(bytes[index] ?? 0);
  }
  return value;
}

/** The bits of a bit field in the integer that holds it; the integer itself for a plain field. */
export function extractBits(value: bigint, field: FieldLayout): bigint {
  if (field.bits === undefined) return value;
  return BigInt.asUintN(field.bits.count, value >> BigInt(field.bits.first));
}

/** Most bytes of a name to read: a damaged length may be 64 KiB, and lists have thousands of names. */
const MAX_NAME = 0x800;

/** The text of a UNICODE_STRING; empty if its memory is missing. Names are cut after 1,024 characters. */
export function unicodeString(space: StructureSpace, string: StructureReader): string {
  const length = Math.min(string.number("Length") & ~1, MAX_NAME);
  const buffer = string.pointer("Buffer");
  if (length === 0 || buffer === 0n) return "";
  return new TextDecoder("utf-16le").decode(space.memory.read(buffer, length));
}

/** Whether an address is in the system half of an address space. */
export function isSystemAddress(address: bigint, pointerSize: PointerSize): boolean {
  return pointerSize === 4
    ? address >= 0x8000_0000n && address <= 0xffff_ffffn
    : address >= 0xffff_8000_0000_0000n;
}
