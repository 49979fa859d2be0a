import { assertEquals } from "@std/assert";
import type { HandleEntry } from "../target.ts";
import { type HandleTableWalk, walkHandleTable } from "./handle_table.ts";
import { ObjectTypes, type ObjectTypeVariables } from "./object_types.ts";
import type { StructureSpace } from "./structure_reader.ts";
import { findLayouts } from "./layouts.ts";
import { SparseMemory } from "./_memory_testing.ts";

const TABLE_86 = 0xe10c_cf60n;
const LEAF_86 = 0xe110_0000n;
const HEADER_86 = 0x8170_1000n;

/** Windows XP: entries of pointer and access, types by pointer (reference B.6 and B.7). */
function xpMemory(levels: number): SparseMemory {
  return new SparseMemory(4)
    .zeros(TABLE_86, 0x44).pointer(TABLE_86, LEAF_86 | BigInt(levels)).u32(TABLE_86 + 0x38n, 0x800)
    .zeros(LEAF_86, 0x1000);
}

/** An event with a name, after its OBJECT_HEADER_NAME_INFO. */
function writeXpEvent(memory: SparseMemory, header: bigint): void {
  const type = 0x8190_0000n;
  memory.zeros(header - 0x10n, 0x100)
    .integer(header, 2, 4).integer(header + 4n, 1, 4)
    .pointer(header + 8n, type).write(header + 0xcn, [0x10])
    .unicode(header - 0x10n + 4n, 0x8180_0000n, "Ready")
    .zeros(type, 0x190).unicode(type + 0x40n, 0x8191_0000n, "Event");
}

function readHandles(
  space: StructureSpace,
  table: bigint,
  types: ObjectTypeVariables = {},
): readonly HandleEntry[] {
  return walkHandleTable(space, table, new ObjectTypes(space, types)).handles;
}

function readXp(memory: SparseMemory): readonly HandleEntry[] {
  return readHandles({ memory, layouts: findLayouts(2600, "x86") }, TABLE_86);
}

Deno.test("walkHandleTable() decodes pointer, access, type, name and counts of Windows XP", () => {
  const memory = xpMemory(0);
  writeXpEvent(memory, HEADER_86);
  memory.pointer(LEAF_86 + 8n * 0x1f3n, HEADER_86 | 7n) // 0x7CC, with lock and attributes
    .u32(LEAF_86 + 8n * 0x1f3n + 4n, 0x021f_0003); // protected from close
  assertEquals(readXp(memory), [{
    handle: 0x7cc,
    grantedAccess: 0x1f_0003,
    attributes: 7,
    object: HEADER_86 + 0x18n,
    pointerCount: 2,
    handleCount: 1,
    type: "Event",
    objectName: "Ready",
  }]);
});

Deno.test("walkHandleTable() skips free entries and the first of every leaf", () => {
  const memory = xpMemory(0);
  memory.pointer(LEAF_86, HEADER_86 | 1n) // the kernel's own
    .u32(LEAF_86 + 8n + 4n, 0x5a4) // free: a link to the next free entry
    .pointer(LEAF_86 + 16n, HEADER_86 | 1n);
  assertEquals(readXp(memory), [{ handle: 8, grantedAccess: 0, attributes: 0 }]);
});

Deno.test("walkHandleTable() ends at NextHandleNeedingPool", () => {
  const memory = xpMemory(0).u32(TABLE_86 + 0x38n, 0x10);
  for (let index = 1n; index < 8n; index++) memory.pointer(LEAF_86 + 8n * index, HEADER_86);
  assertEquals(readXp(memory).map(({ handle }) => handle), [4, 8, 12]);
});

for (const levels of [1, 2]) {
  Deno.test(`walkHandleTable() walks ${levels + 1} levels and past a missing leaf`, () => {
    const memory = xpMemory(levels).u32(TABLE_86 + 0x38n, 3 * 0x800);
    const middle = levels === 1 ? LEAF_86 : LEAF_86 + 0x1000n;
    const leaves = [0xe120_0000n, 0xe121_0000n, 0xe122_0000n];
    if (levels === 2) memory.zeros(middle, 0x1000).pointer(LEAF_86, middle);
    leaves.forEach((leaf, index) => {
      memory.pointer(middle + BigInt(index * 4), leaf);
      if (index !== 1) memory.zeros(leaf, 0x1000).pointer(leaf + 8n, HEADER_86);
    });
    assertEquals(readXp(memory).map(({ handle }) => handle), [4, 0x1004]);
  });
}

Deno.test("walkHandleTable() survives a table code that leads nowhere and a false size", () => {
  const memory = xpMemory(2).u32(TABLE_86 + 0x38n, 0xffff_ffff).drop(LEAF_86);
  assertEquals(readXp(memory), []);
});

const TABLE_64 = 0xffff_b100_0000_0040n;
const LEAF_64 = 0xffff_b100_0010_0000n;
const HEADER_64 = 0xffff_fa80_1234_5670n;
const TYPE_64 = 0xffff_a08f_4000_0000n;
const TYPES = {
  typeIndexTable: 0xffff_f802_2000_0000n,
  headerCookie: 0xffff_f802_2001_0000n,
};

/** One handle, 4, to an event; the entry as the build encodes the header's address. */
function memory64(shift: bigint, mixedIndex: number): SparseMemory {
  const type = 0xffff_a08f_2000_0000n;
  const entry = BigInt.asUintN(64, (HEADER_64 >> 4n) << shift) | 0x11n;
  return new SparseMemory(8)
    .zeros(TABLE_64, 0x80).u32(TABLE_64, 0x400).pointer(TABLE_64 + 8n, LEAF_64)
    .zeros(LEAF_64, 0x1000).pointer(LEAF_64 + 0x10n, entry).u32(LEAF_64 + 0x18n, 0x021f_0003)
    .zeros(HEADER_64 - 0x40n, 0x100).write(HEADER_64 + 0x18n, [mixedIndex])
    .write(HEADER_64 + 0x1an, [3]) // creator and name information come before the header
    .unicode(HEADER_64 - 0x40n + 8n, 0xffff_a08f_3000_0000n, "Ready")
    .zeros(type, 0x100).unicode(type + 0x10n, 0xffff_a08f_3000_1000n, "Event")
    .zeros(TYPES.typeIndexTable, 0x800).pointer(TYPES.typeIndexTable + 8n * 16n, type)
    .write(TYPES.headerCookie, [0xb5]);
}

/** Build, shift of the header's address, and the index as stored in the header. */
const BUILDS: readonly [build: number, shift: bigint, mixedIndex: number][] = [
  [9200, 23n, 16],
  [9600, 20n, 16],
  // Windows 10: 16 mixed with byte 1 of the header's address and with the cookie
  [19041, 20n, 16 ^ 0x56 ^ 0xb5],
  [26100, 20n, 16 ^ 0x56 ^ 0xb5],
];

for (const [build, shift, mixedIndex] of BUILDS) {
  Deno.test(`walkHandleTable() decodes entries and type indices of build ${build} x64`, () => {
    const space = { memory: memory64(shift, mixedIndex), layouts: findLayouts(build, "x64") };
    assertEquals(readHandles(space, TABLE_64, TYPES), [{
      handle: 4,
      grantedAccess: 0x1f_0003,
      attributes: 0,
      object: HEADER_64 + 0x30n,
      pointerCount: 0,
      handleCount: 0,
      type: "Event",
      objectName: "Ready",
    }]);
    assertEquals(readHandles(space, TABLE_64)[0]?.type, undefined);
  });
}

Deno.test("walkHandleTable() decodes entries of Windows 10 x86", () => {
  const memory = new SparseMemory(4)
    .zeros(TABLE_86, 0x80).u32(TABLE_86, 0x800).pointer(TABLE_86 + 8n, LEAF_86)
    .zeros(LEAF_86, 0x1000).pointer(LEAF_86 + 8n, HEADER_86 | 5n)
    .u32(LEAF_86 + 12n, 0xfe1f_0003)
    .zeros(HEADER_86, 0x20).integer(HEADER_86, 0x8000, 4);
  const space = { memory, layouts: findLayouts(19041, "x86") };
  assertEquals(readHandles(space, TABLE_86), [{
    handle: 4,
    grantedAccess: 0x1f_0003,
    attributes: 5,
    object: HEADER_86 + 0x18n,
    pointerCount: 0x8000,
    handleCount: 0,
  }]);
});

/** A table of Windows 7 x64 over two levels, its leaves at these addresses. */
function twoLevels(leaves: readonly bigint[]): SparseMemory {
  const middle = LEAF_64 + 0x10_0000n;
  const memory = new SparseMemory(8)
    .zeros(TABLE_64, 0x70).pointer(TABLE_64, middle | 1n).u32(
      TABLE_64 + 0x5cn,
      0x400 * leaves.length,
    )
    .zeros(middle, 0x1000)
    .zeros(HEADER_64, 0x30).write(HEADER_64 + 0x18n, [16])
    .zeros(TYPE_64, 0x100).unicode(TYPE_64 + 0x10n, TYPE_64 + 0x80n, "Event")
    .pointer(TYPES.typeIndexTable + 8n * 16n, TYPE_64);
  leaves.forEach((leaf, index) => {
    memory.pointer(middle + BigInt(index * 8), leaf);
    if (leaf !== 0n) memory.zeros(leaf, 0x1000).pointer(leaf + 0x10n, HEADER_64 | 1n);
  });
  return memory;
}

function walkWin7(memory: SparseMemory): HandleTableWalk {
  const space = { memory, layouts: findLayouts(7601, "x64") };
  return walkHandleTable(space, TABLE_64, new ObjectTypes(space, TYPES));
}

Deno.test("walkHandleTable() reports which handles are missing, and joins neighbours with the same reason", () => {
  const leaves = [1n, 2n, 3n, 4n].map((index) => LEAF_64 + index * 0x1000n);
  const memory = twoLevels(leaves).drop(leaves[1]!).drop(leaves[2]!);
  const { handles, incomplete } = walkWin7(memory);
  assertEquals(handles.map(({ handle }) => handle), [4, 0xc04]);
  assertEquals(incomplete, ["its handles 0x400 to 0xbfc are missing (the memory is not there)"]);
});

Deno.test("walkHandleTable() skips leaves that were never made", () => {
  const { handles, incomplete } = walkWin7(twoLevels([LEAF_64, 0n, LEAF_64 + 0x1000n]));
  assertEquals(handles.map(({ handle }) => handle), [4, 0x804]);
  assertEquals(incomplete, []);
});

Deno.test("walkHandleTable() reads a page only once if a damaged table leads to it again", () => {
  const { handles, incomplete } = walkWin7(twoLevels([LEAF_64, LEAF_64, LEAF_64]));
  assertEquals(handles.map(({ handle }) => handle), [4]);
  assertEquals(incomplete, [
    "its handle table is damaged: it leads to its page at 0xffffb10000100000 twice",
  ]);
});

Deno.test("walkHandleTable() rejects a fourth level and a table in user space", () => {
  for (const code of [LEAF_64 | 3n, 0x7ff6_1234_5000n]) {
    const memory = twoLevels([LEAF_64]).pointer(TABLE_64, code);
    assertEquals(walkWin7(memory), {
      handles: [],
      incomplete: [
        `its handle table is damaged: no table has 0x${code.toString(16)} as its TableCode`,
      ],
    });
  }
});

Deno.test("walkHandleTable() says why a table cannot be read at all", () => {
  const { incomplete } = walkWin7(new SparseMemory(8));
  assertEquals(incomplete, [
    "its handles are missing: Cannot read HANDLE_TABLE.TableCode at 0xffffb10000000040: " +
    "the memory is not there",
  ]);
});

Deno.test("walkHandleTable() says how many handles have an unknown type", () => {
  const memory = twoLevels([LEAF_64]).drop(TYPES.typeIndexTable);
  assertEquals(walkWin7(memory).incomplete, ["the types of 1 of its 1 handles are not known"]);
});
