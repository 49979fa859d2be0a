/**
 * The identity of an image in memory: its time stamp and the identity of its PDB.
 *
 * The engine reads the symbols of images on disk; this reads the few header fields that identify the image and its PDB,
 * if the target has their pages (Microsoft's "PE Format" specification).
 *
 * @module
 */
import { type Memory, MemoryError, readExact } from "../memory.ts";
import type { PdbId } from "../module.ts";

/** The result of {@linkcode readImageIdentity}; a part is missing if its page is. */
export interface ImageIdentity {
  /** TimeDateStamp of the file header. */
  readonly timestamp: number;
  /** The CodeView record, if the image has one. */
  readonly pdb?: PdbId;
  /** Address of the first byte that was missing on the way to the record. */
  readonly missing?: bigint;
}

/** Byte offsets in the headers; those after the magic depend on the optional header's width. */
const DOS_HEADER = { magic: 0, e_lfanew: 0x3c, size: 0x40 } as const;
const NT_HEADERS = {
  signature: 0,
  timeDateStamp: 8,
  optionalMagic: 0x18,
  size: 0x1a,
  checkSum: 0x58,
} as const;
const DIRECTORY_OFFSETS: Readonly<Record<number, number>> = {
  0x10b: 0x18 + 0x60, // PE32: the optional header starts at 18, its directories 60 further
  0x20b: 0x18 + 0x70, // PE32+
};
const DEBUG_DIRECTORY_INDEX = 6;
const DEBUG_DIRECTORY = {
  type: 0xc,
  sizeOfData: 0x10,
  addressOfRawData: 0x14,
  size: 0x1c,
} as const;
const RSDS = { signature: 0, guid: 4, age: 0x14, path: 0x18 } as const;
const NB10 = { signature: 0, timeDateStamp: 8, age: 0xc, path: 0x10 } as const;

const DOS_MAGIC = 0x5a4d;
const NT_SIGNATURE = 0x4550;
const CODEVIEW = 2;
const RSDS_SIGNATURE = 0x53445352;
const NB10_SIGNATURE = 0x3031424e;
/** Limits on what a damaged header can make us read. */
const MAX_DEBUG_ENTRIES = 32;
const MAX_RECORD = 0x1000;

/** Reads the identity of the image at `base`; undefined if no image header can be read there. */
export function readImageIdentity(memory: Memory, base: bigint): ImageIdentity | undefined {
  const dos = view(memory, base, DOS_HEADER.size);
  if (dos?.getUint16(DOS_HEADER.magic, true) !== DOS_MAGIC) return undefined;
  const headers = base + BigInt(dos.getUint32(DOS_HEADER.e_lfanew, true));
  const nt = view(memory, headers, NT_HEADERS.size);
  if (nt?.getUint32(NT_HEADERS.signature, true) !== NT_SIGNATURE) return undefined;
  const timestamp = nt.getUint32(NT_HEADERS.timeDateStamp, true);
  const directories = DIRECTORY_OFFSETS[nt.getUint16(NT_HEADERS.optionalMagic, true)];
  if (directories === undefined) return { timestamp };
  try {
    const pdb = readPdbId(memory, base, headers + BigInt(directories));
    return pdb === undefined ? { timestamp } : { timestamp, pdb };
  } catch (error) {
    if (!(error instanceof MemoryError)) throw error;
    return { timestamp, missing: error.address };
  }
}

/** Reads the CheckSum of the optional header of the image at `base`; undefined if it cannot be read. */
export function readImageChecksum(memory: Memory, base: bigint): number | undefined {
  const dos = view(memory, base, DOS_HEADER.size);
  if (dos?.getUint16(DOS_HEADER.magic, true) !== DOS_MAGIC) return undefined;
  const headers = base + BigInt(dos.getUint32(DOS_HEADER.e_lfanew, true));
  const nt = view(memory, headers, NT_HEADERS.checkSum + 4);
  if (nt?.getUint32(NT_HEADERS.signature, true) !== NT_SIGNATURE) return undefined;
  return nt.getUint32(NT_HEADERS.checkSum, true);
}

function readPdbId(memory: Memory, base: bigint, directories: bigint): PdbId | undefined {
  const entry = needed(memory, directories + BigInt(DEBUG_DIRECTORY_INDEX * 8), 8);
  if (entry.getUint32(0, true) === 0) return undefined;
  const address = base + BigInt(entry.getUint32(0, true));
  const count = Math.floor(entry.getUint32(4, true) / DEBUG_DIRECTORY.size);
  for (let index = 0; index < Math.min(count, MAX_DEBUG_ENTRIES); index++) {
    const place = address + BigInt(index * DEBUG_DIRECTORY.size);
    const debug = needed(memory, place, DEBUG_DIRECTORY.size);
    if (debug.getUint32(DEBUG_DIRECTORY.type, true) !== CODEVIEW) continue;
    const record = base + BigInt(debug.getUint32(DEBUG_DIRECTORY.addressOfRawData, true));
    const length = Math.min(debug.getUint32(DEBUG_DIRECTORY.sizeOfData, true), MAX_RECORD);
    const pdb = parseCodeView(readExact(memory, record, length, "CodeView record"));
    if (pdb !== undefined) return pdb;
  }
  return undefined;
}

/**
 * Parses a CodeView record of either kind. The older one, `NB10`, has a time stamp in place of a GUID; symbol stores
 * use its eight digits in the same way.
 */
export function parseCodeView(bytes: Uint8Array): PdbId | undefined {
  return parseRsds(bytes) ?? parseNb10(bytes);
}

function parseNb10(bytes: Uint8Array): PdbId | undefined {
  if (bytes.length < NB10.path) return undefined;
  const record = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (record.getUint32(NB10.signature, true) !== NB10_SIGNATURE) return undefined;
  return {
    guid: record.getUint32(NB10.timeDateStamp, true).toString(16).padStart(8, "0").toUpperCase(),
    age: record.getUint32(NB10.age, true),
    path: pathAt(bytes, NB10.path),
  };
}

/** Parses a CodeView record; undefined if it is not a complete `RSDS` record. */
export function parseRsds(bytes: Uint8Array): PdbId | undefined {
  if (bytes.length < RSDS.path) return undefined;
  const record = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (record.getUint32(RSDS.signature, true) !== RSDS_SIGNATURE) return undefined;
  return {
    guid: guidText(record, RSDS.guid),
    age: record.getUint32(RSDS.age, true),
    path: pathAt(bytes, RSDS.path),
  };
}

/** The path of a PDB: UTF-8 up to a zero, or to the end of the record. */
function pathAt(bytes: Uint8Array, offset: number): string {
  const end = bytes.indexOf(0, offset);
  return new TextDecoder().decode(bytes.subarray(offset, end < 0 ? bytes.length : end));
}

/** A GUID as symbol stores write it: its three numbers, then its eight bytes, without separators. */
function guidText(record: DataView, offset: number): string {
  const digits = (value: number, width: number): string => value.toString(16).padStart(width, "0");
  const tail = Array.from({ length: 8 }, (_, index) => record.getUint8(offset + 8 + index));
  return [
    digits(record.getUint32(offset, true), 8),
    digits(record.getUint16(offset + 4, true), 4),
    digits(record.getUint16(offset + 6, true), 4),
    ...tail.map((byte) => digits(byte, 2)),
  ].join("").toUpperCase();
}

function needed(memory: Memory, address: bigint, length: number): DataView {
  const bytes = readExact(memory, address, length, "debug directory");
  return new DataView(bytes.buffer, bytes.byteOffset, length);
}

function view(memory: Memory, address: bigint, length: number): DataView | undefined {
  const bytes = memory.read(address, length);
  if (bytes.length < length) return undefined;
  return new DataView(bytes.buffer, bytes.byteOffset, length);
}
