import { assert, assertEquals, assertThrows } from "@std/assert";
import type { ByteSource } from "../byte_source.ts";
import { FormatError } from "../error.ts";
import { DumpFile } from "./dump_file.ts";
import { structureTable } from "./structure_table.ts";

const PAGE = 0x1_0000;

/** A file whose byte at `offset` is `offset % 251`; counts the reads. */
function countingSource(size: number): ByteSource & { reads: number; bytesRead: number } {
  return {
    name: "x.dmp",
    size,
    reads: 0,
    bytesRead: 0,
    read(offset, length): Uint8Array {
      const bytes = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
      for (let index = 0; index < bytes.length; index++) bytes[index] = (offset + index) % 251;
      this.reads++;
      this.bytesRead += bytes.length;
      return bytes;
    },
  };
}

function expectedBytes(offset: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (offset + index) % 251);
}

Deno.test("DumpFile reads the file's bytes across page boundaries, from kept pages and past them", () => {
  const file = new DumpFile(countingSource(5 * PAGE + 100));
  const places: readonly (readonly [offset: number, length: number])[] = [
    [0, 1],
    [PAGE - 1, 2],
    [PAGE - 1, PAGE],
    [PAGE, PAGE],
    [10, PAGE + 1],
    [1, 4 * PAGE],
    [5 * PAGE, 100],
  ];
  for (const [offset, length] of places) {
    assertEquals(file.read(offset, length), expectedBytes(offset, length));
  }
});

Deno.test("DumpFile.read() is short at the end of the file and empty beyond it", () => {
  const file = new DumpFile(countingSource(100));
  assertEquals(file.read(90, 20).length, 10);
  assertEquals(file.read(100, 1).length, 0);
  assertEquals(file.read(2 ** 53, 1).length, 0);
  assertEquals(file.read(-1, 10).length, 0);
  assertEquals(file.read(NaN, 10).length, 0);
});

Deno.test("DumpFile reads a page once, and keeps at most 64", () => {
  const source = countingSource(100 * PAGE);
  const file = new DumpFile(source);
  for (let round = 0; round < 10; round++) file.read(round * 8, 8);
  assertEquals(source.reads, 1);
  for (let page = 1; page < 64; page++) file.read(page * PAGE, 8);
  file.read(0, 8);
  assertEquals(source.reads, 64);
  file.read(64 * PAGE, 8); // pushes out page 1, the least recently used
  file.read(0, 8);
  assertEquals(source.reads, 65);
  file.read(PAGE, 8);
  assertEquals(source.reads, 66);
});

Deno.test("DumpFile names what it could not read, and where", () => {
  const file = new DumpFile(countingSource(0x20));
  const error = assertThrows(() => file.bytes(0x18, 16, "stream directory"), FormatError);
  assert(error instanceof FormatError);
  assertEquals(
    error.message,
    'Cannot read the dump "x.dmp": its stream directory at 0x18 is cut off after 8 of 16 bytes; ' +
      "copy the file again, or write a new dump",
  );
  assertEquals([error.file, error.offset], ["x.dmp", 0x18]);
  assertThrows(
    () => file.structure(structureTable("HEADER", 8, { Size: [0, "u64"] }), 0x40),
    FormatError,
    "its HEADER should be at 0x40, beyond the end of the file at 0x20",
  );
});
