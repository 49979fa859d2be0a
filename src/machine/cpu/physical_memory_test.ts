import { assertEquals, assertThrows } from "@std/assert";
import { PhysicalMemory, PhysicalMemoryError } from "./physical_memory.ts";

Deno.test("memory is little-endian and rounded up to pages", () => {
  const memory = new PhysicalMemory(0x1001);
  assertEquals(memory.size, 0x2000);
  memory.write32(0x10, 0x8765_4321);
  assertEquals(memory.readBytes(0x10, 4), Uint8Array.of(0x21, 0x43, 0x65, 0x87));
  assertEquals([memory.read8(0x13), memory.read16(0x12), memory.read32(0x10)], [
    0x87,
    0x8765,
    0x8765_4321,
  ]);
  memory.write16(0x11, 0xabcd);
  memory.write8(0x10, 0x1ff);
  assertEquals(memory.read32(0x10), 0x87ab_cdff);
});

Deno.test("an access that begins or ends outside names address, length and size", () => {
  const memory = new PhysicalMemory(0x1000);
  const error = assertThrows(() => memory.read32(0xffd), PhysicalMemoryError);
  assertEquals([error.physicalAddress, error.length], [0xffd, 4]);
  assertEquals(
    error.message,
    "Cannot access 4 bytes at physical address 0xffd: the machine has 0x1000 bytes; " +
      "give it more memory or correct the page tables",
  );
  assertThrows(() => memory.write8(0x1000, 0), PhysicalMemoryError);
  assertThrows(() => memory.write16(-1, 0), PhysicalMemoryError);
  assertThrows(() => memory.readBytes(0, 0x1001), PhysicalMemoryError);
  assertThrows(() => memory.writeBytes(0xfff, new Uint8Array(2)), PhysicalMemoryError);
});

Deno.test("an invalid size is rejected", () => {
  for (const size of [0, -1, 1.5, NaN, 2 ** 40]) {
    assertThrows(() => new PhysicalMemory(size), RangeError, "Cannot create physical memory");
  }
});

Deno.test("writes to watched pages are reported, even if they begin in the page before", () => {
  const memory = new PhysicalMemory(0x3000);
  const writes: [number, number][] = [];
  memory.setWatcher((physicalAddress, length) => writes.push([physicalAddress, length]));
  memory.watch(0x1000);
  memory.write32(0xffe, 0);
  memory.write8(0x1fff, 0);
  memory.write16(0x1fff, 0);
  memory.write32(0x2000, 0);
  memory.writeBytes(0xff0, new Uint8Array(0x2000));
  assertEquals(writes, [[0xffe, 4], [0x1fff, 1], [0x1fff, 2], [0x1000, 0x1000]]);
});
