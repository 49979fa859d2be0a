/**
 * Makes a DLL the first import of a program that has not run yet, in the memory of its process. The program's own
 * loader then loads it before all of the program's DLLs and its thread-local callbacks.
 *
 * The changes are those of Microsoft's Detours (`DetourUpdateProcessWithDll`): a new import table after the image,
 * whose first entry imports ordinal 1 of the DLL. The loader ignores the imports of .NET images marked as IL only, so
 * that mark is removed, and an image for any processor becomes a 64-bit image in a 64-bit process. The original values
 * are passed along, so that the recorder can restore them. Layouts: Microsoft's "PE Format".
 *
 * @module
 */
import { joinBytes } from "../byte_pieces.ts";
import { TargetError } from "../error.ts";
import { LOG_VERSION } from "./layout.ts";

/** Reads `length` bytes at an RVA of an image; fewer if it ends or cannot be read. */
export type ImageReader = (rva: number, length: number) => Uint8Array;

/** The error for a program that cannot be recorded: what was found, and what to do. */
export function notRecordable(
  program: string,
  found: string,
  advice = "use kernel tracing (leave out --recorder)",
): TargetError {
  return new TargetError(`Cannot record "${program}": ${found}; ${advice}`);
}

/** The headers of a program's image, as far as a new import changes them. */
export interface ProgramImage {
  /** The program, for messages. */
  readonly name: string;
  /** Its processor, as the file header has it. */
  readonly machine: number;
  /** Whether the optional header is that of PE32+. */
  readonly is64Bit: boolean;
  /** Size of the image in memory, in bytes. */
  readonly size: number;
  /** Offset of the NT headers. */
  readonly headersRva: number;
  /** The NT headers with the section table. */
  readonly headers: Uint8Array;
  /** The few bytes that follow them: room for converted headers. */
  readonly afterHeaders: Uint8Array;
  /** The import descriptors, without the empty one at their end. */
  readonly imports: Uint8Array;
  /** For a .NET image: where its flags are, and their value. */
  readonly clr?: { readonly flagsRva: number; readonly flags: number };
}

/** Bytes to write at an offset from the image's base. */
export interface ImageChange {
  /** Offset from the image's base. */
  readonly rva: number;
  /** The bytes to write. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The changes that inject a DLL. */
export interface Injection {
  /** The page of parameters and the import table after it, for new memory after the image. */
  readonly page: Uint8Array<ArrayBuffer>;
  /** Changes of the image itself. */
  readonly changes: readonly ImageChange[];
}

/** The parameters for the recorder. */
export interface RecorderParameters {
  /** Path of the DLL, in ASCII: an import's name is read in the system's code page. */
  readonly dllPath: string;
  /** The log: a handle, in the program's process, of a section. */
  readonly section: number;
  /** Size of the log in bytes. */
  readonly sectionSize: number;
}

const DOS = { magic: 0x5a4d, e_lfanew: 0x3c, size: 0x40 } as const;
/** IMAGE_NT_HEADERS: signature, file header, optional header. */
const NT = {
  signature: 0x4550,
  machine: 0x04,
  sectionCount: 0x06,
  optionalSize: 0x14,
  optional: 0x18,
  magic: 0x18,
  sizeOfImage: 0x50,
  sizeOfHeaders: 0x54,
} as const;
/** The differences by width: the magic, and where the data directories begin. */
const PE32 = { magic: 0x10b, directories: 0x18 + 0x60 } as const;
const PE32_PLUS = { magic: 0x20b, directories: 0x18 + 0x70 } as const;
/** Data directories of 8 bytes: address and size. */
const DIRECTORY = { size: 8, import: 1, boundImport: 11, iat: 12, clr: 14, count: 16 } as const;
const SECTION = { size: 40, virtualSize: 8, virtualAddress: 12, rawSize: 16 } as const;
/** IMAGE_IMPORT_DESCRIPTOR. */
const DESCRIPTOR = { size: 20, names: 0, name: 12, addresses: 16 } as const;
/** IMAGE_COR20_HEADER. */
const CLR = { size: 0x48, flags: 0x10, ilOnly: 1, requires32Bit: 2 } as const;
const MACHINE_AMD64 = 0x8664;
/** Processors for which there is a recorder. */
const MACHINES = [MACHINE_AMD64, 0x14c];

/** `recorder/parameters.h`. */
const PARAMETERS = {
  magic: 0x0a1a_0a0d_5045_5248n,
  pageSize: 0x1000,
  patches: 0x0c,
  section: 0x10,
  sectionSize: 0x18,
  patch: 0x20,
  patchSize: 0x10,
  bytes: 0x40,
} as const;

/** More imports than any program has; a table without an end has more. */
const MAX_IMPORTS = 0x1000;
/** With more sections, the headers would not fit into the page of parameters. */
const MAX_SECTIONS = 0x50;
/** By how many bytes PE32+ headers are longer than PE32 headers. */
const GROWTH = 16;

/** Reads the headers of a program's image in memory. Throws a `TargetError` if they are damaged. */
export function readProgramImage(name: string, read: ImageReader): ProgramImage {
  const damaged = (): TargetError =>
    notRecordable(name, "its image has no valid headers", "check the program");
  const view = (rva: number, length: number): DataView => {
    const bytes = read(rva, length);
    if (bytes.length < length) throw damaged();
    return new DataView(bytes.buffer, bytes.byteOffset, length);
  };
  const dos = view(0, DOS.size);
  if (dos.getUint16(0, true) !== DOS.magic) throw damaged();
  const headersRva = dos.getUint32(DOS.e_lfanew, true);
  const fixed = view(headersRva, PE32_PLUS.directories);
  const sectionCount = fixed.getUint16(NT.sectionCount, true);
  if (fixed.getUint32(0, true) !== NT.signature || sectionCount > MAX_SECTIONS) throw damaged();
  const length = NT.optional + fixed.getUint16(NT.optionalSize, true) + sectionCount * SECTION.size;
  const nt = view(headersRva, length);
  const magic = nt.getUint16(NT.magic, true);
  const is64Bit = magic === PE32_PLUS.magic;
  const smallest = (is64Bit ? PE32_PLUS : PE32).directories + DIRECTORY.count * DIRECTORY.size;
  if ((magic !== PE32.magic && !is64Bit) || length < smallest + sectionCount * SECTION.size) {
    throw damaged();
  }
  const directoryOf = (index: number): number =>
    nt.getUint32((is64Bit ? PE32_PLUS : PE32).directories + index * DIRECTORY.size, true);
  const clrRva = directoryOf(DIRECTORY.clr);
  const clr = clrRva === 0 ? undefined : view(clrRva, CLR.size);
  return {
    name,
    machine: nt.getUint16(NT.machine, true),
    is64Bit,
    size: nt.getUint32(NT.sizeOfImage, true),
    headersRva,
    headers: new Uint8Array(nt.buffer, nt.byteOffset, length),
    afterHeaders: read(headersRva + length, GROWTH),
    imports: readImports(directoryOf(DIRECTORY.import), view),
    ...(clr && { clr: { flagsRva: clrRva + CLR.flags, flags: clr.getUint32(CLR.flags, true) } }),
  };

  function readImports(table: number, view: (rva: number, length: number) => DataView): Uint8Array {
    if (table === 0) return new Uint8Array(0);
    for (let count = 0; count < MAX_IMPORTS; count++) {
      const descriptor = view(table + count * DESCRIPTOR.size, DESCRIPTOR.size);
      if (descriptor.getUint32(DESCRIPTOR.name, true) === 0) {
        const all = view(table, Math.max(1, count * DESCRIPTOR.size));
        return new Uint8Array(all.buffer, all.byteOffset, count * DESCRIPTOR.size).slice();
      }
    }
    throw damaged();
  }
}

/** Size of the memory that {@linkcode planInjection} needs after the image, in bytes. */
export function injectionSize(image: ProgramImage, dllPath: string): number {
  const tables = PARAMETERS.pageSize + image.imports.length + 2 * DESCRIPTOR.size;
  return Math.ceil((tables + 64 + dllPath.length) / PARAMETERS.pageSize) * PARAMETERS.pageSize;
}

/**
 * Plans the import for memory at `rva`, an offset from the image's base `base` that is a multiple of the page size.
 *
 * @param is64BitProcess the width of the process, which differs from the image's for .NET images for any processor
 */
export function planInjection(
  image: ProgramImage,
  base: bigint,
  rva: number,
  is64BitProcess: boolean,
  parameters: RecorderParameters,
): Injection {
  if (!MACHINES.includes(image.machine)) {
    const machine = image.machine.toString(16).toUpperCase();
    throw notRecordable(image.name, `it is for a processor without a recorder (0x${machine})`);
  }
  const isConverted = is64BitProcess && !image.is64Bit;
  const isIlOnly = image.clr !== undefined && (image.clr.flags & CLR.ilOnly) !== 0;
  if (isConverted && (!isIlOnly || (image.clr!.flags & CLR.requires32Bit) !== 0)) {
    throw notRecordable(image.name, "its image and its process differ in width");
  }
  const imports = isConverted ? new Uint8Array(0) : image.imports;
  const headers = isConverted ? convertHeaders(image) : Uint8Array.from(image.headers);
  const tableRva = rva + PARAMETERS.pageSize;
  const page = new Uint8Array(injectionSize(image, parameters.dllPath));
  const thunks = writeImportTable(page, rva, imports, is64BitProcess, parameters.dllPath);
  setDirectories(headers, is64BitProcess, {
    table: { rva: tableRva, size: imports.length + 2 * DESCRIPTOR.size },
    thunks: { rva: rva + thunks, size: 2 * thunkSize(is64BitProcess) },
  });
  const changes: ImageChange[] = [{ rva: image.headersRva, bytes: headers }];
  const before = [{
    rva: image.headersRva,
    bytes: isConverted ? joinBytes([image.headers, image.afterHeaders]) : image.headers,
  }];
  if (image.clr) {
    const flags = (value: number): Uint8Array<ArrayBuffer> =>
      new Uint8Array(Uint32Array.of(value).buffer);
    changes.push({ rva: image.clr.flagsRva, bytes: flags(image.clr.flags & ~CLR.ilOnly) });
    before.push({ rva: image.clr.flagsRva, bytes: flags(image.clr.flags) });
  }
  writeParameters(page, base, before, parameters);
  return { page, changes };
}

function thunkSize(is64Bit: boolean): number {
  return is64Bit ? 8 : 4;
}

/** Writes the new table, our DLL first, and returns the offset of our import's address in the page. */
function writeImportTable(
  page: Uint8Array,
  rva: number,
  imports: Uint8Array,
  is64Bit: boolean,
  dllPath: string,
): number {
  const view = new DataView(page.buffer);
  const table = PARAMETERS.pageSize;
  const names = align8(table + imports.length + 2 * DESCRIPTOR.size);
  const addresses = names + 2 * thunkSize(is64Bit);
  const text = addresses + 2 * thunkSize(is64Bit);
  // The highest bit means "by ordinal"; the ordinal is 1.
  for (const thunk of [names, addresses]) {
    if (is64Bit) view.setBigUint64(thunk, 0x8000_0000_0000_0001n, true);
    else view.setUint32(thunk, 0x8000_0001, true);
  }
  page.set(new TextEncoder().encode(dllPath), text);
  view.setUint32(table + DESCRIPTOR.names, rva + names, true);
  view.setUint32(table + DESCRIPTOR.name, rva + text, true);
  view.setUint32(table + DESCRIPTOR.addresses, rva + addresses, true);
  page.set(imports, table + DESCRIPTOR.size);
  return addresses;
}

function align8(offset: number): number {
  return Math.ceil(offset / 8) * 8;
}

interface Range {
  readonly rva: number;
  readonly size: number;
}

/**
 * Points the headers to the new table. Through the directory of addresses, the loader finds what to make writable.
 */
function setDirectories(
  headers: Uint8Array,
  is64Bit: boolean,
  { table, thunks }: { readonly table: Range; readonly thunks: Range },
): void {
  const view = new DataView(headers.buffer, headers.byteOffset);
  const place = (index: number): number =>
    (is64Bit ? PE32_PLUS : PE32).directories + index * DIRECTORY.size;
  const set = (index: number, { rva, size }: Range): void => {
    view.setUint32(place(index), rva, true);
    view.setUint32(place(index) + 4, size, true);
  };
  const oldTable = view.getUint32(place(DIRECTORY.import), true);
  if (view.getUint32(place(DIRECTORY.iat), true) === 0) {
    set(DIRECTORY.iat, sectionWith(headers, oldTable) ?? thunks);
  }
  set(DIRECTORY.import, table);
  set(DIRECTORY.boundImport, { rva: 0, size: 0 });
}

/** The section of the old import table, where the loader looks for addresses if there is no directory. */
function sectionWith(headers: Uint8Array, rva: number): Range | undefined {
  const view = new DataView(headers.buffer, headers.byteOffset);
  const first = NT.optional + view.getUint16(NT.optionalSize, true);
  for (let index = 0; index < view.getUint16(NT.sectionCount, true); index++) {
    const section = first + index * SECTION.size;
    const start = view.getUint32(section + SECTION.virtualAddress, true);
    const size = view.getUint32(section + SECTION.rawSize, true);
    if (rva !== 0 && rva >= start && rva < start + size) return { rva: start, size };
  }
  return undefined;
}

/**
 * Converts PE32 headers to PE32+ headers of the same image: BaseOfData is dropped, ImageBase takes its place and its
 * own, the four sizes of stack and heap become 8 bytes each, and the section table moves back by 16 bytes.
 */
function convertHeaders(image: ProgramImage): Uint8Array<ArrayBuffer> {
  const old = new DataView(image.headers.buffer, image.headers.byteOffset, image.headers.length);
  const converted = new Uint8Array(image.headers.length + GROWTH);
  const view = new DataView(converted.buffer);
  if (image.headersRva + converted.length > old.getUint32(NT.sizeOfHeaders, true)) {
    throw notRecordable(image.name, "its headers have no room to become 64-bit ones");
  }
  const copy = (from: number, to: number, length: number): void =>
    converted.set(image.headers.subarray(from, from + length), to);
  copy(0, 0, NT.optional);
  view.setUint16(NT.machine, MACHINE_AMD64, true);
  view.setUint16(NT.optionalSize, old.getUint16(NT.optionalSize, true) + GROWTH, true);
  copy(NT.optional, NT.optional, 0x18); // up to BaseOfData
  view.setUint16(NT.magic, PE32_PLUS.magic, true);
  view.setBigUint64(NT.optional + 0x18, BigInt(old.getUint32(NT.optional + 0x1c, true)), true);
  copy(NT.optional + 0x20, NT.optional + 0x20, 0x28); // SectionAlignment to DllCharacteristics
  for (let index = 0; index < 4; index++) { // SizeOfStackReserve to SizeOfHeapCommit
    const size = old.getUint32(NT.optional + 0x48 + index * 4, true);
    view.setBigUint64(NT.optional + 0x48 + index * 8, BigInt(size), true);
  }
  // LoaderFlags, NumberOfRvaAndSizes, the directories, the sections.
  copy(NT.optional + 0x58, NT.optional + 0x68, image.headers.length - NT.optional - 0x58);
  // IL needs no imports: those in PE32 headers are for 32-bit code.
  view.setBigUint64(PE32_PLUS.directories + DIRECTORY.import * DIRECTORY.size, 0n, true);
  return converted;
}

/** Writes the page of parameters, which the recorder finds in front of the table. */
function writeParameters(
  page: Uint8Array,
  base: bigint,
  before: readonly { readonly rva: number; readonly bytes: Uint8Array }[],
  { section, sectionSize }: RecorderParameters,
): void {
  const view = new DataView(page.buffer);
  view.setBigUint64(0, PARAMETERS.magic, true);
  view.setUint32(0x08, LOG_VERSION, true);
  view.setUint32(PARAMETERS.patches, before.length, true);
  view.setBigUint64(PARAMETERS.section, BigInt(section), true);
  view.setBigUint64(PARAMETERS.sectionSize, BigInt(sectionSize), true);
  let offset: number = PARAMETERS.bytes;
  before.forEach(({ rva, bytes }, index) => {
    const patch = PARAMETERS.patch + index * PARAMETERS.patchSize;
    view.setBigUint64(patch, base + BigInt(rva), true);
    view.setUint32(patch + 8, bytes.length, true);
    view.setUint32(patch + 12, offset, true);
    page.set(bytes, offset);
    offset += bytes.length;
  });
}
