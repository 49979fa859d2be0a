/** Adding a DLL to a program's import table: what changes in its image, and what is restored. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { TargetError } from "../error.ts";
import {
  injectionSize,
  planInjection,
  type ProgramImage,
  readProgramImage,
} from "./import_table.ts";

const BASE = 0x1_4000_0000n;
const ROOM = 0x20000;
const PARAMETERS = { dllPath: "C:\\t\\recorder64.dll", section: 0x98, sectionSize: 0x200_0000 };

/** Offsets in the images made here. */
const HEADERS = 0x80;
const OPTIONAL = HEADERS + 0x18;
const IMPORTS = 0x2000;
const CLR = 0x2800;

interface ImageOptions {
  readonly is64Bit?: boolean;
  /** Flags of a COR20 header: a .NET image. */
  readonly clr?: number;
  readonly imports?: number;
  readonly hasIat?: boolean;
}

/** An image as it is in memory, 0x4000 bytes. */
function image({ is64Bit = true, clr, imports = 2, hasIat = true }: ImageOptions = {}): Uint8Array {
  const bytes = new Uint8Array(0x4000);
  const view = new DataView(bytes.buffer);
  const u16 = (at: number, value: number): void => view.setUint16(at, value, true);
  const u32 = (at: number, value: number): void => view.setUint32(at, value, true);
  const optionalSize = is64Bit ? 0xf0 : 0xe0;
  u16(0, 0x5a4d);
  u32(0x3c, HEADERS);
  u32(HEADERS, 0x4550);
  u16(HEADERS + 4, is64Bit ? 0x8664 : 0x14c);
  u16(HEADERS + 6, 1);
  u16(HEADERS + 0x14, optionalSize);
  u16(OPTIONAL, is64Bit ? 0x20b : 0x10b);
  u32(OPTIONAL + 0x10, 0x1234); // entry point
  u32(OPTIONAL + (is64Bit ? 0x18 : 0x1c), 0x40_0000); // image base
  u32(OPTIONAL + 0x20, 0x1000); // section alignment
  u32(OPTIONAL + 0x38, 0x4000); // size of image
  u32(OPTIONAL + 0x3c, 0x400); // size of headers
  u32(OPTIONAL + 0x48, 0x10_0000); // stack reserve
  u32(OPTIONAL + (is64Bit ? 0x6c : 0x5c), 16); // directories
  const directories = OPTIONAL + (is64Bit ? 0x70 : 0x60);
  const directory = (index: number, rva: number, size: number): void => {
    u32(directories + index * 8, rva);
    u32(directories + index * 8 + 4, size);
  };
  if (imports > 0) directory(1, IMPORTS, (imports + 1) * 20);
  directory(11, 0x300, 0x20); // bound imports
  if (hasIat) directory(12, 0x2200, 0x80);
  for (let index = 0; index < imports; index++) u32(IMPORTS + index * 20 + 12, 0x2400 + index);
  if (clr !== undefined) {
    directory(14, CLR, 0x48);
    u32(CLR + 0x10, clr);
  }
  const section = OPTIONAL + optionalSize;
  bytes.set(new TextEncoder().encode(".rdata"), section);
  u32(section + 8, 0x1000);
  u32(section + 12, 0x2000);
  u32(section + 16, 0x1000);
  return bytes;
}

function readImage(bytes: Uint8Array): ProgramImage {
  return readProgramImage("app.exe", (rva, length) => bytes.subarray(rva, rva + length));
}

/** The image with the changes applied, and the new memory after it, as the loader sees them. */
function injected(options: ImageOptions, is64BitProcess = options.is64Bit ?? true): DataView {
  const before = image(options);
  const plan = planInjection(readImage(before), BASE, ROOM, is64BitProcess, PARAMETERS);
  const memory = new Uint8Array(ROOM + plan.page.length);
  memory.set(before);
  memory.set(plan.page, ROOM);
  for (const { rva, bytes } of plan.changes) memory.set(bytes, rva);
  return new DataView(memory.buffer);
}

/** Does what the recorder does at its start: restores the values saved in the page. */
function restored(memory: DataView): Uint8Array {
  const bytes = new Uint8Array(memory.buffer).slice();
  for (let index = 0; index < memory.getUint32(ROOM + 0x0c, true); index++) {
    const patch = ROOM + 0x20 + index * 0x10;
    const rva = Number(memory.getBigUint64(patch, true) - BASE);
    const offset = ROOM + memory.getUint32(patch + 12, true);
    bytes.set(bytes.subarray(offset, offset + memory.getUint32(patch + 8, true)), rva);
  }
  return bytes.subarray(0, 0x4000);
}

function text(memory: DataView, at: number): string {
  const bytes = new Uint8Array(memory.buffer);
  return new TextDecoder().decode(bytes.subarray(at, bytes.indexOf(0, at)));
}

for (const is64Bit of [true, false]) {
  const width = is64Bit ? 64 : 32;
  const directories = OPTIONAL + (is64Bit ? 0x70 : 0x60);

  Deno.test(`planInjection() puts the DLL in front of the other imports, ${width} bits`, () => {
    const memory = injected({ is64Bit });
    const table = memory.getUint32(directories + 8, true);
    assertEquals(table, ROOM + 0x1000); // the page of parameters is in front of it
    assertEquals(text(memory, memory.getUint32(table + 12, true)), PARAMETERS.dllPath);
    const names = memory.getUint32(table, true);
    const addresses = memory.getUint32(table + 16, true);
    for (const thunk of [names, addresses]) {
      if (is64Bit) assertEquals(memory.getBigUint64(thunk, true), 0x8000_0000_0000_0001n);
      else assertEquals(memory.getUint32(thunk, true), 0x8000_0001);
    }
    const others = [1, 2, 3].map((index) => memory.getUint32(table + index * 20 + 12, true));
    assertEquals(others, [0x2400, 0x2401, 0]);
    assertEquals(memory.getUint32(directories + 12, true), 80); // its size
    assertEquals(memory.getBigUint64(directories + 11 * 8, true), 0n); // nothing is bound
  });

  Deno.test(`the changes of planInjection() can be undone, ${width} bits`, () => {
    assertEquals(restored(injected({ is64Bit })), image({ is64Bit }));
    assertEquals(restored(injected({ is64Bit, clr: 1 })), image({ is64Bit, clr: 1 }));
  });

  Deno.test(`an image without imports or without their directory gets both, ${width} bits`, () => {
    const none = injected({ is64Bit, imports: 0, hasIat: false });
    const table = none.getUint32(directories + 8, true);
    assertEquals(none.getUint32(table + 20 + 12, true), 0);
    const iat = none.getUint32(directories + 12 * 8, true);
    assertEquals(iat, none.getUint32(table + 16, true));
    const some = injected({ is64Bit, hasIat: false });
    assertEquals(some.getUint32(directories + 12 * 8, true), 0x2000); // the section of the old table
  });
}

Deno.test("an image marked as IL only loses that mark", () => {
  const memory = injected({ clr: 0x1 | 0x8 });
  assertEquals(memory.getUint32(CLR + 0x10, true), 0x8);
});

Deno.test("an image for any processor becomes a 64-bit one in a 64-bit process", () => {
  const memory = injected({ is64Bit: false, clr: 1 }, true);
  assertEquals(memory.getUint16(HEADERS + 4, true), 0x8664);
  assertEquals(memory.getUint16(HEADERS + 0x14, true), 0xf0);
  assertEquals(memory.getUint16(OPTIONAL, true), 0x20b);
  assertEquals(memory.getUint32(OPTIONAL + 0x10, true), 0x1234);
  assertEquals(memory.getBigUint64(OPTIONAL + 0x18, true), 0x40_0000n);
  assertEquals(memory.getUint32(OPTIONAL + 0x38, true), 0x4000);
  assertEquals(memory.getBigUint64(OPTIONAL + 0x48, true), 0x10_0000n);
  assertEquals(memory.getUint32(OPTIONAL + 0x6c, true), 16);
  assertEquals(text(memory, OPTIONAL + 0xf0), ".rdata");
  const table = memory.getUint32(OPTIONAL + 0x70 + 8, true);
  assertEquals(memory.getUint32(table + 20 + 12, true), 0, "imports for 32-bit code are left out");
  assertEquals(memory.getUint32(OPTIONAL + 0x70 + 14 * 8, true), CLR);
  assertEquals(restored(memory), image({ is64Bit: false, clr: 1 }));
});

Deno.test("an image of another width than its process cannot be recorded", () => {
  for (const clr of [undefined, 0, 3]) { // native, mixed, IL only for 32 bits
    assertThrows(
      () => injected({ is64Bit: false, ...(clr !== undefined && { clr }) }, true),
      TargetError,
      'Cannot record "app.exe": its image and its process differ in width; use kernel tracing',
    );
  }
});

Deno.test("a program for another processor cannot be recorded", () => {
  const bytes = image();
  new DataView(bytes.buffer).setUint16(HEADERS + 4, 0xaa64, true); // ARM64
  assertThrows(
    () => planInjection(readImage(bytes), BASE, ROOM, true, PARAMETERS),
    TargetError,
    'Cannot record "app.exe": it is for a processor without a recorder (0xAA64)',
  );
});

Deno.test("readProgramImage() rejects damaged headers", () => {
  const damages: ((view: DataView) => void)[] = [
    (view) => view.setUint16(0, 0, true),
    (view) => view.setUint32(0x3c, 0xffff_0000, true),
    (view) => view.setUint32(HEADERS, 0, true),
    (view) => view.setUint16(HEADERS + 6, 0xffff, true),
    (view) => view.setUint16(HEADERS + 0x14, 8, true),
    (view) => view.setUint16(OPTIONAL, 0x107, true),
    (view) => view.setUint32(OPTIONAL + 0x70 + 8, 0x3ff8, true), // imports without an end
  ];
  for (const damage of damages) {
    const bytes = image();
    damage(new DataView(bytes.buffer));
    assertThrows(() => readImage(bytes), TargetError, "its image has no valid headers");
  }
});

Deno.test("injectionSize() is the size that planInjection() needs", () => {
  const read = readImage(image({ imports: 50 }));
  const { page } = planInjection(read, BASE, ROOM, true, PARAMETERS);
  assertEquals(page.length, injectionSize(read, PARAMETERS.dllPath));
  assert(page.length % 0x1000 === 0);
});
