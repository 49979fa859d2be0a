/**
 * A small PE image for tests, built in code: two sections, two exports (one forwarded), two imports (one by
 * ordinal), one relocation.
 *
 * @module
 */

/** Bytes of the image file; headers at 0, `.text` at 0x200 of the file, `.data` at 0x400. */
export function testImage(): Uint8Array<ArrayBuffer> {
  const file = new Uint8Array(0x600);
  const { u16, u32, text } = writer(file);

  writeHeaders(file, { sections: 2, base: 0x1000_0000, size: 0x3000 });
  const directories = 0x98 + 0x60;
  u32(directories, 0x1040, 0x90); // exports
  u32(directories + 0x08, 0x2020, 0x28); // imports
  u32(directories + 0x28, 0x2100, 0x0c); // relocations
  section(0x178, ".text", [0x200, 0x1000, 0x200, 0x200], 0x6000_0020);
  section(0x1a0, ".data", [0x800, 0x2000, 0x200, 0x400], 0xc000_0040);

  const code = (rva: number): number => rva - 0x1000 + 0x200;
  const data = (rva: number): number => rva - 0x2000 + 0x400;
  file[code(0x1000)] = 0xc3; // ret
  u32(code(0x1004), 0x1000_1000); // an address that moves with the image
  // Export directory: first ordinal, counts, then the three tables.
  u32(code(0x1050), 5, 2, 2, 0x1070, 0x1078, 0x1080);
  u32(code(0x1070), 0x1000, 0x10c0); // functions: Run, a forwarder
  u32(code(0x1078), 0x10b0, 0x10ba); // names, sorted
  u16(code(0x1080), 1);
  u16(code(0x1082), 0);
  text(code(0x10b0), "Forwarded");
  text(code(0x10ba), "Run");
  text(code(0x10c0), "other.Function");
  // One import descriptor: lookup table, name, address table.
  u32(data(0x2020), 0x2060, 0, 0, 0x2090, 0x2080);
  u32(data(0x2060), 0x20a0, 0x8000_0007);
  u32(data(0x2080), 0x20a0, 0x8000_0007);
  text(data(0x2090), "other.dll");
  text(data(0x20a2), "Function");
  file[data(0x2000)] = 0x11;
  // One relocation block: the page of .text, HIGHLOW at 4, padding.
  u32(data(0x2100), 0x1000, 0x0c);
  u16(data(0x2108), 0x3004);
  return file;

  function section(
    header: number,
    name: string,
    sizes: readonly [virtual: number, rva: number, raw: number, offset: number],
    characteristics: number,
  ): void {
    text(header, name);
    u32(header + 8, ...sizes);
    u32(header + 0x24, characteristics);
  }
}

/** What {@linkcode exportingImage} is made of. */
export interface ExportingImage {
  /** Preferred base. */
  readonly base: number;
  /** Contents at RVA 0x1000, at most 0x1000 bytes; everything may be written and executed. */
  readonly code: Uint8Array;
  /** RVAs by name; zeros follow the code up to 0x3000. */
  readonly exports: Readonly<Record<string, number>>;
}

/** A PE image with one section that exports locations in it. */
export function exportingImage({ base, code, exports }: ExportingImage): Uint8Array<ArrayBuffer> {
  const directory = 0x3000; // RVA of the export directory; file offsets are RVAs minus 0xe00
  const file = new Uint8Array(0x3200);
  const { u16, u32, text } = writer(file);
  const at = (rva: number): number => rva - 0xe00;

  writeHeaders(file, { sections: 1, base, size: 0x4000 });
  u32(0x98 + 0x60, directory, 0x800); // exports
  text(0x178, ".all");
  u32(0x178 + 8, 0x3000, 0x1000, 0x3000, 0x200);
  u32(0x178 + 0x24, 0xe000_0020);
  file.set(code, at(0x1000));

  const names = Object.keys(exports).sort();
  const [functions, nameTable, ordinals] = [directory + 0x28, directory + 0x80, directory + 0x100];
  u32(at(directory) + 0x10, 1, names.length, names.length, functions, nameTable, ordinals);
  names.forEach((name, index) => {
    const nameRva = directory + 0x140 + index * 0x20;
    u32(at(functions) + index * 4, exports[name] ?? 0);
    u32(at(nameTable) + index * 4, nameRva);
    u16(at(ordinals) + index * 2, index);
    text(at(nameRva), name);
  });
  return file;
}

/** Writes numbers, little-endian, and ASCII at offsets of a file. */
function writer(file: Uint8Array<ArrayBuffer>): {
  u16: (offset: number, value: number) => void;
  u32: (offset: number, ...values: number[]) => void;
  text: (offset: number, value: string) => void;
} {
  const view = new DataView(file.buffer);
  return {
    u16: (offset, value) => view.setUint16(offset, value, true),
    u32: (offset, ...values) =>
      values.forEach((value, index) => view.setUint32(offset + index * 4, value, true)),
    text: (offset, value) => file.set(new TextEncoder().encode(value), offset),
  };
}

/** DOS, file and optional header: signature at 0x80, optional header at 0x98, entry point at RVA 0x1000. */
function writeHeaders(
  file: Uint8Array<ArrayBuffer>,
  { sections, base, size }: { sections: number; base: number; size: number },
): void {
  const { u16, u32, text } = writer(file);
  text(0x00, "MZ");
  u32(0x3c, 0x80);
  text(0x80, "PE");
  u16(0x84, 0x14c);
  u16(0x86, sections);
  u16(0x94, 0xe0); // size of the optional header
  const optional = 0x98;
  u16(optional, 0x10b);
  u32(optional + 0x10, 0x1000); // entry point
  u32(optional + 0x1c, base);
  u32(optional + 0x38, size, 0x200); // sizes of image and headers
  u32(optional + 0x5c, 16); // data directories
}
