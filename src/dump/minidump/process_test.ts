import { assertEquals } from "@std/assert";
import type { StructureOf } from "../structure_table.ts";
import { dumpWith, structure } from "./_dump_testing.ts";
import type { Minidump } from "./dump.ts";
import { MISC_INFO, STREAM } from "./format.ts";
import { readComments, readMiscInfo } from "./process.ts";

function misc(values: Partial<StructureOf<typeof MISC_INFO>>, size = 24): Minidump {
  return dumpWith((builder) => builder.stream(STREAM.miscInfo, structure(MISC_INFO, values, size)));
}

Deno.test("readMiscInfo() reads the process of every version of the structure", () => {
  for (const size of [24, 44, 232, 832, 1364, 2000]) {
    const values = { SizeOfInfo: size, Flags1: 3, ProcessId: 4242, ProcessCreateTime: 0x65ff_0000 };
    assertEquals(readMiscInfo(misc(values, size)), {
      size,
      flags: 3,
      processId: 4242,
      createTime: 0x65ff_0000,
    });
  }
});

Deno.test("readMiscInfo() leaves out what the writer did not fill in", () => {
  const values = { SizeOfInfo: 24, ProcessId: 4242, ProcessCreateTime: 5 };
  assertEquals(readMiscInfo(misc({ ...values, Flags1: 0 })), { size: 24, flags: 0 });
  assertEquals(readMiscInfo(misc({ ...values, ProcessCreateTime: 0, Flags1: 2 })), {
    size: 24,
    flags: 2,
  });
  assertEquals(readMiscInfo(misc(values, 20)), undefined);
  assertEquals(readMiscInfo(dumpWith(() => {})), undefined);
});

Deno.test("readComments() reads both kinds, in UTF-8, an ANSI code page or UTF-16", () => {
  const utf16 = new Uint8Array(Uint16Array.from("größer\0", (c) => c.charCodeAt(0)).buffer);
  const ansi = (bytes: Uint8Array): Minidump =>
    dumpWith((builder) => {
      builder.stream(STREAM.commentA, bytes);
      builder.stream(STREAM.commentW, utf16);
    });
  assertEquals(readComments(ansi(new TextEncoder().encode("für\0"))), ["für", "größer"]);
  assertEquals(readComments(ansi(Uint8Array.of(0x66, 0xfc, 0x72, 0))), ["für", "größer"]);
  assertEquals(readComments(ansi(new Uint8Array(4))), ["größer"]);
});
