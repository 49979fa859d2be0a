/**
 * Walks a HANDLE_TABLE: every open handle of a process, from kernel memory.
 *
 * Reference handle-tracing, B.6. The tree has one to three levels of 4096-byte pages; its depth is in the two
 * low bits of TableCode.
 *
 * @module
 */
import { MemoryError, type PointerSize } from "../memory.ts";
import type { HandleEntry } from "../target.ts";
import { type FieldLayout, fieldLayout, type StructureLayout, structureLayout } from "./layouts.ts";
import { describeObject } from "./object.ts";
import type { ObjectTypes } from "./object_types.ts";
import { firstOf } from "./_first_of.ts";
import {
  extractBits,
  isSystemAddress,
  StructureReader,
  type StructureSpace,
  unsignedOf,
  whereReadable,
} from "./structure_reader.ts";

const PAGE = 4096;
/** 2^24 handles, four apart: no kernel makes more. */
const HIGHEST_HANDLE = 2 ** 26;
/** Most handles to list of one table: a leak of a million is as clear as one of sixteen million. */
const MAX_LISTED = 2 ** 20;
/** Width of the access mask; above it a GrantedAccess word has flags. */
const ACCESS_BITS = 25;
/** Attributes as user mode sees them. */
const PROTECT_FROM_CLOSE = 1;
/** GrantedAccess, up to Windows 7: the handle is protected from being closed. */
const PROTECTED_ACCESS_BIT = 25n;

/** The result of walking a table. */
export interface HandleTableWalk {
  /** The handles, by value. */
  readonly handles: readonly HandleEntry[];
  /** What is missing and why, each as a clause for messages. */
  readonly incomplete: readonly string[];
}

/**
 * Walks the table at `objectTable`. Parts whose pages are missing are reported, because handle tables are in paged
 * pool. So is damage, such as a page that the table leads to twice, which is read once.
 */
export function walkHandleTable(
  space: StructureSpace,
  objectTable: bigint,
  types: ObjectTypes,
): HandleTableWalk {
  const handles: HandleEntry[] = [];
  const walk = new TableWalk(space, objectTable);
  try {
    for (const { header, ...entry } of walk.entries()) {
      if (handles.length === MAX_LISTED) {
        walk.incomplete.push(`only the first ${MAX_LISTED} handles of its handle table are listed`);
        break;
      }
      handles.push({
        ...entry,
        ...whereReadable(() => describeObject(space, header, types)),
      });
    }
  } catch (error) {
    if (!(error instanceof MemoryError)) throw error;
    walk.incomplete.push(`its handles are missing: ${error.message}`);
  }
  return {
    handles,
    incomplete: [...walk.incomplete, ...walk.missingHandles(), ...typesOf(handles)],
  };
}

/** A clause about handles whose types are not known. */
function typesOf(handles: readonly HandleEntry[]): string[] {
  const unknown = handles.filter(({ type }) => type === undefined).length;
  if (unknown === 0) return [];
  return [`the types of ${unknown} of its ${handles.length} handles are not known`];
}

/** One used entry of a handle table. */
interface TableEntry {
  readonly handle: number;
  /** Address of the object's OBJECT_HEADER. */
  readonly header: bigint;
  readonly grantedAccess: number;
  readonly attributes: number;
}

/** Handles in an unreadable part of a table: the first and the last value, and why. */
interface MissingRange {
  readonly first: number;
  readonly last: number;
  readonly reason: string;
}

class TableWalk {
  readonly incomplete: string[] = [];
  readonly #space: StructureSpace;
  readonly #table: StructureReader;
  readonly #decode: EntryDecoder;
  /** Handle values between two leaf pages. */
  readonly #leafSpan: number;
  /** Pages of the table that were read: a damaged table may lead to the same one again. */
  readonly #seen = new Set<bigint>();
  readonly #missing: MissingRange[] = [];
  #end = 0;

  constructor(space: StructureSpace, objectTable: bigint) {
    this.#space = space;
    this.#table = new StructureReader(space, "HANDLE_TABLE", objectTable);
    this.#decode = new EntryDecoder(space);
    this.#leafSpan = PAGE / this.#decode.size * 4;
  }

  *entries(): Generator<TableEntry> {
    const code = this.#table.pointer("TableCode");
    const levels = Number(code & 3n);
    const top = code & ~3n;
    if (levels === 3 || !isSystemAddress(top, this.#space.layouts.pointerSize)) {
      const found = `0x${code.toString(16)}`;
      this.incomplete.push(`its handle table is damaged: no table has ${found} as its TableCode`);
      return;
    }
    this.#end = Math.min(this.#table.number("NextHandleNeedingPool"), HIGHEST_HANDLE);
    yield* this.#below(top, levels, 0);
  }

  /** The parts that could not be read, each as a clause for messages. */
  missingHandles(): string[] {
    const missing = this.#missing.map(({ first, last, reason }) =>
      `its handles 0x${first.toString(16)} to 0x${last.toString(16)} are missing (${reason})`
    );
    return firstOf(missing, "ranges of its handles");
  }

  /** Entries below a page that is `levels` above the leaves and begins with handle value `first`. */
  *#below(page: bigint, levels: number, first: number): Generator<TableEntry> {
    if (this.#seen.has(page)) {
      if (this.incomplete.length === 0) {
        this.incomplete.push(
          `its handle table is damaged: it leads to its page at 0x${page.toString(16)} twice`,
        );
      }
      return;
    }
    this.#seen.add(page);
    if (levels === 0) {
      yield* this.#leaf(page, first);
      return;
    }
    const { pointerSize } = this.#space.memory;
    const pointers = PAGE / pointerSize;
    const span = this.#leafSpan * (levels === 1 ? 1 : pointers);
    const bytes = this.#space.memory.read(page, PAGE);
    for (let index = 0; index < pointers && first + index * span < this.#end; index++) {
      const start = first + index * span;
      const pointer = bytes.subarray(index * pointerSize, (index + 1) * pointerSize);
      if (pointer.length < pointerSize) {
        this.#lose(start, first + pointers * span, page + BigInt(bytes.length));
        return;
      }
      const below = unsignedOf(pointer);
      if (below !== 0n) yield* this.#below(below, levels - 1, start);
    }
  }

  *#leaf(page: bigint, first: number): Generator<TableEntry> {
    const bytes = this.#space.memory.read(page, PAGE);
    const { size } = this.#decode;
    // Entry 0 of every leaf belongs to the kernel.
    for (let index = 1; index * size < PAGE; index++) {
      const handle = first + index * 4;
      if (handle >= this.#end) return;
      const entry = bytes.subarray(index * size, (index + 1) * size);
      if (entry.length < size) {
        this.#lose(
          index === 1 ? first : handle,
          first + this.#leafSpan,
          page + BigInt(bytes.length),
        );
        return;
      }
      const decoded = this.#decode.decode(entry);
      if (decoded !== undefined) yield { handle, ...decoded };
    }
  }

  #lose(first: number, end: number, missing: bigint): void {
    const reason = this.#space.memory.explainMissing?.(missing) ?? "the memory is not there";
    const last = Math.min(end, this.#end) - 4;
    const before = this.#missing.at(-1);
    if (before?.last === first - 4 && before.reason === reason) {
      this.#missing[this.#missing.length - 1] = { ...before, last };
    } else {
      this.#missing.push({ first, last, reason });
    }
  }
}

/** Decodes HANDLE_TABLE_ENTRY structures of one build. */
class EntryDecoder {
  /** Size of an entry in bytes. */
  readonly size: number;
  readonly #pointerSize: PointerSize;
  readonly #layout: StructureLayout;
  readonly #pointerBits: FieldLayout | undefined;

  constructor({ layouts, memory }: StructureSpace) {
    this.#layout = structureLayout(layouts, "HANDLE_TABLE_ENTRY");
    this.size = this.#layout.size;
    this.#pointerSize = memory.pointerSize;
    this.#pointerBits = this.#layout.fields.get("ObjectPointerBits");
  }

  /** The contents of an entry, or undefined for a free one. */
  decode(entry: Uint8Array): Omit<TableEntry, "handle"> | undefined {
    return this.#pointerBits === undefined
      ? this.#decodePointer(entry)
      : this.#decodeBits(entry, this.#pointerBits);
  }

  /** Up to Windows 7: a pointer whose three low bits are the lock, inheritance and auditing. */
  #decodePointer(entry: Uint8Array): Omit<TableEntry, "handle"> | undefined {
    const object = this.#field(entry, "Object");
    if (object === 0n) return undefined;
    const access = this.#field(entry, "GrantedAccess");
    const isProtected = (access >> PROTECTED_ACCESS_BIT & 1n) === 1n;
    return {
      header: object & ~7n,
      grantedAccess: Number(BigInt.asUintN(ACCESS_BITS, access)),
      attributes: Number(object & 6n) | (isProtected ? PROTECT_FROM_CLOSE : 0),
    };
  }

  /** Windows 8 and later keep the upper bits of the header's address; the lower ones are zero by alignment. */
  #decodeBits(entry: Uint8Array, layout: FieldLayout): Omit<TableEntry, "handle"> | undefined {
    const pointerBits = this.#field(entry, "ObjectPointerBits");
    if (pointerBits === 0n) return undefined;
    const width = layout.bits?.count ?? 0;
    const alignment = this.#pointerSize === 4 ? 3n : 4n;
    const address = BigInt.asIntN(width, pointerBits) << alignment;
    return {
      header: BigInt.asUintN(this.#pointerSize * 8, address),
      grantedAccess: Number(this.#field(entry, "GrantedAccessBits")),
      attributes: this.#attributes(entry),
    };
  }

  /** 32-bit entries keep the first attribute beside the access mask, and the other two where 64-bit ones have all three. */
  #attributes(entry: Uint8Array): number {
    const attributes = Number(this.#field(entry, "Attributes"));
    if (!this.#layout.fields.has("ProtectFromClose")) return attributes;
    return attributes << 1 | Number(this.#field(entry, "ProtectFromClose"));
  }

  #field(entry: Uint8Array, name: string): bigint {
    const field = fieldLayout(this.#layout, name);
    const bytes = entry.subarray(field.offset, field.offset + field.size);
    return extractBits(unsignedOf(bytes), field);
  }
}
