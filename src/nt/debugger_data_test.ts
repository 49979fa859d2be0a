import { assertEquals, assertThrows } from "@std/assert";
import { MemoryError } from "../memory.ts";
import { DebuggerDataError, readDebuggerData } from "./debugger_data.ts";
import { SparseMemory } from "./_memory_testing.ts";

const BLOCK = 0x8054_c000n;

/** A block of a 32-bit kernel, which sign-extends its addresses. */
function block(pointerSize: 4 | 8, size: number): SparseMemory {
  return new SparseMemory(pointerSize)
    .zeros(BLOCK, size)
    .ascii(BLOCK + 0x10n, "KDBG")
    .u32(BLOCK + 0x14n, size)
    .integer(BLOCK + 0x48n, 0xffff_ffff_8054_1230n, 8)
    .integer(BLOCK + 0x50n, 0xffff_ffff_8054_4560n, 8);
}

Deno.test("readDebuggerData() undoes the sign extension of 32-bit addresses", () => {
  assertEquals(readDebuggerData(block(4, 0x290), BLOCK), {
    psLoadedModuleList: 0x8054_1230n,
    psActiveProcessHead: 0x8054_4560n,
  });
});

Deno.test("readDebuggerData() keeps the upper half of 64-bit addresses", () => {
  const { psLoadedModuleList } = readDebuggerData(block(8, 0x340), BLOCK);
  assertEquals(psLoadedModuleList, 0xffff_ffff_8054_1230n);
});

Deno.test("readDebuggerData() rejects an encoded block and a false size", () => {
  const encoded = block(8, 0x340).ascii(BLOCK + 0x10n, "XXXX");
  assertThrows(() => readDebuggerData(encoded, BLOCK), DebuggerDataError, "it may be encoded");
  for (const size of [0, 0x40, 0xffff_fff0]) {
    const lying = block(8, 0x340).u32(BLOCK + 0x14n, size);
    assertThrows(() => readDebuggerData(lying, BLOCK), DebuggerDataError, "its size is");
  }
});

Deno.test("readDebuggerData() names the block if its memory is missing", () => {
  const error = assertThrows(() => readDebuggerData(new SparseMemory(8), BLOCK), MemoryError);
  assertEquals(
    error.message,
    "Cannot read KDDEBUGGER_DATA64 at 0x8054c000: the memory is not there",
  );
});
