import { assertEquals, assertThrows } from "@std/assert";
import { ALL_RIGHTS, GUEST, TestGuest } from "./_guest_testing.ts";
import { CpuException } from "./cpu_exception.ts";
import { ACCESS, Mmu, PTE } from "./mmu.ts";
import { PhysicalMemory, PhysicalMemoryError } from "./physical_memory.ts";

const DIRECTORY = 0x1000;
const TABLE = 0x2000;
const PAGE = 0x0040_3000;
const FRAME = 0x5000;

/** Page tables that map one page with the given bits, in both levels. */
function mapped(
  pde: number,
  pte: number,
  writeProtect = true,
): { mmu: Mmu; memory: PhysicalMemory } {
  const memory = new PhysicalMemory(0x10000);
  memory.write32(DIRECTORY + 4, TABLE | pde);
  memory.write32(TABLE + 3 * 4, FRAME | pte);
  const mmu = new Mmu(memory);
  mmu.directoryTableBase = DIRECTORY;
  mmu.setMode(true, writeProtect);
  return { mmu, memory };
}

/** The error code of the page fault that a translation raises. */
function errorCode(mmu: Mmu, linear: number, access: number): number | undefined {
  try {
    mmu.translate(linear, access);
  } catch (thrown) {
    if (thrown instanceof CpuException && thrown.vector === 14) {
      assertEquals(thrown.address, linear);
      return thrown.errorCode;
    }
    throw thrown;
  }
}

Deno.test("without paging, linear addresses are physical ones", () => {
  const mmu = new Mmu(new PhysicalMemory(0x10000));
  assertEquals(mmu.translate(0x1234, ACCESS.write | ACCESS.user), 0x1234);
});

Deno.test("translate() walks both levels and keeps the offset", () => {
  const { mmu } = mapped(ALL_RIGHTS, ALL_RIGHTS);
  assertEquals(mmu.translate(PAGE + 0xabc, ACCESS.read), FRAME + 0xabc);
});

Deno.test("a missing page or table faults without the protection bit", () => {
  const { mmu } = mapped(ALL_RIGHTS, PTE.writable);
  assertEquals(errorCode(mmu, PAGE, ACCESS.read), 0);
  assertEquals(errorCode(mmu, PAGE, ACCESS.write | ACCESS.user), 6);
  assertEquals(errorCode(mmu, 0x8000_0000, ACCESS.user), 4);
});

Deno.test("ring 3 needs the user bit in both levels", () => {
  assertEquals(errorCode(mapped(PTE.present, ALL_RIGHTS).mmu, PAGE, ACCESS.user), 5);
  assertEquals(errorCode(mapped(ALL_RIGHTS, PTE.present).mmu, PAGE, ACCESS.user), 5);
  assertEquals(errorCode(mapped(PTE.present, PTE.present).mmu, PAGE, ACCESS.read), undefined);
});

Deno.test("ring 3 never writes to a read-only page, ring 0 does without CR0.WP", () => {
  const readOnly = PTE.present | PTE.user;
  assertEquals(errorCode(mapped(ALL_RIGHTS, readOnly).mmu, PAGE, ACCESS.write), 3);
  assertEquals(errorCode(mapped(readOnly, ALL_RIGHTS).mmu, PAGE, ACCESS.write), 3);
  const { mmu } = mapped(ALL_RIGHTS, readOnly, false);
  assertEquals(errorCode(mmu, PAGE, ACCESS.write), undefined);
  assertEquals(errorCode(mmu, PAGE, ACCESS.write | ACCESS.user), 7);
});

Deno.test("a read sets accessed in both levels, and only a write sets dirty", () => {
  const { mmu, memory } = mapped(ALL_RIGHTS, ALL_RIGHTS);
  mmu.translate(PAGE, ACCESS.read);
  assertEquals(memory.read32(DIRECTORY + 4), TABLE | ALL_RIGHTS | PTE.accessed);
  assertEquals(memory.read32(TABLE + 12), FRAME | ALL_RIGHTS | PTE.accessed);
  mmu.translate(PAGE, ACCESS.write);
  assertEquals(memory.read32(TABLE + 12), FRAME | ALL_RIGHTS | PTE.accessed | PTE.dirty);
});

Deno.test("a translation is kept until it is dropped", () => {
  const { mmu, memory } = mapped(ALL_RIGHTS, ALL_RIGHTS);
  mmu.translate(PAGE, ACCESS.read);
  memory.write32(TABLE + 12, 0x6000 | ALL_RIGHTS);
  assertEquals(mmu.translate(PAGE, ACCESS.read), FRAME);
  mmu.invalidate(PAGE);
  assertEquals(mmu.translate(PAGE, ACCESS.read), 0x6000);
  memory.write32(TABLE + 12, 0x7000 | ALL_RIGHTS);
  mmu.directoryTableBase = DIRECTORY;
  assertEquals(mmu.translate(PAGE, ACCESS.read), 0x7000);
});

Deno.test("two pages that share a TLB entry are not confused", () => {
  const { mmu, memory } = mapped(ALL_RIGHTS, ALL_RIGHTS);
  memory.write32(DIRECTORY + 8, TABLE | ALL_RIGHTS); // 4 MiB further: as many pages as the TLB has entries
  memory.write32(TABLE + 12, FRAME | ALL_RIGHTS);
  mmu.translate(PAGE, ACCESS.read);
  memory.write32(TABLE + 12, 0x6000 | ALL_RIGHTS);
  assertEquals(mmu.translate(PAGE + 0x0040_0000, ACCESS.read), 0x6000);
});

Deno.test("a frame outside physical memory is the machine's error, not the guest's", () => {
  const { mmu, memory } = mapped(ALL_RIGHTS, ALL_RIGHTS);
  memory.write32(TABLE + 12, 0x7fff_f000 | ALL_RIGHTS);
  assertThrows(() => mmu.translate(PAGE, ACCESS.read), PhysicalMemoryError);
  assertEquals(mmu.probe(PAGE), undefined);
});

Deno.test("probe() reads page tables without changing them", () => {
  const { mmu, memory } = mapped(PTE.present, PTE.present);
  assertEquals(mmu.probe(PAGE + 5), FRAME + 5);
  assertEquals(mmu.probe(PAGE + 0x1000), undefined);
  assertEquals(memory.read32(TABLE + 12), FRAME | PTE.present);
});

Deno.test("loads and stores across a page boundary use both pages", () => {
  const guest = new TestGuest();
  const { cpu } = guest;
  guest.map(GUEST.data, (GUEST.data + 0x1000) | ALL_RIGHTS);
  guest.map(GUEST.data + 0x1000, GUEST.data | ALL_RIGHTS);
  for (let back = 1; back <= 3; back++) {
    const address = GUEST.data + 0x1000 - back;
    cpu.linear.store32(address, 0x4433_2211);
    assertEquals(cpu.linear.load32(address), 0x4433_2211);
    assertEquals(cpu.memory.read8(GUEST.data + 0x2000 - back), 0x11);
    assertEquals(cpu.memory.read8(GUEST.data + 3 - back), 0x44);
  }
  cpu.linear.store16(GUEST.data + 0xfff, 0xbbaa);
  assertEquals(cpu.linear.load16(GUEST.data + 0xfff), 0xbbaa);
  assertEquals(cpu.memory.read8(GUEST.data), 0xbb);
});

Deno.test("peek() ends before the first missing page", () => {
  const guest = new TestGuest();
  guest.map(GUEST.data + 0x1000, 0);
  assertEquals(guest.cpu.linear.peek(GUEST.data + 0xff0, 0x20).length, 0x10);
  assertEquals(guest.cpu.linear.peek(GUEST.data - 0x10, 0x20).length, 0x20);
  assertEquals(guest.cpu.linear.peek(0x8000_0000, 4).length, 0);
});
