import { assertEquals, assertThrows } from "@std/assert";
import { CPU_ARM64, MachO } from "./macho.ts";

const PAGE = 0x4000;

/** A segment of an image made here: one page each, except `__LINKEDIT`, which is as large as its tables. */
interface Part {
  readonly name: string;
  readonly section?: string;
  readonly size: number;
}

/** An image for ARM64: these segments one after another, then a symbol table of one symbol with its text. */
function image(parts: readonly Part[]): Uint8Array {
  const text = 0x20;
  const linkedit = parts.length * PAGE;
  const bytes = new Uint8Array(linkedit + 16 + text);
  const view = new DataView(bytes.buffer);
  const words = (at: number, ...values: number[]) =>
    values.forEach((value, index) => view.setUint32(at + index * 4, value, true));
  const long = (at: number, value: number) => view.setBigUint64(at, BigInt(value), true);
  const name = (at: number, name: string) => bytes.set(new TextEncoder().encode(name), at);
  let at = 32;
  const segments = [...parts, { name: "__LINKEDIT", size: 16 + text } as Part];
  for (const [index, { name: segment, section, size }] of segments.entries()) {
    const length = 72 + (section ? 80 : 0);
    words(at, 0x19, length);
    name(at + 8, segment);
    long(at + 24, 0x1_0000_0000 + index * PAGE); // vmaddr
    long(at + 32, PAGE); // vmsize
    long(at + 40, index * PAGE); // fileoff
    long(at + 48, index < parts.length ? PAGE : size); // filesize
    if (section) {
      words(at + 64, 1);
      name(at + 72, section);
      long(at + 72 + 40, size);
      words(at + 72 + 48, index * PAGE);
      bytes.fill(0xab, index * PAGE, index * PAGE + size);
    }
    at += length;
  }
  words(at, 0x2, 24, linkedit, 1, linkedit + 16, text); // LC_SYMTAB
  words(0, 0xfeedfacf, CPU_ARM64, 0, 2, segments.length + 1, at + 24 - 32, 0, 0);
  return bytes;
}

const TEXT: Part = { name: "__TEXT", size: PAGE };
const PROGRAM: Part = { name: "__SUI", section: "program", size: 0x100 };

Deno.test("MachO has an image's segments and sections, and finds no fault in a sound one", () => {
  const read = new MachO(image([TEXT, PROGRAM]));
  assertEquals(read.segments.map(({ name }) => name), ["__TEXT", "__SUI", "__LINKEDIT"]);
  assertEquals(read.section("__SUI", "program"), new Uint8Array(0x100).fill(0xab));
  assertEquals(read.section("__SUI", "other"), undefined);
  assertEquals(read.problems(), []);
});

Deno.test("MachO.withoutSegment() returns the original image", () => {
  assertEquals(new MachO(image([TEXT, PROGRAM])).withoutSegment("__SUI"), image([TEXT]));
  assertThrows(() => new MachO(image([TEXT])).withoutSegment("__SUI"), Error, "it has none");
});

Deno.test("MachO.cutAt() drops what follows the strings", () => {
  const whole = image([TEXT]);
  const longer = new Uint8Array(whole.length + 100);
  longer.set(whole);
  assertEquals(new MachO(longer).problems(), ["__LINKEDIT is not the end of the file"]);
  const cut = new MachO(new MachO(longer).cutAt(whole.length));
  assertEquals([cut.bytes.length, cut.problems()], [whole.length, []]);
});

Deno.test("MachO says what a loader would reject", () => {
  const overlapping = image([TEXT, PROGRAM]);
  const view = new DataView(overlapping.buffer);
  view.setBigUint64(32 + 48, BigInt(2 * PAGE), true); // filesize of __TEXT
  view.setBigUint64(32 + 40, 1n, true); // and its fileoff
  assertEquals(new MachO(overlapping).problems(), [
    "__TEXT begins within a page",
    "__TEXT is larger in the file than in memory",
    "__TEXT overlaps __SUI in the file",
  ]);
  const short = image([TEXT]);
  assertThrows(() => new MachO(short.subarray(0, 100)), Error, "its load command 0 is not whole");
  assertThrows(() => new MachO(new Uint8Array(64)), Error, "it is not a 64-bit Mach-O");
});

Deno.test("MachO.isSignatureValid() is undefined without a signature", async () => {
  assertEquals(await new MachO(image([TEXT])).isSignatureValid(), undefined);
});
