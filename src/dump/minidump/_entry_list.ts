/**
 * Streams that are a header and entries of one size.
 *
 * Two forms occur. Older streams begin with a 32-bit count, and some writers put four bytes of padding behind it so
 * that entries are aligned to eight. Newer ones give the sizes of their header and entries, which later versions of
 * the format may enlarge.
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

/** Entries of a stream as far as the file has them. */
export interface EntryList {
  /** Byte offset of the first entry in the file. */
  readonly offset: number;
  /** Bytes from one entry to the next. */
  readonly stride: number;
  /** Entries that are read. */
  readonly count: number;
  /** Entries that the stream claims to have. */
  readonly stated: number;
  /** Entries that the file has, also those that are too many to read. */
  readonly there: number;
  /** Why there are fewer: the end of a message. */
  readonly incomplete?: string;
}

/** What a list reader gives: what could be read, and what is missing of it. */
export interface Listing<T> {
  /** The entries, in the order of the file. */
  readonly entries: readonly T[];
  /** Why entries are missing, as the end of a message; absent when whole. */
  readonly incomplete?: string;
}

/** What is read of a list: of entries of at least `size` bytes each at most `most`; `what` names them. */
export interface EntryListOptions {
  /** What the entries are, for messages: "modules". */
  readonly what: string;
  /** Bytes of an entry that are read: the entry's own size, or the least that makes sense where the stream says it. */
  readonly size: number;
  /** The most that are read. */
  readonly most: number;
}

/** A header that gives its own size, and the size and number of the entries behind it. */
export type SizedHeader = StructureTable<{
  readonly SizeOfHeader: "u32";
  readonly SizeOfEntry: "u32";
  readonly NumberOfEntries: "u32" | "u64";
}>;

/** Bytes that are read at once while walking over entries; a larger entry is damage. */
const CHUNK_BYTES = 0x1_0000;

/** The list of a stream with a 32-bit count in front. */
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

/** The list of a stream whose header gives the sizes of header and entries. */
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

/** Reads the entries one after the other, by chunks. */
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

/** The bytes of whole entries, some at a time; they are there until the next ones are asked for. */
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
    // Short only where the file has shrunk since it was opened.
    const filled = dump.file.readInto(offset, bytes);
    yield { bytes, count: Math.floor(filled / list.stride) };
  }
}

/** An `incomplete` for an object, where there is one to say. */
export function incompleteOf(
  ...reasons: readonly (string | undefined)[]
): { readonly incomplete?: string } {
  const said = reasons.filter((reason) => reason !== undefined);
  return said.length > 0 ? { incomplete: said.join("; ") } : {};
}

/** A list that stands at `start` of its stream, as much of it as stream, file and bound allow. */
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
