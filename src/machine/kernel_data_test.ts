import { assertEquals } from "@std/assert";
import { Arena } from "./arena.ts";
import { testImage } from "./_image_testing.ts";
import { placeLoaderBlock, writeDebuggerData, writeModuleList } from "./kernel_data.ts";
import { type LoadedImage, loadImage } from "./loader.ts";
import { KERNEL_MAP } from "./memory_map.ts";
import { AddressSpace, FrameAllocator } from "./page_tables.ts";
import { parseImage } from "./pe_image.ts";
import { PhysicalMemory } from "./cpu/physical_memory.ts";

/** Where the fake kernel exports its variables: in its zero-filled data. */
const EXPORTS: Readonly<Record<string, number>> = {
  PsLoadedModuleList: 0x2200,
  PsActiveProcessHead: 0x2208,
  KdDebuggerDataBlock: 0x2210,
};

function kernelSpace(): { space: AddressSpace; kernel: LoadedImage; arena: Arena } {
  const memory = new PhysicalMemory(0x100_0000);
  const space = new AddressSpace(memory, new FrameAllocator(memory, 0x1000));
  space.map(KERNEL_MAP.bootLoader, { writable: true, user: false });
  const image = parseImage("ntoskrnl.exe", testImage());
  const loaded = loadImage(space, image, 0x8010_0000, false);
  const kernel = {
    ...loaded,
    address: (symbol: string | number) => loaded.base + (EXPORTS[symbol] ?? 0),
  };
  return { space, kernel, arena: new Arena(space, KERNEL_MAP.bootLoader) };
}

Deno.test("writeModuleList() links the kernel on PsLoadedModuleList", () => {
  const { space, kernel, arena } = kernelSpace();
  writeModuleList(space, arena, kernel);
  const head = 0x8010_2200;
  const entry = space.read32(head);
  assertEquals(space.read32(entry), head);
  assertEquals(space.read32(head + 4), entry);
  assertEquals(space.read32(entry + 0x18), 0x8010_0000);
  assertEquals(space.read32(entry + 0x20), 0x3000);
  const length = space.read32(entry + 0x2c) & 0xffff;
  const name = space.read(space.read32(entry + 0x30), length);
  assertEquals(new TextDecoder("utf-16le").decode(name), "ntoskrnl.exe");
});

Deno.test("writeDebuggerData() marks the block and sign-extends its pointers", () => {
  const { space, kernel } = kernelSpace();
  writeDebuggerData(space, kernel);
  const block = new DataView(space.read(0x8010_2210, 0x290).buffer);
  const tag = new TextDecoder().decode(space.read(0x8010_2210 + 0x10, 4));
  assertEquals(tag, "KDBG");
  assertEquals(block.getUint32(0x14, true), 0x290);
  assertEquals(block.getBigUint64(0x18, true), 0xffff_ffff_8010_0000n);
  assertEquals(block.getBigUint64(0x48, true), 0xffff_ffff_8010_2200n);
  assertEquals(block.getBigUint64(0x50, true), 0xffff_ffff_8010_2208n);
});

Deno.test("placeLoaderBlock() has the layout of loader_block.h", () => {
  const { space, arena } = kernelSpace();
  const process = {
    directoryTableBase: 0x3000,
    startAddress: 0x1111,
    parameter: 0x2222,
    processId: 8,
    threadId: 0xc,
    imageFileName: "a name that is too long.exe",
  };
  const block = placeLoaderBlock(
    arena,
    0x1000,
    { target: process, debugger: { ...process, directoryTableBase: 0x4000 } },
    { traceFromMain: true, server2003: true },
  );
  assertEquals(space.read32(block), 3);
  assertEquals(space.read32(block + 0x04), KERNEL_MAP.nonPagedPool.start);
  assertEquals(space.read32(block + 0x10), KERNEL_MAP.pagedPool.end);
  assertEquals(space.read32(block + 0x14), 0x1000);
  assertEquals(space.read32(block + 0x18), 0x3000);
  assertEquals(space.read32(block + 0x18 + 0x14), 0x1111);
  assertEquals(space.read32(block + 0x18 + 0x28), 0xc);
  assertEquals(space.read32(block + 0x54), 0x4000);
  const name = new TextDecoder().decode(space.read(block + 0x18 + 0x2c, 16));
  assertEquals(name, "a name that is \0");
});
