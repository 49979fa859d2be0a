import { assert, assertEquals, assertThrows } from "@std/assert";
import { bytesSource } from "../../byte_source.ts";
import { FormatError } from "../../error.ts";
import { readPacked, sharedFolder } from "../_shared_data_testing.ts";
import type { StructureOf } from "../structure_table.ts";
import { buildDump, dumpWith, structure, u32, usualDump } from "./_dump_testing.ts";
import { findStream, isMinidump, openMinidump } from "./dump.ts";
import { DIRECTORY, HEADER, SIGNATURE, STREAM, VERSION } from "./format.ts";
import { readModules } from "./modules.ts";

function open(bytes: Uint8Array): ReturnType<typeof openMinidump> {
  return openMinidump(bytesSource("x.dmp", bytes));
}

/** The bytes of a dump with another header field. */
function withHeader(values: Partial<StructureOf<typeof HEADER>>): Uint8Array {
  const bytes = usualDump();
  const usual = {
    Signature: SIGNATURE,
    Version: VERSION,
    NumberOfStreams: 9,
    StreamDirectoryRva: 32,
  };
  bytes.set(structure(HEADER, { ...usual, ...values }));
  return bytes;
}

Deno.test("isMinidump() recognizes a minidump by its first four bytes", () => {
  assert(isMinidump(usualDump()));
  assert(!isMinidump(new TextEncoder().encode("MDM")));
  assert(!isMinidump(new TextEncoder().encode("PAGEDU64")));
  assert(!isMinidump(new Uint8Array(0)));
});

Deno.test("openMinidump() reads header and directory", () => {
  const dump = open(usualDump());
  assertEquals(dump.version, VERSION);
  assertEquals(dump.timestamp, Date.UTC(2026, 10, 24, 6) / 1000);
  assertEquals(dump.flags, 4n);
  assertEquals(dump.streams.map(({ type }) => type), [7, 15, 4, 3, 5, 12, 18, 11, 0]);
});

Deno.test("openMinidump() accepts any version of the writer in the upper half", () => {
  assertEquals(open(withHeader({ Version: 0x6380_a793 })).version, VERSION);
});

Deno.test("openMinidump() says that another file is not a minidump", () => {
  for (const bytes of [new Uint8Array(100), withHeader({ Version: 1 })]) {
    assertThrows(
      () => open(bytes),
      FormatError,
      'Cannot read the dump "x.dmp": it does not begin as a minidump does; name a minidump',
    );
  }
});

Deno.test("openMinidump() says which part of the header or the directory is missing", () => {
  const bytes = usualDump();
  assertThrows(() => open(bytes.subarray(0, 0)), FormatError, "its header should be at 0x0");
  assertThrows(() => open(bytes.subarray(0, 31)), FormatError, "its header at 0x0 is cut off");
  assertThrows(
    () => open(bytes.subarray(0, 100)),
    FormatError,
    "its stream directory at 0x20 is cut off after 68 of 108 bytes",
  );
  assertThrows(
    () => open(withHeader({ StreamDirectoryRva: 0xffff_fff0 })),
    FormatError,
    "its stream directory should be at 0xfffffff0, beyond the end of the file",
  );
});

Deno.test("openMinidump() rejects a count of four billion streams", () => {
  assertThrows(
    () => open(withHeader({ NumberOfStreams: 0xffff_ffff })),
    FormatError,
    "it claims to have 4294967295 streams",
  );
});

Deno.test("openMinidump() requires the system information", () => {
  const header = { Signature: SIGNATURE, Version: VERSION, StreamDirectoryRva: 32 };
  const isMissing =
    "it has no system information (stream 7), so the width of its addresses is unknown";
  assertThrows(() => open(structure(HEADER, header)), FormatError, isMissing);
  const bytes = buildDump(() => {});
  new DataView(bytes.buffer).setUint32(HEADER.size + DIRECTORY.fields.DataSize[0], 55, true);
  assertThrows(() => open(bytes), FormatError, isMissing);
  assertThrows(
    () => open(buildDump(() => {}).subarray(0, -1)),
    FormatError,
    "its system information at 0x80 is cut off after 55 of 56 bytes",
  );
});

Deno.test("openMinidump() takes the width of addresses from the processor architecture", () => {
  const widths: readonly (readonly [architecture: number, pointerSize: number])[] = [
    [0, 4], // x86, also for WoW64 if the writer was 32-bit
    [5, 4], // ARM
    [9, 8], // x64
    [12, 8], // ARM64
    [0x8003, 8], // ARM64 as Breakpad wrote it before Windows had a number for it
  ];
  for (const [architecture, pointerSize] of widths) {
    const dump = open(buildDump(() => {}, { architecture }));
    assertEquals([dump.system.architecture, dump.system.pointerSize], [architecture, pointerSize]);
  }
  assertThrows(
    () => open(buildDump(() => {}, { architecture: 0xffff })),
    FormatError,
    "its processor architecture, 0xffff, is not known",
  );
});

Deno.test("openMinidump() says that a process of another system has no Windows handles", () => {
  assertThrows(
    () => open(buildDump(() => {}, { platform: 0x8201 })),
    FormatError,
    "it is of a process on Linux, which has no Windows handles; take a dump of a Windows process",
  );
});

Deno.test("the directory can be at the end of the file", () => {
  const bytes = usualDump();
  const directory = bytes.slice(HEADER.size, HEADER.size + 9 * DIRECTORY.size);
  const moved = new Uint8Array(bytes.length + directory.length);
  moved.set(bytes);
  moved.set(directory, bytes.length);
  moved.fill(0xaa, HEADER.size, HEADER.size + directory.length);
  new DataView(moved.buffer).setUint32(HEADER.fields.StreamDirectoryRva[0], bytes.length, true);
  assertEquals(readModules(open(moved)).entries.length, 3);
});

Deno.test("findStream() returns the first stream of a type that has bytes", () => {
  const dump = dumpWith((builder) => {
    builder.entry(STREAM.commentW, 0, 0);
    builder.stream(STREAM.commentW, u32(1));
    builder.stream(STREAM.commentW, u32(2, 3));
  });
  assertEquals(findStream(dump, STREAM.commentW)?.size, 4);
  assertEquals(findStream(dump, STREAM.exception), undefined);
});

Deno.test("streams of unknown types and unused slots are skipped", () => {
  const bytes = buildDump((builder) => {
    builder.stream(0x4767_0001, u32(1, 2, 3));
    builder.stream(0x4350_0001, u32(1));
  }, { slots: 20 });
  const dump = open(bytes);
  assertEquals(dump.streams.length, 20);
  assertEquals(readModules(dump).entries, []);
});

Deno.test({
  name: "a dump whose record count is damaged on purpose is rejected with a FormatError",
  ignore: sharedFolder("minidumps") === undefined,
  fn: async () => {
    const bytes = await readPacked(
      new URL("malformed-record-count.dmp", sharedFolder("minidumps")),
    );
    assertThrows(() => open(bytes), FormatError);
  },
});
