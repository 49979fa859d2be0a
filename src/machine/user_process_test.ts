import { assertEquals, assertThrows } from "@std/assert";
import { testImage } from "./_image_testing.ts";
import { type LoadedImage, loadImageAnywhere } from "./loader.ts";
import { USER_MAP } from "./memory_map.ts";
import { AddressSpace, FrameAllocator } from "./page_tables.ts";
import { parseImage } from "./pe_image.ts";
import { PhysicalMemory } from "./cpu/physical_memory.ts";
import { prepareProcess } from "./user_process.ts";

/** Two images and a command line in a fresh address space. */
function prepared(commandLine = "test.exe one two"): AddressSpace {
  const memory = new PhysicalMemory(0x100_0000);
  const space = new AddressSpace(memory, new FrameAllocator(memory, 0x1000));
  const load = (name: string): LoadedImage =>
    loadImageAnywhere(space, parseImage(name, testImage()), USER_MAP.relocatedImages);
  prepareProcess(space, {
    program: load("test.exe"),
    libraries: [load("OTHER.DLL")],
    commandLine,
    debuggerPresent: true,
    server2003: false,
    processId: 0x7e8,
    threadId: 0x7ec,
  });
  return space;
}

/** Reads a UNICODE_STRING: length in bytes at 0, buffer at 4. */
function readText(space: AddressSpace, address: number): string {
  const length = space.read32(address) & 0xffff;
  return new TextDecoder("utf-16le").decode(space.read(space.read32(address + 4), length));
}

// Byte offsets below are literal: they are those of Windows XP SP2, independent of our tables.

Deno.test("prepareProcess() fills the PEB and the TEB as in Windows XP", () => {
  const space = prepared();
  const peb = USER_MAP.peb.start;
  assertEquals(space.read(peb + 2, 1), new Uint8Array([1])); // BeingDebugged
  assertEquals(space.read32(peb + 0x08), 0x1000_0000); // ImageBaseAddress
  assertEquals(space.read32(peb + 0xa4), 5); // OSMajorVersion
  assertEquals(space.read32(peb + 0xa8), 1);
  assertEquals(space.read32(peb + 0xac) & 0xffff, 2600);
  const teb = USER_MAP.teb.start;
  assertEquals(space.read32(teb), 0xffff_ffff); // no exception handlers
  assertEquals(space.read32(teb + 4), USER_MAP.stack.end);
  assertEquals(space.read32(teb + 8), USER_MAP.stack.start);
  assertEquals(space.read32(teb + 0x18), teb);
  assertEquals(space.read32(teb + 0x20), 0x7e8);
  assertEquals(space.read32(teb + 0x24), 0x7ec);
  assertEquals(space.read32(teb + 0x30), peb);
});

Deno.test("prepareProcess() writes the command line and the image's path", () => {
  const space = prepared();
  const parameters = space.read32(USER_MAP.peb.start + 0x10);
  assertEquals(readText(space, parameters + 0x38), "C:\\badhandle\\test.exe");
  assertEquals(readText(space, parameters + 0x40), "test.exe one two");
});

Deno.test("prepareProcess() links every image on the loader's lists, both ways", () => {
  const space = prepared();
  const data = space.read32(USER_MAP.peb.start + 0x0c);
  // Offset of the list head in PEB_LDR_DATA, and of the links in LDR_DATA_TABLE_ENTRY.
  const walk = (head: number, links: number, direction: 0 | 4): string[] => {
    const names: string[] = [];
    for (
      let link = space.read32(data + head + direction);
      link !== data + head;
      link = space.read32(link + direction)
    ) names.push(readText(space, link - links + 0x2c));
    return names;
  };
  // The test image imports from "other.dll"; a DLL is listed as its importer spells it.
  assertEquals(walk(0x0c, 0x00, 0), ["test.exe", "other.dll"]);
  assertEquals(walk(0x14, 0x08, 0).length, 2);
  assertEquals(walk(0x14, 0x08, 4).length, 2);
  assertEquals(walk(0x1c, 0x10, 0).length, 1);
  const first = space.read32(data + 0x0c);
  const second = space.read32(first);
  assertEquals(space.read32(first + 0x18), 0x1000_0000); // DllBase
  assertEquals(space.read32(second + 0x18), 0x1001_0000);
  assertEquals(space.read32(first + 0x1c), 0x1000_1000); // EntryPoint
  assertEquals(space.read32(first + 0x20), 0x3000); // SizeOfImage
  assertEquals(readText(space, second + 0x24), "C:\\WINDOWS\\system32\\other.dll");
});

Deno.test("prepareProcess() says that the command line does not fit", () => {
  assertThrows(() => prepared("x".repeat(0x2000)), RangeError, "use a shorter command line");
});
