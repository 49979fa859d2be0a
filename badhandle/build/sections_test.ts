import { assertEquals, assertThrows } from "@std/assert";
import { readSections } from "./sections.ts";

/** A COFF object with one section, whose name is in the string table after an empty symbol table. */
function objectWithLongName(name: string): Uint8Array {
  const bytes = new Uint8Array(0x100);
  const view = new DataView(bytes.buffer);
  const [sectionHeader, strings] = [20, 0x80];
  view.setUint16(0, 0x14c, true);
  view.setUint16(2, 1, true);
  view.setUint32(8, strings, true);
  bytes.set(new TextEncoder().encode("/4"), sectionHeader);
  view.setUint32(sectionHeader + 16, 0x123, true);
  bytes.set(new TextEncoder().encode(name), strings + 4);
  return bytes;
}

Deno.test("readSections() reads a long section name from the string table", () => {
  assertEquals(readSections(objectWithLongName("PAGE1$8018f3b6")), [
    { name: "PAGE1$8018f3b6", rva: 0, size: 0x123, fileOffset: 0 },
  ]);
});

Deno.test("readSections() reads an image's sections at their virtual sizes", () => {
  const image = Deno.readFileSync(new URL("../../testdata/guest/ntoskrnl.exe", import.meta.url));
  const gap = readSections(image).find(({ name }) => name === "PAGE3GAP");
  assertEquals(gap, { name: "PAGE3GAP", rva: 0xe4000, size: 0x3000, fileOffset: 0 });
});

Deno.test("readSections() rejects an image without a PE signature", () => {
  const bytes = new Uint8Array(0x100);
  bytes.set(new TextEncoder().encode("MZ"));
  assertThrows(() => readSections(bytes), SyntaxError, "no PE signature at 0x0");
});
