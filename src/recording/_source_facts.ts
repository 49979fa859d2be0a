/**
 * What the source of a log says in addition to the traces: notes, the stacks that are the system's, totals by stack,
 * and why the process was stopped. Older recordings end before these facts, or before the last of them.
 *
 * @module
 */
import type { ListedStacks } from "../listed_stacks.ts";
import type { StackId, StackTotals, TraceLog, TraceStop } from "../trace_log.ts";
import type { ByteReader } from "./_byte_reader.ts";
import type { ByteWriter } from "./_byte_writer.ts";
import type { Allowance } from "./_limits.ts";

type SourceFacts = Pick<TraceLog, "notes" | "systemStacks" | "totals" | "stops">;

/** Size of the shortest stop in bytes: a code, and a flag for each other value. */
const SHORTEST_STOP = 6;

/** Writes the facts; stack ids are already numbers in the recording. */
export function writeSourceFacts(writer: ByteWriter, facts: SourceFacts): void {
  writer.optional(facts.notes, (notes) => writeTexts(writer, notes));
  writer.optional(facts.systemStacks, (stacks) => {
    writer.varint(stacks.size);
    for (const stack of stacks) writer.varint(stack);
  });
  writer.optional(facts.totals, (totals) => {
    writer.varint(totals.size);
    for (const [stack, { opened, closed }] of totals) {
      writer.varint(stack);
      writer.varint(opened);
      writer.varint(closed);
    }
  });
  writer.optional(facts.stops, (stops) => {
    writer.varint(stops.length);
    for (const stop of stops) writeStop(writer, stop);
  });
}

function writeStop(writer: ByteWriter, stop: TraceStop): void {
  writer.varint(stop.code);
  for (const value of [stop.handle, stop.processId, stop.threadId, stop.exception, stop.stack]) {
    writer.optional(value, (value) => writer.varint(value));
  }
}

/** Reads the facts, if there are any. */
export function readSourceFacts(
  reader: ByteReader,
  stacks: ListedStacks,
  allowance: Allowance,
): SourceFacts {
  if (reader.remaining === 0) return {};
  const notes = reader.optional(() => readTexts(reader, allowance));
  const readStack = (): StackId => {
    const stack = reader.varint();
    if (stack >= stacks.count) {
      throw reader.error(`a fact is of stack ${stack} of ${stacks.count}`);
    }
    return stack;
  };
  /** At most one for each stack. */
  const readCount = (): number => {
    const count = reader.varint();
    if (count > stacks.count) {
      throw reader.error(`${count} stacks are announced, there are ${stacks.count}`);
    }
    return count;
  };
  const systemStacks = reader.optional(() =>
    new Set(Array.from({ length: readCount() }, readStack))
  );
  const totals = reader.optional(() =>
    new Map(
      Array.from({ length: readCount() }, (): [StackId, StackTotals] => [
        readStack(),
        { opened: reader.varint(), closed: reader.varint() },
      ]),
    )
  );
  const stops = reader.remaining === 0
    ? undefined
    : reader.optional(() => readStops(reader, readStack, allowance));
  return {
    ...(notes && { notes }),
    ...(systemStacks && { systemStacks }),
    ...(totals && { totals }),
    ...(stops && { stops }),
  };
}

function readStops(
  reader: ByteReader,
  readStack: () => StackId,
  allowance: Allowance,
): TraceStop[] {
  const count = reader.count(SHORTEST_STOP);
  allowance.take("stops", count, reader);
  return Array.from({ length: count }, () => {
    const code = reader.varint();
    const [handle, processId, threadId, exception] = Array.from(
      { length: 4 },
      () => reader.optional(() => reader.varint()),
    );
    const stack = reader.optional(readStack);
    return {
      code,
      ...(handle !== undefined && { handle }),
      ...(processId !== undefined && { processId }),
      ...(threadId !== undefined && { threadId }),
      ...(exception !== undefined && { exception }),
      ...(stack !== undefined && { stack }),
    };
  });
}

/** Writes a list of strings. */
export function writeTexts(writer: ByteWriter, texts: readonly string[]): void {
  writer.varint(texts.length);
  for (const text of texts) writer.text(text);
}

/** Reads a list of strings. */
export function readTexts(reader: ByteReader, allowance: Allowance): string[] {
  const count = reader.count(1);
  allowance.take("strings", count, reader);
  return Array.from({ length: count }, () => reader.text());
}
