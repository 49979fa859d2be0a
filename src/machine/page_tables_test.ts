import { assertEquals, assertThrows } from "@std/assert";
import { AddressSpace, FrameAllocator } from "./page_tables.ts";
import { Mmu } from "./cpu/mmu.ts";
import { PhysicalMemory } from "./cpu/physical_memory.ts";

const WRITABLE = { writable: true, user: true };

Deno.test("AddressSpace.map() builds tables that the MMU walks to the same address", () => {
  const memory = new PhysicalMemory(0x10_0000);
  const space = new AddressSpace(memory, new FrameAllocator(memory, 0x1000));
  space.map({ start: 0x0040_0000, end: 0x0040_3000 }, WRITABLE);
  const mmu = new Mmu(memory);
  mmu.directoryTableBase = space.directoryTableBase;
  mmu.setMode(true, true);
  for (const address of [0x0040_0000, 0x0040_1ffc, 0x0040_2abc]) {
    assertEquals(mmu.translate(address, 0), space.physicalAddress(address));
  }
  assertEquals(space.physicalAddress(0x0040_3000), undefined);
});

Deno.test("AddressSpace.write() crosses pages and stops at an unmapped one", () => {
  const memory = new PhysicalMemory(0x10_0000);
  const space = new AddressSpace(memory, new FrameAllocator(memory, 0x1000));
  space.map({ start: 0x5000, end: 0x7000 }, WRITABLE);
  const bytes = Uint8Array.from({ length: 0x1800 }, (_, index) => index);
  space.write(0x5400, bytes);
  assertEquals(space.read(0x5400, bytes.length), bytes);
  assertThrows(
    () => space.write(0x6fff, new Uint8Array(2)),
    RangeError,
    "Cannot access guest memory at 0x7000: the page is not mapped",
  );
});

Deno.test("An address space created over the kernel's shares only the kernel half", () => {
  const memory = new PhysicalMemory(0x10_0000);
  const frames = new FrameAllocator(memory, 0x1000);
  const kernel = new AddressSpace(memory, frames);
  kernel.map({ start: 0x8000_0000, end: 0x8000_1000 }, { writable: true, user: false });
  kernel.map({ start: 0x1000, end: 0x2000 }, WRITABLE);
  const process = new AddressSpace(memory, frames, kernel);
  process.write32(0x8000_0010, 0xcafe);
  assertEquals(kernel.read32(0x8000_0010), 0xcafe);
  assertEquals(process.physicalAddress(0x1000), undefined);
});

Deno.test("FrameAllocator says when physical memory is used up", () => {
  const memory = new PhysicalMemory(0x3000);
  const frames = new FrameAllocator(memory, 0x1000);
  assertEquals([frames.allocate(), frames.allocate()], [0x1000, 0x2000]);
  assertThrows(
    () => frames.allocate(),
    RangeError,
    "all 0x3000 bytes of guest physical memory are in use",
  );
});
