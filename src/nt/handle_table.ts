/**
 * Walking a HANDLE_TABLE: every open handle of a process, from kernel memory.
 *
 * Reference handle-tracing, B.6. The tree has one to three levels of 4096-byte pages; its depth is in the two
 * low bits of TableCode.
 *
 * @module
 */
import type { HandleEntry } from "../target.ts";
import type { Memory, PointerSize } from "../memory.ts";
import { fieldLayout, type StructureLayout, structureLayout } from "./layouts.ts";
import { describeObject, type ObjectTypeVariables } from "./object.ts";
import {
  extractBits,
  StructureReader,
  type StructureSpace,
  unsignedOf,
  whereReadable,
} from "./structure_reader.ts";

const PAGE = 4096;
/** 2^24 handles, four apart: no kernel makes more. */
const HIGHEST_HANDLE = 2 ** 26;
/** Width of the access mask; above it a GrantedAccess word has flags, such as protection from close. */
const ACCESS_BITS = 25;

/** One used entry of a handle table. */
interface TableEntry {
  readonly handle: number;
  /** Address of the object's OBJECT_HEADER. */
  readonly header: bigint;
  readonly grantedAccess: number;
}

/**
 * The open handles of the table at `objectTable`, by value. Parts whose pages are missing are left out: handle
 * tables are in paged pool.
 */
export function readHandleTable(
  space: StructureSpace,
  objectTable: bigint,
  types: ObjectTypeVariables = {},
): HandleEntry[] {
  return Array.from(tableEntries(space, objectTable), (entry) => ({
    handle: entry.handle,
    grantedAccess: entry.grantedAccess,
    ...whereReadable(() => describeObject(space, entry.header, types)),
  }));
}

function* tableEntries(space: StructureSpace, objectTable: bigint): Generator<TableEntry> {
  const table = new StructureReader(space, "HANDLE_TABLE", objectTable);
  const code = table.pointer("TableCode");
  const end = Math.min(table.number("NextHandleNeedingPool"), HIGHEST_HANDLE);
  const layout = structureLayout(space.layouts, "HANDLE_TABLE_ENTRY");
  const perLeaf = PAGE / layout.size;
  let handle = 0;
  for (const leaf of leaves(space.memory, code & ~3n, Number(code & 3n))) {
    const bytes = leaf === 0n ? new Uint8Array() : space.memory.read(leaf, PAGE);
    // Entry 0 of every leaf is the kernel's own.
    for (let index = 1; index < perLeaf && handle + index * 4 < end; index++) {
      const entry = bytes.subarray(index * layout.size, (index + 1) * layout.size);
      if (entry.length < layout.size) break;
      const decoded = decodeEntry(entry, layout, space.layouts.pointerSize);
      if (decoded !== undefined) yield { handle: handle + index * 4, ...decoded };
    }
    handle += perLeaf * 4;
    if (handle >= end) return;
  }
}

/**
 * The addresses of the leaf pages below a table of `levels` levels, in order of their handles; 0 for one that
 * is not there. A page of pointers that is missing stands for as many missing leaves.
 */
function* leaves(memory: Memory, table: bigint, levels: number): Generator<bigint> {
  if (levels === 0) {
    yield table;
    return;
  }
  const { pointerSize } = memory;
  const bytes = table === 0n ? new Uint8Array() : memory.read(table, PAGE);
  for (let offset = 0; offset < PAGE; offset += pointerSize) {
    const pointer = bytes.subarray(offset, offset + pointerSize);
    yield* leaves(memory, pointer.length < pointerSize ? 0n : unsignedOf(pointer), levels - 1);
  }
}

/** The header's address and the access mask of an entry, or undefined for a free one. */
function decodeEntry(
  entry: Uint8Array,
  layout: StructureLayout,
  pointerSize: PointerSize,
): Omit<TableEntry, "handle"> | undefined {
  const integer = (name: string): bigint => {
    const field = fieldLayout(layout, name);
    const bytes = entry.subarray(field.offset, field.offset + field.size);
    return extractBits(unsignedOf(bytes), field);
  };
  if (!layout.fields.has("ObjectPointerBits")) {
    // Up to Windows 7: a pointer whose three low bits are the lock and the attributes.
    const object = integer("Object");
    if (object === 0n) return undefined;
    return {
      header: object & ~7n,
      grantedAccess: Number(BigInt.asUintN(ACCESS_BITS, integer("GrantedAccess"))),
    };
  }
  // Windows 8 and later keep the upper bits of the header's address; the lower ones are zero by alignment.
  const pointerBits = integer("ObjectPointerBits");
  if (pointerBits === 0n) return undefined;
  const width = fieldLayout(layout, "ObjectPointerBits").bits?.count ?? 0;
  const alignment = pointerSize === 4 ? 3n : 4n;
  const address = BigInt.asIntN(width, pointerBits) << alignment;
  return {
    header: BigInt.asUintN(pointerSize * 8, address),
    grantedAccess: Number(integer("GrantedAccessBits")),
  };
}
