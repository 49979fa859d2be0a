import { assert, assertEquals } from "@std/assert";
import { BADHANDLE, type Image, IMAGES, released } from "./images.ts";
import { readSections } from "./sections.ts";

const GUEST = new URL("../../testdata/guest/", import.meta.url);
const GOLDEN = new URL("../../testdata/golden/documented-example.txt", import.meta.url);

/** The bytes of an image in memory from an address on. */
function bytesAt(image: Image, address: number, length: number): number[] {
  const bytes = Deno.readFileSync(new URL(image.file, GUEST));
  const section = readSections(bytes).find(({ rva, size }) => {
    const start = address - image.base - rva;
    return start >= 0 && start < size;
  });
  if (section === undefined) {
    throw new RangeError(`${image.file} has no section at 0x${address.toString(16)}`);
  }
  const offset = section.fileOffset + address - image.base - section.rva;
  return [...bytes.subarray(offset, offset + length)];
}

/** Whether the bytes before a return address are one of the near calls that clang emits. */
function endsWithCall(bytes: readonly number[]): boolean {
  const [first, second, , , fifth, sixth] = bytes;
  const isImported = first === 0xff && second === 0x15; // call [address], 6 bytes
  const isRelative = second === 0xe8; // call rel32, 5 bytes
  const isRegister = fifth === 0xff && sixth !== undefined && (sixth & 0xf8) === 0xd0; // 2 bytes
  return isRelative || isImported || isRegister;
}

Deno.test("Every documented return address follows a call in the function that it names", () => {
  const returns = new Map(
    IMAGES.flatMap((image) =>
      image.sections.flatMap((section) =>
        section.functions.flatMap((placed) =>
          placed.calls.map((call) => [placed.address + call.returnsAt, { image, placed }] as const)
        )
      )
    ),
  );
  const frames = Deno.readTextFileSync(GOLDEN)
    .matchAll(/^0x([0-9A-F]{8}): \w+!(\w+)\+0x([0-9A-F]+)$/gm);
  let count = 0;
  for (const [frame, address, name, displacement] of frames) {
    const at = parseInt(address ?? "", 16);
    const found = returns.get(at);
    if (found === undefined) throw new RangeError(`No placed call returns to ${frame}`);
    const undecorated = found.placed.symbol.replace(/^_/, "").replace(/@\d+$/, "");
    assertEquals(undecorated, name, frame);
    assertEquals(at - found.placed.address, parseInt(displacement ?? "", 16), frame);
    assert(endsWithCall(bytesAt(found.image, at - 6, 6)), frame);
    count++;
  }
  assertEquals(count, 32);
});

Deno.test("The gaps between placed functions take no room in the files", () => {
  for (const image of IMAGES) {
    const { size } = Deno.statSync(new URL(image.file, GUEST));
    assert(size < 0x10000, `${image.file} has ${size} bytes`);
  }
});

Deno.test("released() leaves a function to the linker and the others in their places", () => {
  const symbols = released(BADHANDLE, ["_main"]).sections.flatMap((section) =>
    section.functions.map(({ symbol }) => symbol)
  );
  assertEquals(symbols, ["_mainCRTStartup"]);
});
