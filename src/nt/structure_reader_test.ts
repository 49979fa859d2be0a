import { assertEquals, assertThrows } from "@std/assert";
import { MemoryError } from "../memory.ts";
import { findLayouts, LayoutError } from "./layouts.ts";
import {
  extractBits,
  isSystemAddress,
  StructureReader,
  unicodeString,
  unsignedOf,
  whereReadable,
} from "./structure_reader.ts";
import { SparseMemory } from "./_memory_testing.ts";

const XP = findLayouts(2600, "x86");
const PROCESS = 0x8140_0f00n;

Deno.test("StructureReader reads the fields in front of a missing page", () => {
  // ObjectTable, at C4, is in the first page; ImageFileName, at 174, in the next.
  const memory = new SparseMemory(4).pointer(PROCESS + 0xc4n, 0xe10c_cf60n);
  const process = new StructureReader({ memory, layouts: XP }, "EPROCESS", PROCESS);
  assertEquals(process.pointer("ObjectTable"), 0xe10c_cf60n);
  const error = assertThrows(() => process.bytes("ImageFileName"), MemoryError);
  assertEquals(
    error.message,
    "Cannot read EPROCESS.ImageFileName at 0x81401074: the memory is not there",
  );
  assertEquals(whereReadable(() => process.bytes("ImageFileName")), undefined);
});

Deno.test("StructureReader takes the first word of a directory table base of two", () => {
  const memory = new SparseMemory(4).u32(PROCESS + 0x18n, 0x39000).u32(PROCESS + 0x1cn, 0x39001);
  const process = new StructureReader({ memory, layouts: XP }, "KPROCESS", PROCESS);
  assertEquals(process.pointer("DirectoryTableBase"), 0x39000n);
});

Deno.test("StructureReader rejects fields that the build does not have", () => {
  const space = { memory: new SparseMemory(4), layouts: XP };
  const table = new StructureReader(space, "HANDLE_TABLE", 0n);
  assertEquals(table.has("FreeLists"), false);
  assertThrows(() => table.addressOf("FreeLists"), LayoutError, "this build has no such field");
});

Deno.test("unicodeString() is empty if its text is missing, and ignores an odd byte", () => {
  const memory = new SparseMemory(8).unicode(0x1000n, 0x2000n, "\\Device\\Ä");
  const space = { memory, layouts: findLayouts(19041, "x64") };
  const string = new StructureReader(space, "UNICODE_STRING", 0x1000n);
  assertEquals(unicodeString(space, string), "\\Device\\Ä");
  memory.integer(0x1000n, 3, 2);
  assertEquals(unicodeString(space, string), "\\");
  memory.drop(0x2000n);
  assertEquals(unicodeString(space, string), "");
});

Deno.test("extractBits() returns the bits of a bit field and the whole of a plain field", () => {
  const bits = { offset: 0, size: 8, bits: { first: 20, count: 44 } };
  assertEquals(extractBits(0xffff_f123_4560_0001n, bits), 0xfff_ff12_3456n);
  assertEquals(extractBits(0x1234n, { offset: 0, size: 8 }), 0x1234n);
});

Deno.test("unsignedOf() reads any width, little-endian", () => {
  assertEquals(unsignedOf(Uint8Array.of()), 0n);
  assertEquals(unsignedOf(Uint8Array.of(1, 2, 3)), 0x030201n);
  assertEquals(unsignedOf(new Uint8Array(8).fill(0xff)), 0xffff_ffff_ffff_ffffn);
});

Deno.test("isSystemAddress() recognizes the system half of both widths", () => {
  const of = (size: 4 | 8) => (address: bigint): boolean => isSystemAddress(address, size);
  assertEquals([0x7fff_ffffn, 0x8000_0000n, 0x1_0000_0000n].map(of(4)), [false, true, false]);
  assertEquals([0x7fff_ffff_ffffn, 0xffff_8000_0000_0000n].map(of(8)), [false, true]);
});
