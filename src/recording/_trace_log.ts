/**
 * A trace log in a recording: its facts, then its columns.
 *
 * @module
 */
import type { ListedStacks } from "../listed_stacks.ts";
import { traceTypeOf } from "../trace.ts";
import type { ObjectInfo, TraceLog } from "../trace_log.ts";
import type { ByteReader } from "./_byte_reader.ts";
import type { ByteWriter } from "./_byte_writer.ts";
import { readColumn, readWideColumn, writeColumn, writeWideColumn } from "./_columns.ts";
import type { Allowance } from "./_limits.ts";
import { readSourceFacts, writeSourceFacts } from "./_source_facts.ts";
import { readStrings, StringNumbers } from "./_strings.ts";

/** Stands for the time of a log whose source has none. */
const UNDATED = 0;

/** Writes a log whose stack ids are already numbers in the recording. */
export function writeTraceLog(writer: ByteWriter, log: TraceLog): void {
  writer.varint(log.readAt?.getTime() ?? UNDATED);
  writer.varint(log.parsed);
  writer.optional(log.slots, (slots) => writer.varint(slots));
  writer.optional(log.incomplete, (reason) => writer.text(reason));
  writer.optional(log.process, (process) => writer.address(process));
  writer.optional(log.objectTable, (objectTable) => writer.address(objectTable));
  writer.varint(log.count);
  for (const column of [log.type, log.handle, log.processId, log.threadId, log.stack]) {
    writeColumn(writer, column);
  }
  const wide = [...log.wideHandles ?? []];
  writer.varint(wide.length);
  for (const [trace, handle] of wide) {
    writer.varint(trace);
    writer.address(handle);
  }
  writer.optional(log.time, (time) => writeWideColumn(writer, time));
  writer.optional(log.object, (object) => {
    writeObjects(writer, log.objects ?? []);
    writeColumn(writer, object);
  });
  writeSourceFacts(writer, log);
}

/** Reads a log whose stacks are those of its recording. */
export function readTraceLog(
  reader: ByteReader,
  stacks: ListedStacks,
  allowance: Allowance,
): TraceLog {
  const readTime = reader.varint();
  const readAt = new Date(readTime);
  if (Number.isNaN(readAt.getTime())) throw reader.error("a time is out of range");
  const parsed = reader.varint();
  const slots = reader.optional(() => reader.varint());
  const incomplete = reader.optional(() => reader.text());
  const process = reader.optional(() => reader.address());
  const objectTable = reader.optional(() => reader.address());
  const columns = readColumns(reader, stacks, allowance);
  const time = reader.optional(() => {
    const time = new Float64Array(columns.count);
    readWideColumn(reader, time);
    return time;
  });
  const named = reader.optional(() => {
    const objects = readObjects(reader, allowance);
    const object = new Uint32Array(columns.count);
    readColumn(reader, object);
    if (object.some((id) => id > objects.length)) throw reader.error("a trace has no such object");
    return { object, objects };
  });
  return {
    ...columns,
    stacks,
    ...(readTime !== UNDATED && { readAt }),
    parsed,
    ...(slots !== undefined && { slots }),
    ...(incomplete !== undefined && { incomplete }),
    ...(process !== undefined && { process }),
    ...(objectTable !== undefined && { objectTable }),
    ...(time && { time }),
    ...named,
    ...readSourceFacts(reader, stacks, allowance),
  };
}

/** Size of the shortest trace in bytes: one for each column. */
const SHORTEST_TRACE = 5;

function readColumns(
  reader: ByteReader,
  stacks: ListedStacks,
  allowance: Allowance,
): Pick<
  TraceLog,
  "count" | "type" | "handle" | "processId" | "threadId" | "stack" | "wideHandles"
> {
  const count = reader.count(SHORTEST_TRACE);
  allowance.take("traces", count, reader);
  const type = new Uint8Array(count);
  const [handle, processId, threadId, stack] = Array.from(
    { length: 4 },
    () => new Uint32Array(count),
  ) as [Uint32Array, Uint32Array, Uint32Array, Uint32Array];
  for (const column of [type, handle, processId, threadId, stack]) readColumn(reader, column);
  const wrong = type.findIndex((code) => traceTypeOf(code) === undefined);
  if (wrong >= 0) throw reader.error(`trace ${wrong} has type ${type[wrong]}, expected 1 to 3`);
  const outside = stack.findIndex((id) => id >= stacks.count);
  if (outside >= 0) {
    throw reader.error(`trace ${outside} has stack ${stack[outside]} of ${stacks.count}`);
  }
  const wide = Array.from({ length: reader.count(9) }, (): [number, bigint] => {
    const trace = reader.varint();
    if (trace >= count) throw reader.error(`a handle is of trace ${trace} of ${count}`);
    return [trace, reader.address()];
  });
  return {
    count,
    type,
    handle,
    processId,
    threadId,
    stack,
    ...(wide.length > 0 && { wideHandles: new Map(wide) }),
  };
}

function writeObjects(writer: ByteWriter, objects: readonly ObjectInfo[]): void {
  const strings = new StringNumbers();
  const rows = objects.map(({ type, name, address }) => ({
    type: strings.number(type),
    name: strings.number(name),
    address,
  }));
  strings.write(writer);
  writer.varint(rows.length);
  for (const { type, name, address } of rows) {
    writer.varint(type);
    writer.varint(name);
    writer.optional(address, (value) => writer.address(value));
  }
}

/** Size of the shortest object in bytes: two numbers and a flag. */
const SHORTEST_OBJECT = 3;

function readObjects(reader: ByteReader, allowance: Allowance): ObjectInfo[] {
  const string = readStrings(reader, allowance);
  const count = reader.count(SHORTEST_OBJECT);
  allowance.take("objects", count, reader);
  return Array.from({ length: count }, () => {
    const type = string(reader.varint());
    const name = string(reader.varint());
    const address = reader.optional(() => reader.address());
    return {
      ...(type !== undefined && { type }),
      ...(name !== undefined && { name }),
      ...(address !== undefined && { address }),
    };
  });
}
