import { assertEquals, assertThrows } from "@std/assert";
import { testImage } from "./_image_testing.ts";
import { bindImports, type LoadedImage, loadImage, loadImageAnywhere } from "./loader.ts";
import { AddressSpace, FrameAllocator } from "./page_tables.ts";
import { ImageError, parseImage } from "./pe_image.ts";
import { PTE } from "./cpu/mmu.ts";
import { PhysicalMemory } from "./cpu/physical_memory.ts";

const ROOM = { start: 0x2000_0000, end: 0x2010_0000 };

function newSpace(): { space: AddressSpace; memory: PhysicalMemory } {
  const memory = new PhysicalMemory(0x10_0000);
  return { space: new AddressSpace(memory, new FrameAllocator(memory, 0x1000)), memory };
}

/** An image named `name` with the given exports by RVA. */
function exporter(name: string, symbols: Readonly<Record<string | number, number>>): LoadedImage {
  const image = parseImage(name, testImage());
  const { space } = newSpace();
  const loaded = loadImage(space, image, 0x3000_0000, true);
  return { ...loaded, address: (symbol) => symbols[symbol] ?? loaded.address(symbol) };
}

Deno.test("loadImage() maps the image with the protection of its sections", () => {
  const { space, memory } = newSpace();
  const loaded = loadImage(space, parseImage("test.dll", testImage()), 0x1000_0000, true);
  assertEquals(loaded.size, 0x3000);
  assertEquals(loaded.entryPoint, 0x1000_1000);
  assertEquals(loaded.address("Run"), 0x1000_1000);
  assertEquals(loaded.address(5), 0x1000_1000);
  assertEquals(space.read(0x1000_1000, 1), new Uint8Array([0xc3]));
  const entryOf = (address: number): number => {
    const table = memory.read32(space.directoryTableBase + (address >>> 22) * 4) & PTE.frame;
    return memory.read32((table >>> 0) + ((address >>> 12) & 0x3ff) * 4);
  };
  assertEquals(entryOf(0x1000_1000) & 7, PTE.present | PTE.user);
  assertEquals(entryOf(0x1000_2000) & 7, PTE.present | PTE.user | PTE.writable);
});

Deno.test("loadImageAnywhere() relocates an image whose base is taken", () => {
  const { space } = newSpace();
  const image = parseImage("test.dll", testImage());
  assertEquals(loadImageAnywhere(space, image, ROOM).base, image.preferredBase);
  const second = loadImageAnywhere(space, image, ROOM);
  assertEquals(second.base, ROOM.start);
  assertEquals(space.read32(second.base + 0x1004), ROOM.start + 0x1000);
  assertEquals(loadImageAnywhere(space, image, ROOM).base, ROOM.start + 0x1_0000);
});

Deno.test("bindImports() writes the addresses of names and ordinals", () => {
  const { space } = newSpace();
  const loaded = loadImage(space, parseImage("test.dll", testImage()), 0x1000_0000, true);
  bindImports(space, loaded, [exporter("OTHER.DLL", { Function: 0x1234, 7: 0x5678 })]);
  assertEquals(space.read32(0x1000_2080), 0x1234);
  assertEquals(space.read32(0x1000_2084), 0x5678);
});

Deno.test("bindImports() says which image or which export is missing", () => {
  const { space } = newSpace();
  const loaded = loadImage(space, parseImage("test.dll", testImage()), 0x1000_0000, true);
  assertThrows(
    () => bindImports(space, loaded, []),
    ImageError,
    "Cannot load test.dll: it imports Function from other.dll, which is not there",
  );
  assertThrows(
    () => bindImports(space, loaded, [exporter("other.dll", {})]),
    ImageError,
    "Cannot load other.dll: it does not export Function",
  );
});

Deno.test("LoadedImage.address() says that forwarders are not followed", () => {
  const { space } = newSpace();
  const loaded = loadImage(space, parseImage("test.dll", testImage()), 0x1000_0000, true);
  assertThrows(() => loaded.address("Forwarded"), ImageError, "is forwarded to other.Function");
});
