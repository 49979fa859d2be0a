/**
 * An image in memory, presented as the file that it was mapped from: names for modules whose files are not available.
 *
 * A dump with full memory has the headers and the export tables of most modules. Readers of image files find them if
 * the section headers say that each section has the same offset in the file as in memory ("PE Format" specification).
 *
 * @module
 */
import type { ByteSource } from "../byte_source.ts";
import { HtraceError } from "../error.ts";
import type { Memory } from "../memory.ts";
import type { Module } from "../module.ts";
import type { ProcessRef, Target } from "../target.ts";
import { decodeStructure, structureTable } from "./structure_table.ts";

const DOS_HEADER = structureTable("IMAGE_DOS_HEADER", 0x40, {
  e_magic: [0, "u16"],
  e_lfanew: [0x3c, "u32"],
});
const DOS_MAGIC = 0x5a4d;

/** The part of IMAGE_NT_HEADERS whose fields are the same for both widths. */
const NT_HEADERS = structureTable("IMAGE_NT_HEADERS", 0x5c, {
  Signature: [0, "u32"],
  NumberOfSections: [6, "u16"],
  PointerToSymbolTable: [0xc, "u32"],
  NumberOfSymbols: [0x10, "u32"],
  SizeOfOptionalHeader: [0x14, "u16"],
  Magic: [0x18, "u16"],
});
const NT_SIGNATURE = 0x4550;
const OPTIONAL_HEADER_OFFSET = 0x18;
/** Where the data directories begin in the optional header, by its magic; the export directory is the first. */
const DIRECTORIES_OFFSETS: Readonly<Record<number, number>> = { 0x10b: 0x60, 0x20b: 0x70 };

const DATA_DIRECTORY = structureTable("IMAGE_DATA_DIRECTORY", 8, {
  VirtualAddress: [0, "u32"],
  Size: [4, "u32"],
});

const SECTION_HEADER = structureTable("IMAGE_SECTION_HEADER", 40, {
  VirtualSize: [8, "u32"],
  VirtualAddress: [0xc, "u32"],
  SizeOfRawData: [0x10, "u32"],
  PointerToRawData: [0x14, "u32"],
});

/** Headers fit into the first page; Windows loads no image whose section table does not. */
const HEADER_BYTES = 0x1000;
/** The largest export directories known have less than a megabyte. */
const MAX_EXPORT_BYTES = 16 * 1024 * 1024;
const PAGE_SIZE = 0x1000;

/**
 * A module's image in the memory of its target, for a module whose files were not found. Undefined if the target has no
 * memory, or the process's memory cannot be read.
 */
export function imageInMemory(
  target: Pick<Target, "memory">,
  module: Module,
  process?: ProcessRef,
): ByteSource | undefined {
  try {
    const memory = target.memory?.(process);
    return memory && mappedImage(memory, module);
  } catch (error) {
    if (error instanceof HtraceError) return undefined;
    throw error;
  }
}

/**
 * The image at a module's base as a file; undefined if its headers or its exports are not in memory. Other missing
 * bytes read as zeros, so only headers and exports should be looked up in it.
 */
export function mappedImage(
  memory: Memory,
  module: Pick<Module, "path" | "base" | "size">,
): ByteSource | undefined {
  const { base, size } = module;
  const header = memory.read(base, Math.min(HEADER_BYTES, size)).slice();
  const exports = rewriteHeader(header);
  if (exports === undefined || exports.Size > MAX_EXPORT_BYTES) return undefined;
  const place = base + BigInt(exports.VirtualAddress);
  if (memory.read(place, exports.Size).length < exports.Size) return undefined;
  return {
    name: `${module.path} (in the target's memory)`,
    size,
    read(offset, length): Uint8Array {
      const bytes = readPages(memory, base + BigInt(offset), Math.min(length, size - offset));
      if (offset < header.length) bytes.set(header.subarray(offset, offset + bytes.length));
      return bytes;
    },
  };
}

/**
 * Makes a header say that the file has the layout of memory and no symbol table, which is never mapped. Returns its
 * export directory; undefined if it is not a complete image header, or has no exports.
 */
function rewriteHeader(
  bytes: Uint8Array,
): { readonly VirtualAddress: number; readonly Size: number } | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fits = (offset: number, size: number): boolean => offset + size <= bytes.length;
  if (!fits(0, DOS_HEADER.size)) return undefined;
  const dos = decodeStructure(DOS_HEADER, bytes);
  const nt = dos.e_lfanew;
  if (dos.e_magic !== DOS_MAGIC || !fits(nt, NT_HEADERS.size)) return undefined;
  const headers = decodeStructure(NT_HEADERS, bytes, nt);
  const directories = DIRECTORIES_OFFSETS[headers.Magic];
  const optional = nt + OPTIONAL_HEADER_OFFSET;
  const sections = optional + headers.SizeOfOptionalHeader;
  if (
    headers.Signature !== NT_SIGNATURE || directories === undefined ||
    !fits(optional + directories, DATA_DIRECTORY.size) ||
    !fits(sections, headers.NumberOfSections * SECTION_HEADER.size)
  ) return undefined;
  view.setUint32(nt + NT_HEADERS.fields.PointerToSymbolTable[0], 0, true);
  view.setUint32(nt + NT_HEADERS.fields.NumberOfSymbols[0], 0, true);
  for (let index = 0; index < headers.NumberOfSections; index++) {
    const section = sections + index * SECTION_HEADER.size;
    const { VirtualAddress, VirtualSize } = decodeStructure(SECTION_HEADER, bytes, section);
    view.setUint32(section + SECTION_HEADER.fields.PointerToRawData[0], VirtualAddress, true);
    if (VirtualSize === 0) continue; // some linkers leave it zero; then the size in the file counts
    view.setUint32(section + SECTION_HEADER.fields.SizeOfRawData[0], VirtualSize, true);
  }
  const exports = decodeStructure(DATA_DIRECTORY, bytes, optional + directories);
  return exports.Size === 0 ? undefined : exports;
}

/** `length` bytes, with zeros in place of pages that are missing. */
function readPages(memory: Memory, address: bigint, length: number): Uint8Array {
  const bytes = new Uint8Array(Math.max(0, length));
  for (let offset = 0; offset < bytes.length;) {
    const piece = memory.read(address + BigInt(offset), bytes.length - offset);
    bytes.set(piece, offset);
    offset += piece.length;
    const intoPage = Number((address + BigInt(offset)) % BigInt(PAGE_SIZE));
    offset += PAGE_SIZE - intoPage;
  }
  return bytes;
}
