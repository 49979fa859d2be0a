/**
 * The names of a recording's addresses, from the symbols available when it was made, for machines without them.
 *
 * @module
 */
import type { Frame, InlinedFrame } from "../frame.ts";
import { type Module, moduleFinder } from "../module.ts";
import type { ByteReader } from "./_byte_reader.ts";
import { ByteWriter } from "./_byte_writer.ts";
import type { Allowance } from "./_limits.ts";
import { readStrings, StringNumbers } from "./_strings.ts";

/** Names by address. */
export type FrameNames = ReadonlyMap<bigint, Frame>;

/** Writes the frames of those addresses that have a symbol; others are left to the reader. */
export function writeFrames(
  writer: ByteWriter,
  addresses: BigUint64Array,
  names: FrameNames,
): void {
  const strings = new StringNumbers();
  const rows = new ByteWriter();
  let count = 0;
  let previous = 0;
  for (const [place, address] of addresses.entries()) {
    const frame = names.get(address);
    if (frame?.symbol === undefined) continue;
    count++;
    rows.varint(place - previous);
    previous = place;
    rows.byte(frame.isUnaddressed ? UNADDRESSED : 0);
    rows.varint(strings.number(frame.module?.name));
    rows.varint(strings.number(frame.symbol));
    rows.varint(frame.displacement ?? 0);
    writeLine(rows, frame, strings);
    const inlined = frame.inlined ?? [];
    rows.varint(inlined.length);
    for (const inner of inlined) {
      rows.varint(strings.number(inner.symbol));
      writeLine(rows, inner, strings);
    }
  }
  strings.write(writer);
  writer.varint(count);
  writer.all(rows);
}

/** The frame came without an address. */
const UNADDRESSED = 1;

/** Writes a file's number and its line plus 1; 0 stands for none. */
function writeLine(
  writer: ByteWriter,
  { file, line }: Frame | InlinedFrame,
  strings: StringNumbers,
): void {
  writer.varint(strings.number(file));
  writer.varint(line === undefined ? 0 : line + 1);
}

/** Size of the shortest frame in bytes: position, flags, five numbers and the number of inlined frames. */
const SHORTEST_FRAME = 8;
/** Size of the shortest inlined frame in bytes. */
const SHORTEST_INLINED = 3;

/** Reads names; a frame's module is that of the recording at its address, otherwise only a name. */
export function readFrames(
  reader: ByteReader,
  addresses: BigUint64Array,
  modules: readonly Module[],
  allowance: Allowance,
): FrameNames {
  const string = readStrings(reader, allowance);
  const count = reader.count(SHORTEST_FRAME);
  allowance.take("names", count, reader);
  const moduleAt = moduleFinder(modules);
  const frames = new Map<bigint, Frame>();
  let place = 0;
  for (let row = 0; row < count; row++) {
    place += reader.varint();
    const address = addresses[place];
    if (address === undefined) {
      throw reader.error(`a name is of address ${place} of ${addresses.length}`);
    }
    frames.set(address, readFrame(address));
  }
  return frames;

  function readFrame(address: bigint): Frame {
    const flags = reader.byte();
    const name = string(reader.varint());
    const symbol = string(reader.varint());
    const displacement = reader.varint();
    const line = readLine();
    const inlinedCount = reader.count(SHORTEST_INLINED);
    allowance.take("names", inlinedCount, reader);
    const inlined = Array.from({ length: inlinedCount }, (): InlinedFrame => {
      const inner = string(reader.varint()) ?? "";
      return { symbol: inner, ...readLine() };
    });
    const loaded = moduleAt(address);
    const module = loaded?.name === name ? loaded : name === undefined ? undefined : { name };
    return {
      address,
      ...(flags === UNADDRESSED && { isUnaddressed: true as const }),
      ...(module && { module }),
      ...(symbol !== undefined && { symbol }),
      displacement,
      ...line,
      ...(inlined.length > 0 && { inlined }),
    };
  }

  function readLine(): { file?: string; line?: number } {
    const file = string(reader.varint());
    const line = reader.varint();
    return { ...(file !== undefined && { file }), ...(line > 0 && { line: line - 1 }) };
  }
}
