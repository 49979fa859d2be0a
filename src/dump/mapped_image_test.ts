import { assertEquals } from "@std/assert";
import { bytesSource } from "../byte_source.ts";
import type { Memory } from "../memory.ts";
import type { Module } from "../module.ts";
import { Symbolizer } from "../symbols/symbolizer.ts";
import { readPacked, sharedFolder } from "./_shared_data_testing.ts";
import { mappedImage } from "./mapped_image.ts";
import { openMinidump } from "./minidump/dump.ts";
import { DumpMemory } from "./minidump/memory.ts";
import { readModules } from "./minidump/modules.ts";

/** The guest's kernel32: an image with exports. */
const FILE = Deno.readFileSync(new URL("../../testdata/guest/kernel32.dll", import.meta.url));
const MODULE: Module = {
  name: "KERNEL32",
  path: "C:\\WINDOWS\\system32\\kernel32.dll",
  base: 0x1_7000_0000n,
  size: imageSize(FILE),
};

function imageSize(file: Uint8Array): number {
  const view = new DataView(file.buffer, file.byteOffset);
  return view.getUint32(view.getUint32(0x3c, true) + 0x50, true);
}

/** The image as in memory: sections at their RVAs. */
function mapped(file: Uint8Array): Uint8Array {
  const view = new DataView(file.buffer, file.byteOffset);
  const nt = view.getUint32(0x3c, true);
  const image = new Uint8Array(imageSize(file));
  const sections = nt + 0x18 + view.getUint16(nt + 0x14, true);
  image.set(file.subarray(0, view.getUint32(nt + 0x54, true)));
  for (let index = 0; index < view.getUint16(nt + 6, true); index++) {
    const [, rva = 0, size = 0, offset = 0] = [8, 12, 16, 20]
      .map((field) => view.getUint32(sections + index * 40 + field, true));
    image.set(file.subarray(offset, offset + size), rva);
  }
  return image;
}

/** Memory that has an image at the module's base, without the pages that `isMissing` names. */
function memoryOf(
  image: Uint8Array,
  isMissing: (page: number) => boolean = () => false,
): Memory {
  return {
    pointerSize: 8,
    read(address, length): Uint8Array {
      const start = Number(address - MODULE.base);
      let end = start;
      while (end < Math.min(start + length, image.length) && !isMissing(end >> 12)) {
        end = Math.min((end | 0xfff) + 1, start + length, image.length);
      }
      return image.subarray(start, end);
    },
  };
}

function symbolsAt(rvas: readonly number[], image: ReturnType<typeof mappedImage>): unknown[] {
  using symbolizer = new Symbolizer();
  const status = symbolizer.addModule(MODULE, image ? { image } : {});
  assertEquals(status.kind, "exports");
  return symbolizer.symbolizeRvas(MODULE, Uint32Array.from(rvas))
    .map(({ symbol, displacement }) => [symbol, displacement]);
}

Deno.test("mappedImage() has the same export names as the file", () => {
  const rvas = Array.from({ length: 200 }, (_, index) => 0x1000 + index * 0x35);
  const fromFile = symbolsAt(rvas, bytesSource("kernel32.dll", FILE));
  assertEquals(symbolsAt(rvas, mappedImage(memoryOf(mapped(FILE)), MODULE)), fromFile);
});

Deno.test("mappedImage() accepts an image whose code is not in memory", () => {
  const view = new DataView(FILE.buffer, FILE.byteOffset);
  const exports = view.getUint32(view.getUint32(0x3c, true) + 0x78, true);
  const memory = memoryOf(mapped(FILE), (page) => page !== 0 && page !== exports >> 12);
  const image = mappedImage(memory, MODULE)!;
  assertEquals(image.read(MODULE.size - 16, 100).length, 16);
});

Deno.test("mappedImage() returns undefined if headers or exports are not in memory", () => {
  const view = new DataView(FILE.buffer, FILE.byteOffset);
  const exports = view.getUint32(view.getUint32(0x3c, true) + 0x78, true);
  for (const missing of [0, exports >> 12]) {
    assertEquals(
      mappedImage(memoryOf(mapped(FILE), (page) => page === missing), MODULE),
      undefined,
    );
  }
});

Deno.test("mappedImage() returns undefined for anything but an image, and for a damaged one", () => {
  for (let offset = 0; offset < 0x200; offset++) {
    const image = mapped(FILE);
    image[offset] = 0xff;
    mappedImage(memoryOf(image), MODULE)?.read(0, 0x2000);
  }
  const zeros: Memory = { pointerSize: 8, read: (_, length) => new Uint8Array(length) };
  assertEquals(mappedImage(zeros, MODULE), undefined);
  const ones: Memory = { pointerSize: 8, read: (_, length) => new Uint8Array(length).fill(0xff) };
  assertEquals(mappedImage(ones, MODULE), undefined);
});

Deno.test({
  name: "export names come from the memory of a real dump",
  ignore: sharedFolder("minidumps") === undefined,
  fn: async () => {
    const folder = sharedFolder("minidumps");
    const bytes = await readPacked(new URL("badhandle-x64-full.dmp", folder));
    const dump = openMinidump(bytesSource("full.dmp", bytes));
    const memory = new DumpMemory(dump);
    const wanted = /"address": "(0x[0-9a-f]+)"[^}]*"export_symbol": "(\w+)!(\w+)\+(0x[0-9a-f]+)"/g;
    const text = Deno.readTextFileSync(new URL("badhandle-x64-full.expected.json", folder));
    let compared = 0;
    using symbolizer = new Symbolizer();
    for (const { base, size, path } of readModules(dump).entries) {
      const module = { name: path, path, base, size };
      const image = mappedImage(memory, module);
      symbolizer.addModule(module, image ? { image } : {});
    }
    for (const [, address = "", , symbol, displacement] of text.matchAll(wanted)) {
      const [frame] = symbolizer.symbolize(BigUint64Array.of(BigInt(address)));
      assertEquals([frame?.symbol, frame?.displacement], [symbol, Number(displacement)]);
      compared++;
    }
    assertEquals(compared, 32);
  },
});
