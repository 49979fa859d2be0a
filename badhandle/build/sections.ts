/**
 * Section headers of COFF objects and PE images, as needed for the layout (Microsoft PE and COFF specification).
 *
 * @module
 */

/** A section header. */
export interface SectionHeader {
  /** Its complete name. */
  readonly name: string;
  /** Virtual address relative to the image base; 0 in objects. */
  readonly rva: number;
  /** Bytes in memory; in objects, of the contents. */
  readonly size: number;
  /** Offset of its contents in the file; 0 if it has none. */
  readonly fileOffset: number;
}

/** IMAGE_FILE_HEADER: offsets from its start, and its size. */
const FILE_HEADER = {
  numberOfSections: 2,
  pointerToSymbolTable: 8,
  numberOfSymbols: 12,
  sizeOfOptionalHeader: 16,
  size: 20,
} as const;

/** IMAGE_SECTION_HEADER: offsets from its start, and its size. */
const SECTION_HEADER = {
  name: 0,
  virtualSize: 8,
  rva: 12,
  rawSize: 16,
  rawOffset: 20,
  size: 40,
} as const;

const SYMBOL_SIZE = 18;
const PE_OFFSET = 0x3c;
const PE_SIGNATURE = 0x4550;

function text(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}

/** Reads the section headers of an object, or of an image. */
export function readSections(bytes: Uint8Array): SectionHeader[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const isImage = text(bytes.subarray(0, 2)) === "MZ";
  const signature = isImage ? view.getUint32(PE_OFFSET, true) : 0;
  if (isImage && view.getUint32(signature, true) !== PE_SIGNATURE) {
    throw new SyntaxError(`Cannot read sections: no PE signature at 0x${signature.toString(16)}`);
  }
  const header = isImage ? signature + 4 : 0;
  const count = view.getUint16(header + FILE_HEADER.numberOfSections, true);
  const strings = view.getUint32(header + FILE_HEADER.pointerToSymbolTable, true) +
    view.getUint32(header + FILE_HEADER.numberOfSymbols, true) * SYMBOL_SIZE;
  const first = header + FILE_HEADER.size +
    view.getUint16(header + FILE_HEADER.sizeOfOptionalHeader, true);
  return Array.from({ length: count }, (_, index) => {
    const at = first + index * SECTION_HEADER.size;
    const short = text(bytes.subarray(at, at + 8));
    const isLong = /^\/\d+$/.test(short); // an offset into the string table
    return {
      name: isLong ? text(bytes.subarray(strings + Number(short.slice(1)))) : short,
      rva: view.getUint32(at + SECTION_HEADER.rva, true),
      size: view.getUint32(
        at + (isImage ? SECTION_HEADER.virtualSize : SECTION_HEADER.rawSize),
        true,
      ),
      fileOffset: view.getUint32(at + SECTION_HEADER.rawOffset, true),
    };
  });
}
