/**
 * The optional headers in front of an OBJECT_HEADER. Two are read: who created an object, and its name.
 *
 * They are in no layout table; their sizes are from the public symbols and have been the same since Windows XP
 * (reference dump-formats, 4). The one with the lowest bit in InfoMask is nearest to the header.
 *
 * @module
 */
import type { PointerSize } from "../memory.ts";
import type { StructureReader } from "./structure_reader.ts";

/** Bits of OBJECT_HEADER.InfoMask, Windows 7 and later. */
export const INFO_CREATOR = 1;
const INFO_NAME = 2;

/** Size of OBJECT_HEADER_CREATOR_INFO, which begins with TypeList. */
export const CREATOR_INFO_SIZE: Readonly<Record<PointerSize, bigint>> = { 4: 0x10n, 8: 0x20n };

/** OBJECT_HEADER_NAME_INFO: offsets of its fields, and its size. */
export const NAME_INFO: Readonly<
  Record<PointerSize, { readonly Directory: bigint; readonly Name: bigint; readonly size: bigint }>
> = {
  4: { Directory: 0n, Name: 4n, size: 0x10n },
  8: { Directory: 0n, Name: 8n, size: 0x20n },
};

/** Address of an object's OBJECT_HEADER_NAME_INFO, or undefined if it has none. */
export function nameInfoOf(header: StructureReader, pointerSize: PointerSize): bigint | undefined {
  if (header.has("NameInfoOffset")) {
    const distance = header.integer("NameInfoOffset");
    return distance === 0n ? undefined : header.address - distance;
  }
  const mask = header.number("InfoMask");
  if ((mask & INFO_NAME) === 0) return undefined;
  const creator = (mask & INFO_CREATOR) === 0 ? 0n : CREATOR_INFO_SIZE[pointerSize];
  return header.address - creator - NAME_INFO[pointerSize].size;
}
