/**
 * The kernel's objects: what an OBJECT_HEADER tells of type, name and counts.
 *
 * Reference handle-tracing, B.7. The optional headers in front of it are in no layout file; their sizes below
 * are those of the public symbols and have been the same since Windows XP.
 *
 * @module
 */
import type { HandleEntry } from "../target.ts";
import type { PointerSize } from "../memory.ts";
import { readExact } from "../memory.ts";
import {
  StructureReader,
  type StructureSpace,
  unicodeString,
  unsignedOf,
  whereReadable,
} from "./structure_reader.ts";

/** Addresses of the kernel variables that a type index is looked up with, from the kernel's symbols. */
export interface ObjectTypeVariables {
  /** Address of nt!ObTypeIndexTable, an array of pointers to OBJECT_TYPE; Windows 7 and later. */
  readonly typeIndexTable?: bigint;
  /** Address of the byte nt!ObHeaderCookie that type indices are mixed with; Windows 10 and later. */
  readonly headerCookie?: bigint;
}

/** OBJECT_HEADER_NAME_INFO and the size of OBJECT_HEADER_CREATOR_INFO, which stands behind it. */
const NAME_INFO: Readonly<Record<PointerSize, { Name: bigint; size: bigint; creator: bigint }>> = {
  4: { Name: 4n, size: 0x10n, creator: 0x10n },
  8: { Name: 8n, size: 0x20n, creator: 0x20n },
};
/** Bits of OBJECT_HEADER.InfoMask. */
const INFO_CREATOR = 1;
const INFO_NAME = 2;
/** Windows 10 RTM: from here on type indices are mixed with the cookie. */
const FIRST_BUILD_WITH_COOKIE = 10240;

/** What the object with its header at `header` is; type and name are left out where they cannot be read. */
export function describeObject(
  space: StructureSpace,
  header: bigint,
  types: ObjectTypeVariables,
): Omit<HandleEntry, "handle"> {
  const reader = new StructureReader(space, "OBJECT_HEADER", header);
  const type = whereReadable(() => typeName(space, reader, types));
  const objectName = whereReadable(() => nameOf(space, reader));
  return {
    object: reader.addressOf("Body"),
    pointerCount: signedCount(reader, "PointerCount"),
    handleCount: signedCount(reader, "HandleCount"),
    ...(type && { type }),
    ...(objectName && { objectName }),
  };
}

/** The counts are signed and pointer-sized. */
function signedCount(reader: StructureReader, field: string): number {
  return Number(BigInt.asIntN(reader.bytes(field).length * 8, reader.integer(field)));
}

function typeName(
  space: StructureSpace,
  header: StructureReader,
  types: ObjectTypeVariables,
): string | undefined {
  const type = header.has("Type") ? header.pointer("Type") : typeByIndex(space, header, types);
  if (type === undefined || type === 0n) return undefined;
  const name = new StructureReader(space, "OBJECT_TYPE", type).inner("Name", "UNICODE_STRING");
  return unicodeString(space, name);
}

/**
 * From Windows 7 on the header has an index into a table of types. Windows 10 mixes it with a random byte and
 * with the second byte of the header's own address.
 */
function typeByIndex(
  space: StructureSpace,
  header: StructureReader,
  types: ObjectTypeVariables,
): bigint | undefined {
  const { memory, layouts } = space;
  if (types.typeIndexTable === undefined) return undefined;
  let index = header.number("TypeIndex");
  if (layouts.buildNumber >= FIRST_BUILD_WITH_COOKIE) {
    if (types.headerCookie === undefined) return undefined;
    const cookie = unsignedOf(readExact(memory, types.headerCookie, 1, "nt!ObHeaderCookie"));
    index ^= Number(cookie) ^ Number(header.address >> 8n & 0xffn);
  }
  const place = types.typeIndexTable + BigInt(index * layouts.pointerSize);
  return unsignedOf(readExact(memory, place, layouts.pointerSize, "nt!ObTypeIndexTable"));
}

function nameOf(space: StructureSpace, header: StructureReader): string | undefined {
  const { Name, size, creator } = NAME_INFO[space.layouts.pointerSize];
  let distance: bigint;
  if (header.has("NameInfoOffset")) {
    distance = header.integer("NameInfoOffset");
    if (distance === 0n) return undefined;
  } else {
    const mask = header.number("InfoMask");
    if ((mask & INFO_NAME) === 0) return undefined;
    distance = size + ((mask & INFO_CREATOR) === 0 ? 0n : creator);
  }
  const name = header.address - distance + Name;
  return unicodeString(space, new StructureReader(space, "UNICODE_STRING", name));
}
