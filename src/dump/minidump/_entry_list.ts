/**
 * Streams that consist of a header and entries of equal size.
 *
 * Two forms occur. Older streams begin with a 32-bit count, and some writers put four bytes of padding after it to
 * align the entries to eight bytes. Newer ones state the sizes of their header and entries, which later versions of the
 * format can enlarge.
 *
 * @module
 */
import { hex } from "../dump_file.ts";
import {
  decodeStructure,
  type FieldTypes,
  type Structure,
  type StructureTable,
} from "../structure_table.ts";
import type { Minidump, StreamLocation } from "./dump.ts";

/** The entries of a stream, as far as the file has them. */
export interface EntryList {
  /** Byte offset of the first entry in the file. */
  readonly offset: number;
  /** Bytes from one entry to the next. */
  readonly stride: number;
  /** Number of entries that are read. */
  readonly count: number;
  /** Number of entries that the stream claims to have. */
  readonly stated: number;
  /** Number of entries that the file has, including those beyond the limit. */
  readonly there: number;
  /** Why fewer are read, as the end of a message. */
  readonly incomplete?: string;
}

/** The result of reading a list: the entries that could be read, and why others are missing. */
export interface Listing<T> {
  /** The entries, in the order of the file. */
  readonly entries: readonly T[];
  /** Why entries are missing, as the end of a message; absent if none are. */
  readonly incomplete?: string;
}

/** How to read a list: at most `most` entries of at least `size` bytes each; `what` names them. */
export interface EntryListOptions {
  /** What the entries are, for messages, such as "modules". */
  readonly what: string;
  /** Size in bytes of an entry, or the smallest that makes sense if the stream itself states the size. */
  readonly size: number;
  /** Most entries to read. */
  readonly most: number;
}

/** A header that states its own size, and the size and number of the entries after it. */
export type SizedHeader = StructureTable<{
  readonly SizeOfHeader: "u32";
  readonly SizeOfEntry: "u32";
  readonly NumberOfEntries: "u32" | "u64";
}>;

/** Bytes read at once while walking entries; a larger entry is damage. */
const CHUNK_BYTES = 0x1_0000;

/** The list in a stream that begins with a 32-bit count. */
export function countedList(
  dump: Minidump,
  stream: StreamLocation,
  options: EntryListOptions,
): EntryList {
  const { what, size, most } = options;
  const head = dump.file.read(stream.offset, Math.min(4, stream.size));
  if (head.length < 4) return emptyList(`the list of ${what} is cut off before its count`);
  const stated = new DataView(head.buffer, head.byteOffset).getUint32(0, true);
  const isPadded = stream.size === 8 + stated * size;
  const start = isPadded ? 8 : 4;
  return bounded(dump, stream, { what, start, stride: size, stated, most });
}

/** The list in a stream whose header states the sizes of the header and the entries. */
export function sizedList(
  dump: Minidump,
  stream: StreamLocation,
  header: SizedHeader,
  options: EntryListOptions,
): EntryList {
  const { what, size, most } = options;
  const head = dump.file.read(stream.offset, Math.min(header.size, stream.size));
  if (head.length < header.size) return emptyList(`the list of ${what} is cut off in its header`);
  const { SizeOfHeader, SizeOfEntry, NumberOfEntries } = decodeStructure(header, head);
  const stated = Number(NumberOfEntries);
  if (stated === 0) return emptyList();
  if (SizeOfHeader < header.size || SizeOfEntry < size || SizeOfEntry > CHUNK_BYTES) {
    return emptyList(
      `the list of ${what} is damaged: its header claims to have ${hex(SizeOfHeader)} bytes, ` +
        `its entries ${hex(SizeOfEntry)}`,
    );
  }
  return bounded(dump, stream, { what, start: SizeOfHeader, stride: SizeOfEntry, stated, most });
}

/** Reads the entries one at a time, in chunks. */
export function* readEntries<Types extends FieldTypes>(
  dump: Minidump,
  list: EntryList,
  table: StructureTable<Types>,
): Generator<Structure<Types>> {
  for (const { bytes, count } of entryChunks(dump, list)) {
    for (let index = 0; index < count; index++) {
      yield decodeStructure(table, bytes, index * list.stride);
    }
  }
}

/** The bytes of whole entries, a chunk at a time; each chunk is valid until the next one is requested. */
export function* entryChunks(
  dump: Minidump,
  list: EntryList,
): Generator<{ readonly bytes: Uint8Array; readonly count: number }> {
  const perChunk = Math.floor(CHUNK_BYTES / list.stride);
  const buffer = new Uint8Array(Math.min(perChunk, list.count) * list.stride);
  for (let first = 0; first < list.count; first += perChunk) {
    const count = Math.min(perChunk, list.count - first);
    const bytes = buffer.subarray(0, count * list.stride);
    const offset = list.offset + first * list.stride;
    // Short only if the file has shrunk since it was opened.
    const filled = dump.file.readInto(offset, bytes);
    yield { bytes, count: Math.floor(filled / list.stride) };
  }
}

/** An `incomplete` property to spread into an object, if there is a reason. */
export function incompleteOf(
  ...reasons: readonly (string | undefined)[]
): { readonly incomplete?: string } {
  const said = reasons.filter((reason) => reason !== undefined);
  return said.length > 0 ? { incomplete: said.join("; ") } : {};
}

/** A list that begins at `start` of its stream, limited by the stream, the file and `most`. */
export function bounded(
  dump: Minidump,
  stream: StreamLocation,
  list: { what: string; start: number; stride: number; stated: number; most: number },
): EntryList {
  const { what, start, stride, stated, most } = list;
  const offset = stream.offset + start;
  const end = Math.min(stream.offset + stream.size, dump.file.size);
  const room = Math.max(0, Math.floor((end - offset) / stride));
  const count = Math.min(stated, room, most);
  const reason = stream.offset + stream.size > dump.file.size
    ? "the file ends before the others"
    : "the stream is too short for the others";
  const incomplete = count === stated
    ? undefined
    : `${count} of ${stated} ${what} are read: ${count === room ? reason : "htrace reads no more"}`;
  const there = Math.min(stated, room);
  return { offset, stride, count, stated, there, ...incompleteOf(incomplete) };
}

function emptyList(incomplete?: string): EntryList {
  return { offset: 0, stride: 1, count: 0, stated: 0, there: 0, ...incompleteOf(incomplete) };
}
