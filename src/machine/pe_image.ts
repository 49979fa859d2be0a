/**
 * A PE image for 32-bit x86, laid out as in memory: headers checked, sections placed, exports and
 * imports listed, relocations applied.
 *
 * Offsets are those of Microsoft's "PE Format" specification. No size or location in the file is trusted before it is
 * checked against the file.
 *
 * @module
 */
import { hex } from "./cpu/hex.ts";
import { ImageError, ImageReader } from "./image_reader.ts";

export { ImageError };

/** A section of an image, in bytes of the laid-out image. */
export interface ImageSection {
  /** Name, up to 8 characters. */
  readonly name: string;
  /** Offset from the image's base. */
  readonly rva: number;
  /** Size in memory in bytes; zeros follow the bytes stored in the file. */
  readonly size: number;
  /** Whether its pages may be written. */
  readonly writable: boolean;
}

/** A name or an ordinal that another image exports. */
export interface ImportedFunction {
  /** File name of the exporting image, as the import table spells it. */
  readonly from: string;
  /** The function's name, or its ordinal. */
  readonly symbol: string | number;
  /** RVA of the import address table's entry for the function's address. */
  readonly slot: number;
}

/** Exports of an image: RVAs by name and by ordinal; forwarders are given as text instead. */
export interface ExportTable {
  /** By name. */
  readonly byName: ReadonlyMap<string, number | string>;
  /** By ordinal. */
  readonly byOrdinal: ReadonlyMap<number, number | string>;
}

/** A checked image, laid out at its preferred base. */
export interface PeImage {
  /** File name, for messages and loader lists. */
  readonly name: string;
  /** The image as in memory, `SizeOfImage` bytes; indices are RVAs. */
  readonly bytes: Uint8Array;
  /** Address for which the linker laid it out. */
  readonly preferredBase: number;
  /** RVA of the entry point; 0 for none. */
  readonly entryPoint: number;
  /** `TimeDateStamp` of the file header. */
  readonly timestamp: number;
  /** `CheckSum` of the optional header. */
  readonly checkSum: number;
  /** Sections in RVA order. */
  readonly sections: readonly ImageSection[];
  /** Its exports. */
  readonly exports: ExportTable;
  /** Its imports. */
  readonly imports: readonly ImportedFunction[];
}

/** More than any guest image needs; a larger `SizeOfImage` is taken for damage. */
const MAX_IMAGE_SIZE = 0x0200_0000;

/** Bases of images are multiples of this: the allocation granularity of Windows. */
export const BASE_ALIGNMENT = 0x1_0000;

/** IMAGE_DOS_HEADER, the two fields that matter. */
const DOS = { magic: 0x00, newHeader: 0x3c } as const;

/** IMAGE_FILE_HEADER after the "PE\0\0" signature, offsets from the signature. */
const FILE = {
  machine: 0x04,
  numberOfSections: 0x06,
  timeDateStamp: 0x08,
  sizeOfOptionalHeader: 0x14,
  size: 0x18,
} as const;

/** IMAGE_OPTIONAL_HEADER32. */
const OPTIONAL = {
  magic: 0x00,
  addressOfEntryPoint: 0x10,
  imageBase: 0x1c,
  sizeOfImage: 0x38,
  sizeOfHeaders: 0x3c,
  checkSum: 0x40,
  numberOfRvaAndSizes: 0x5c,
  dataDirectories: 0x60,
} as const;

/** IMAGE_SECTION_HEADER. */
const SECTION = {
  name: 0x00,
  virtualSize: 0x08,
  virtualAddress: 0x0c,
  sizeOfRawData: 0x10,
  pointerToRawData: 0x14,
  characteristics: 0x24,
  size: 0x28,
} as const;

/** IMAGE_EXPORT_DIRECTORY. */
const EXPORT = {
  base: 0x10,
  numberOfFunctions: 0x14,
  numberOfNames: 0x18,
  functions: 0x1c,
  names: 0x20,
  nameOrdinals: 0x24,
} as const;

/** IMAGE_IMPORT_DESCRIPTOR. */
const IMPORT = { lookupTable: 0x00, name: 0x0c, addressTable: 0x10, size: 0x14 } as const;

interface DataDirectory {
  readonly rva: number;
  readonly size: number;
}

const DIRECTORY_EXPORT = 0;
const DIRECTORY_IMPORT = 1;
const DIRECTORY_RELOCATION = 5;

const MACHINE_I386 = 0x014c;
const MAGIC_PE32 = 0x010b;
const SECTION_WRITE = 0x8000_0000;
const IMPORT_BY_ORDINAL = 0x8000_0000;
const RELOCATION_ABSOLUTE = 0;
const RELOCATION_HIGHLOW = 3;

/** Checks and lays out an image file. Throws an {@linkcode ImageError} for anything out of place. */
export function parseImage(name: string, file: Uint8Array): PeImage {
  const reader = new ImageReader(name, file);
  if (reader.u16(DOS.magic, "DOS header") !== 0x5a4d) {
    throw new ImageError(name, "it does not begin with MZ; give it a PE image");
  }
  const signature = reader.u32(DOS.newHeader, "DOS header");
  if (reader.u32(signature, "PE signature") !== 0x0000_4550) {
    throw new ImageError(name, `no PE signature at ${hex(signature)}; give it a PE image`);
  }
  const machine = reader.u16(signature + FILE.machine, "file header");
  const optional = signature + FILE.size;
  const magic = reader.u16(optional + OPTIONAL.magic, "optional header");
  if (machine !== MACHINE_I386 || magic !== MAGIC_PE32) {
    throw new ImageError(
      name,
      `it is for machine ${hex(machine)}, with an optional header of kind ${
        hex(magic)
      }; give it a ` +
        `32-bit x86 image (${hex(MACHINE_I386)}, ${hex(MAGIC_PE32)})`,
    );
  }
  const sizeOfImage = reader.u32(optional + OPTIONAL.sizeOfImage, "optional header");
  const sizeOfHeaders = reader.u32(optional + OPTIONAL.sizeOfHeaders, "optional header");
  if (sizeOfImage === 0 || sizeOfImage > MAX_IMAGE_SIZE || sizeOfHeaders > sizeOfImage) {
    throw new ImageError(
      name,
      `its headers are ${hex(sizeOfHeaders)} and the image ${hex(sizeOfImage)} bytes long; ` +
        `the most is ${hex(MAX_IMAGE_SIZE)}; take an undamaged file`,
    );
  }
  const bytes = new Uint8Array(sizeOfImage);
  bytes.set(reader.bytes(0, sizeOfHeaders, "headers"));
  const sections = placeSections(reader, signature, bytes);
  const entryPoint = reader.u32(optional + OPTIONAL.addressOfEntryPoint, "optional header");
  if (entryPoint >= sizeOfImage) {
    throw new ImageError(
      name,
      `its entry point ${hex(entryPoint)} lies outside the image; take an undamaged file`,
    );
  }
  const preferredBase = reader.u32(optional + OPTIONAL.imageBase, "optional header");
  if (preferredBase % BASE_ALIGNMENT !== 0 || preferredBase + sizeOfImage > 0xffff_0000) {
    throw new ImageError(
      name,
      `its base ${hex(preferredBase)} is no place for it; link it to a multiple of 0x10000`,
    );
  }
  const mapped = new ImageReader(name, bytes);
  return {
    name,
    bytes,
    preferredBase,
    entryPoint,
    timestamp: reader.u32(signature + FILE.timeDateStamp, "file header"),
    checkSum: reader.u32(optional + OPTIONAL.checkSum, "optional header"),
    sections,
    exports: readExports(mapped),
    imports: readImports(mapped),
  };
}

/**
 * The image's bytes for another base, according to its relocation table. The image itself is not changed.
 *
 * Throws an {@linkcode ImageError} if the image has no relocations: it runs only at its preferred base.
 */
export function relocatedBytes(image: PeImage, base: number): Uint8Array {
  const delta = (base - image.preferredBase) >>> 0;
  const bytes = image.bytes.slice();
  if (delta === 0) return bytes;
  const reader = new ImageReader(image.name, bytes);
  const directory = dataDirectory(reader, DIRECTORY_RELOCATION);
  if (directory === undefined) {
    throw new ImageError(
      image.name,
      `it has no relocations and ${hex(image.preferredBase)} is taken; link it to another base`,
    );
  }
  // Blocks of IMAGE_BASE_RELOCATION {VirtualAddress, SizeOfBlock}, then 16-bit entries.
  let block = directory.rva;
  const end = directory.rva + directory.size;
  while (block + 8 <= end) {
    const page = reader.u32(block, "relocation block");
    const blockSize = reader.u32(block + 4, "relocation block");
    if (blockSize < 8 || block + blockSize > end) {
      throw new ImageError(
        image.name,
        `its relocation block at ${hex(block)} is ${hex(blockSize)} bytes long, ` +
          `beyond the table's end at ${hex(end)}; take an undamaged file`,
      );
    }
    for (let entry = block + 8; entry + 2 <= block + blockSize; entry += 2) {
      applyRelocation(reader, page, reader.u16(entry, "relocation"), delta);
    }
    block += blockSize;
  }
  return bytes;
}

function applyRelocation(reader: ImageReader, page: number, entry: number, delta: number): void {
  const type = entry >>> 12;
  const rva = page + (entry & 0xfff);
  if (type === RELOCATION_ABSOLUTE) return; // fills a block up to a multiple of four
  if (type !== RELOCATION_HIGHLOW) {
    throw new ImageError(
      reader.image,
      `its relocation at ${
        hex(rva)
      } is of type ${type}; 32-bit x86 images have type 3 only; take an undamaged file`,
    );
  }
  reader.setU32(rva, (reader.u32(rva, "relocated address") + delta) >>> 0, "relocated address");
}

function placeSections(reader: ImageReader, signature: number, image: Uint8Array): ImageSection[] {
  const count = reader.u16(signature + FILE.numberOfSections, "file header");
  const optionalSize = reader.u16(signature + FILE.sizeOfOptionalHeader, "file header");
  const sections: ImageSection[] = [];
  for (let index = 0; index < count; index++) {
    const header = signature + FILE.size + optionalSize + index * SECTION.size;
    const what = `header of section ${index}`;
    const name = reader.text(header + SECTION.name, 8, what);
    const rva = reader.u32(header + SECTION.virtualAddress, what);
    const rawSize = reader.u32(header + SECTION.sizeOfRawData, what);
    // A VirtualSize of 0 means the raw size (old linkers).
    const size = reader.u32(header + SECTION.virtualSize, what) || rawSize;
    if (rva + size > image.length) {
      throw new ImageError(
        reader.image,
        `its section ${name} reaches to ${hex(rva + size)}, beyond the image's ` +
          `${hex(image.length)} bytes; take an undamaged file`,
      );
    }
    const fileOffset = reader.u32(header + SECTION.pointerToRawData, what);
    const stored = Math.min(rawSize, size); // raw data is padded to the file alignment
    image.set(reader.bytes(fileOffset, stored, `section ${name}`), rva);
    const characteristics = reader.u32(header + SECTION.characteristics, what);
    sections.push({ name, rva, size, writable: (characteristics & SECTION_WRITE) !== 0 });
  }
  return sections.sort((a, b) => a.rva - b.rva);
}

function readExports(reader: ImageReader): ExportTable {
  const byName = new Map<string, number | string>();
  const byOrdinal = new Map<number, number | string>();
  const directory = dataDirectory(reader, DIRECTORY_EXPORT);
  if (directory === undefined) return { byName, byOrdinal };
  const at = directory.rva;
  const what = "export directory";
  const firstOrdinal = reader.u32(at + EXPORT.base, what);
  const functions = reader.u32(at + EXPORT.functions, what);
  const functionCount = reader.u32(at + EXPORT.numberOfFunctions, what);
  reader.require(functions, functionCount * 4, what);
  const targets: (number | string)[] = [];
  for (let index = 0; index < functionCount; index++) {
    const rva = reader.u32(functions + index * 4, what);
    // An address inside the directory itself is the text of a forwarder, "module.function".
    const forwarded = rva >= at && rva < at + directory.size;
    const target = forwarded ? reader.text(rva, 256, "forwarder") : rva;
    targets.push(target);
    if (rva !== 0) byOrdinal.set(firstOrdinal + index, target);
  }
  const names = reader.u32(at + EXPORT.names, what);
  const nameOrdinals = reader.u32(at + EXPORT.nameOrdinals, what);
  const nameCount = reader.u32(at + EXPORT.numberOfNames, what);
  reader.require(names, nameCount * 4, what);
  for (let index = 0; index < nameCount; index++) {
    const name = reader.text(reader.u32(names + index * 4, what), 256, "export name");
    const target = targets[reader.u16(nameOrdinals + index * 2, what)];
    if (target === undefined) {
      throw new ImageError(
        reader.image,
        `its export ${name} has no address; take an undamaged file`,
      );
    }
    byName.set(name, target);
  }
  return { byName, byOrdinal };
}

function readImports(reader: ImageReader): ImportedFunction[] {
  const imports: ImportedFunction[] = [];
  const directory = dataDirectory(reader, DIRECTORY_IMPORT);
  if (directory === undefined) return imports;
  const what = "import directory";
  for (let at = directory.rva;; at += IMPORT.size) {
    const nameRva = reader.u32(at + IMPORT.name, what);
    const addressTable = reader.u32(at + IMPORT.addressTable, what);
    if (nameRva === 0 && addressTable === 0) return imports; // the blank descriptor at the end
    const from = reader.text(nameRva, 256, what);
    // Some linkers leave out the lookup table; the address table then has its copy.
    const lookup = reader.u32(at + IMPORT.lookupTable, what) || addressTable;
    for (let index = 0;; index++) {
      const entry = reader.u32(lookup + index * 4, what);
      if (entry === 0) break;
      const symbol = (entry & IMPORT_BY_ORDINAL) !== 0
        ? entry & 0xffff
        : reader.text(entry + 2, 256, "import name"); // after a 16-bit hint
      imports.push({ from, symbol, slot: addressTable + index * 4 });
    }
  }
}

/** A data directory of a laid-out image; undefined if it is absent or empty. */
function dataDirectory(reader: ImageReader, index: number): DataDirectory | undefined {
  const optional = reader.u32(DOS.newHeader, "DOS header") + FILE.size;
  if (index >= reader.u32(optional + OPTIONAL.numberOfRvaAndSizes, "optional header")) {
    return undefined;
  }
  const entry = optional + OPTIONAL.dataDirectories + index * 8;
  const rva = reader.u32(entry, "data directory");
  const size = reader.u32(entry + 4, "data directory");
  if (rva === 0 || size === 0) return undefined;
  reader.require(rva, size, `data directory ${index}`);
  return { rva, size };
}
