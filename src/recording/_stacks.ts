/**
 * The stacks of all logs in a recording, in one section: the distinct addresses once, in order, then each stack as
 * positions in that list.
 *
 * @module
 */
import { placeFinder } from "../distinct_addresses.ts";
import { ListedStacks } from "../listed_stacks.ts";
import type { ByteReader } from "./_byte_reader.ts";
import type { ByteWriter } from "./_byte_writer.ts";
import { readColumn, readWideColumn, writeColumn, writeWideColumn } from "./_columns.ts";
import type { Allowance } from "./_limits.ts";

/** Writes stacks as positions in the list of their distinct addresses. */
export function writeStacks(
  writer: ByteWriter,
  stacks: readonly BigUint64Array[],
  addresses: BigUint64Array,
): void {
  writer.varint(addresses.length);
  writeWideColumn(writer, addresses);
  writer.varint(stacks.length);
  writeColumn(writer, stacks.map(({ length }) => length));
  const placesOf = placeFinder(addresses);
  for (const stack of stacks) writeColumn(writer, placesOf(stack));
}

/** Reads stacks, and the addresses to which names refer. */
export function readStacks(
  reader: ByteReader,
  allowance: Allowance,
): { stacks: ListedStacks; addresses: BigUint64Array } {
  const addressCount = reader.count(2);
  allowance.take("frames", addressCount, reader);
  const addresses = new BigUint64Array(addressCount);
  readWideColumn(reader, addresses);
  const stackCount = reader.count(1);
  allowance.take("stacks", stackCount, reader);
  const lengths = new Uint32Array(stackCount);
  readColumn(reader, lengths);
  const starts = startsOf(lengths);
  const frameCount = starts[stackCount]!;
  if (lengths.some((length) => length > reader.remaining)) {
    throw reader.error("a stack is longer than what is left");
  }
  allowance.take("frames", frameCount, reader);
  const frames = new BigUint64Array(frameCount);
  for (let stack = 0; stack < stackCount; stack++) {
    const places = new Uint32Array(lengths[stack]!);
    readColumn(reader, places);
    places.forEach((place, index) => {
      const address = addresses[place];
      if (address === undefined) {
        throw reader.error(`a frame has address ${place} of ${addressCount}`);
      }
      frames[starts[stack]! + index] = address;
    });
  }
  return { stacks: new ListedStacks(frames, starts), addresses };
}

/** Where each stack begins; sums that do not fit 32 bits stay at their limit, which no allowance reaches. */
function startsOf(lengths: Uint32Array): Uint32Array {
  const starts = new Uint32Array(lengths.length + 1);
  let end = 0;
  lengths.forEach((length, index) => {
    end = Math.min(end + length, 0xffff_ffff);
    starts[index + 1] = end;
  });
  return starts;
}
