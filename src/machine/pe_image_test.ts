import { assert, assertEquals, assertThrows } from "@std/assert";
import { ImageError, parseImage, relocatedBytes } from "./pe_image.ts";
import { testImage } from "./_image_testing.ts";

Deno.test("parseImage() places sections and fills the rest with zeros", () => {
  const image = parseImage("test.dll", testImage());
  assertEquals(image.preferredBase, 0x1000_0000);
  assertEquals(image.bytes.length, 0x3000);
  assertEquals(image.entryPoint, 0x1000);
  assertEquals(image.sections, [
    { name: ".text", rva: 0x1000, size: 0x200, writable: false },
    { name: ".data", rva: 0x2000, size: 0x800, writable: true },
  ]);
  assertEquals(image.bytes[0x1000], 0xc3);
  assertEquals(image.bytes[0x2000], 0x11);
  assertEquals(image.bytes[0x2200], 0); // beyond what the file stores
});

Deno.test("parseImage() lists exports by name and by ordinal, forwarders as text", () => {
  const { exports } = parseImage("test.dll", testImage());
  assertEquals([...exports.byName], [["Forwarded", "other.Function"], ["Run", 0x1000]]);
  assertEquals([...exports.byOrdinal], [[5, 0x1000], [6, "other.Function"]]);
});

Deno.test("parseImage() lists imports by name and by ordinal with their slots", () => {
  const { imports } = parseImage("test.dll", testImage());
  assertEquals(imports, [
    { from: "other.dll", symbol: "Function", slot: 0x2080 },
    { from: "other.dll", symbol: 7, slot: 0x2084 },
  ]);
});

Deno.test("relocatedBytes() adds the distance to every relocated address, on a copy", () => {
  const image = parseImage("test.dll", testImage());
  const moved = new DataView(relocatedBytes(image, 0x2345_0000).buffer);
  assertEquals(moved.getUint32(0x1004, true), 0x2345_1000);
  assertEquals(new DataView(image.bytes.buffer).getUint32(0x1004, true), 0x1000_1000);
});

Deno.test("relocatedBytes() says that an image has no relocations", () => {
  const file = testImage();
  new DataView(file.buffer).setUint32(0x98 + 0x60 + 5 * 8, 0, true); // the relocation directory's RVA
  const image = parseImage("test.dll", file);
  assertEquals(relocatedBytes(image, image.preferredBase), image.bytes);
  assertThrows(() => relocatedBytes(image, 0x2000_0000), ImageError, "it has no relocations");
});

Deno.test("parseImage() rejects anything but a 32-bit x86 image with a message", () => {
  assertThrows(
    () => parseImage("a.txt", new TextEncoder().encode("hello".padEnd(64))),
    ImageError,
    "Cannot load a.txt: it does not begin with MZ",
  );
  const amd64 = testImage();
  new DataView(amd64.buffer).setUint16(0x84, 0x8664, true);
  assertThrows(() => parseImage("a.exe", amd64), ImageError, "it is for machine 0x8664");
  const pe32plus = testImage();
  new DataView(pe32plus.buffer).setUint16(0x98, 0x20b, true);
  assertThrows(
    () => parseImage("a.exe", pe32plus),
    ImageError,
    "it is for machine 0x14c, with an optional header of kind 0x20b; give it",
  );
});

Deno.test("parseImage() survives a file cut anywhere", () => {
  const file = testImage();
  for (let length = 0; length < file.length; length++) {
    assertThrows(() => parseImage("cut.dll", file.slice(0, length)), ImageError, "Cannot load");
  }
});

Deno.test("parseImage() survives any wrong byte in headers and tables", () => {
  const file = testImage();
  let refused = 0;
  for (let offset = 0; offset < file.length; offset++) {
    for (const value of [0x00, 0x7f, 0xff]) {
      const damaged = file.slice();
      damaged[offset] = value;
      try {
        relocatedBytes(parseImage("damaged.dll", damaged), 0x2345_0000);
      } catch (error) {
        assert(error instanceof ImageError, `byte ${offset} = ${value}: ${error}`);
        refused++;
      }
    }
  }
  assert(refused > 100, `only ${refused} damaged files were refused`);
});
