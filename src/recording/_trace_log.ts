/**
 * A trace log in a recording: its layout, its distinct stacks, and its entries column by column.
 *
 * An entry is words of 32 bits, whatever its fields are: those of its stack are written once for all entries
 * that have the same, the others (fields and padding alike) are columns. So every layout, and what
 * lies between its fields, comes back byte for byte.
 *
 * @module
 */
import type { EntryField, EntryLayout, TraceLog } from "../trace_log.ts";
import { traceCount } from "../trace_log.ts";
import type { ByteReader } from "./_byte_reader.ts";
import type { ByteWriter } from "./_byte_writer.ts";
import { readColumn, writeColumn } from "./_columns.ts";
import { distinctRows } from "./_distinct_rows.ts";

/** Bytes of a word. */
const WORD = 4;
/** Largest entry that is read, in bytes; the largest known is AVRF_HANDLE_OPERATION, 0x120. */
const LARGEST_ENTRY = 0x1000;

/** Writes a log. */
export function writeTraceLog(writer: ByteWriter, log: TraceLog): void {
  writeLayout(writer, log.layout);
  writer.varint(log.parsed);
  writer.optional(log.slots, (slots) => writer.varint(slots));
  writer.optional(log.incomplete, (reason) => writer.text(reason));
  writer.optional(log.process, (process) => writer.address(process));
  writer.optional(log.objectTable, (objectTable) => writer.address(objectTable));

  const { stack, others, stride } = entryWords(log.layout);
  const count = traceCount(log);
  const words = wordsOf(log.bytes.subarray(0, count * log.layout.size));
  const { ids, firsts } = distinctRows({
    words,
    start: stack.start,
    stride,
    width: stack.length,
    count,
  });
  const stacks = new Uint32Array(firsts.length * stack.length);
  firsts.forEach((row, id) => {
    const start = row * stride + stack.start;
    stacks.set(words.subarray(start, start + stack.length), id * stack.length);
  });

  writer.varint(firsts.length);
  for (let start = 0; start < stack.length; start++) {
    writeColumn(writer, { words: stacks, start, stride: stack.length }, firsts.length);
  }
  writer.varint(count);
  writeColumn(writer, { words: ids, start: 0, stride: 1 }, count);
  for (const start of others) writeColumn(writer, { words, start, stride }, count);
}

/** Reads a log, unless its entries take more than `room` bytes: equal ones pack to next to nothing. */
export function readTraceLog(reader: ByteReader, room: number): TraceLog {
  const layout = readLayout(reader);
  const parsed = reader.varint();
  const slots = reader.optional(() => reader.varint());
  const incomplete = reader.optional(() => reader.text());
  const process = reader.optional(() => reader.address());
  const objectTable = reader.optional(() => reader.address());
  return {
    bytes: readEntries(reader, layout, room),
    layout,
    parsed,
    ...(slots !== undefined && { slots }),
    ...(incomplete !== undefined && { incomplete }),
    ...(process !== undefined && { process }),
    ...(objectTable !== undefined && { objectTable }),
  };
}

function readEntries(reader: ByteReader, layout: EntryLayout, room: number): Uint8Array {
  const { stack, others, stride } = entryWords(layout);
  const stackCount = reader.count(stack.length);
  const stacks = new Uint32Array(stackCount * stack.length);
  for (let start = 0; start < stack.length; start++) {
    readColumn(reader, { words: stacks, start, stride: stack.length }, stackCount);
  }
  const count = reader.count(1 + others.length);
  if (count * layout.size > room) {
    throw reader.error(`a log of ${count} traces is announced, ${room} bytes are left for it`);
  }
  const ids = new Uint32Array(count);
  readColumn(reader, { words: ids, start: 0, stride: 1 }, count);
  const words = new Uint32Array(count * stride);
  for (const start of others) readColumn(reader, { words, start, stride }, count);
  ids.forEach((id, row) => {
    if (id >= stackCount) throw reader.error(`a trace has stack ${id} of ${stackCount}`);
    const frames = stacks.subarray(id * stack.length, (id + 1) * stack.length);
    words.set(frames, row * stride + stack.start);
  });
  return new Uint8Array(words.buffer);
}

/** Which words of an entry are its stack, and which are not. */
function entryWords(
  layout: EntryLayout,
): { stack: { start: number; length: number }; others: number[]; stride: number } {
  const stride = layout.size / WORD;
  const start = layout.stack.offset / WORD;
  const length = layout.stack.size * layout.stack.frames / WORD;
  const others = Array.from({ length: stride }, (_, word) => word)
    .filter((word) => word < start || word >= start + length);
  return { stack: { start, length }, others, stride };
}

/** Entries as words. Every system that runs this is little-endian, as the entries are. */
function wordsOf(bytes: Uint8Array): Uint32Array {
  const aligned = bytes.byteOffset % WORD === 0 ? bytes : bytes.slice();
  return new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.length / WORD);
}

function writeLayout(writer: ByteWriter, layout: EntryLayout): void {
  if (!isRecordable(layout)) {
    throw new RangeError(
      `Cannot record a log of ${layout.name}: its entries of ${layout.size} bytes are not made of words`,
    );
  }
  writer.text(layout.name);
  writer.varint(layout.size);
  for (
    const field of [layout.handle, layout.processId, layout.threadId, layout.type, layout.stack]
  ) {
    writer.varint(field.offset);
    writer.varint(field.size);
  }
  writer.varint(layout.stack.frames);
}

function readLayout(reader: ByteReader): EntryLayout {
  const name = reader.text();
  const size = reader.varint();
  const field = (): EntryField => ({ offset: reader.varint(), size: readWidth(reader) });
  const [handle, processId, threadId, type] = [field(), field(), field(), field()];
  const stack = { ...field(), frames: reader.varint() };
  const layout = { name, size, handle, processId, threadId, type, stack };
  if (!isRecordable(layout)) throw reader.error(`the layout of ${name} does not fit its entry`);
  return layout;
}

function readWidth(reader: ByteReader): 4 | 8 {
  const width = reader.varint();
  if (width !== 4 && width !== 8) throw reader.error(`a field is ${width} bytes wide`);
  return width;
}

/** Whether an entry is of a sane size, has its fields inside, and can be taken as words. */
function isRecordable({ size, stack, handle, processId, threadId, type }: EntryLayout): boolean {
  const isInside = ({ offset, size: width }: EntryField): boolean => offset + width <= size;
  return size <= LARGEST_ENTRY && stack.frames > 0 && size % WORD === 0 &&
    stack.offset % WORD === 0 &&
    stack.offset + stack.size * stack.frames <= size &&
    [handle, processId, threadId, type].every(isInside);
}
