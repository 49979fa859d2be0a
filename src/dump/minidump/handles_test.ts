import { assertEquals } from "@std/assert";
import { joinBytes } from "../../byte_pieces.ts";
import { dumpWith, structure, u32 } from "./_dump_testing.ts";
import {
  HANDLE_DESCRIPTOR_2,
  HANDLE_LIST_HEADER,
  LIMITS,
  OBJECT_INFORMATION,
  STREAM,
} from "./format.ts";
import { readHandles } from "./handles.ts";
import { objectFactOf, readObjectInformation } from "./object_information.ts";

/** A piece of object information with its header. */
function piece(next: number, type: number, bytes: Uint8Array, size = bytes.length): Uint8Array {
  const header = structure(OBJECT_INFORMATION, {
    NextInfoRva: next,
    InfoType: type,
    SizeOfInfo: size,
  });
  return new Uint8Array([...header, ...bytes]);
}

function descriptors(...entries: readonly Uint8Array[]): Uint8Array[] {
  const header = structure(HANDLE_LIST_HEADER, {
    SizeOfHeader: 16,
    SizeOfEntry: 40,
    NumberOfEntries: entries.length,
  });
  return [header, ...entries];
}

Deno.test("readObjectInformation() follows a chain to its end", () => {
  let first = 0;
  const dump = dumpWith((builder) => {
    const last = builder.place(piece(0, 3, u32(1, 2)));
    const middle = builder.place(piece(last, 2, u32(3, 4)));
    first = builder.place(piece(middle, 1, new Uint8Array(48)));
  });
  assertEquals(readObjectInformation(dump, first).map(({ type, bytes }) => [type, bytes.length]), [
    [1, 48],
    [2, 8],
    [3, 8],
  ]);
  assertEquals(readObjectInformation(dump, 0), []);
});

Deno.test("readObjectInformation() ends at a loop, at the end of the file, and after a few pieces", () => {
  let loop = 0;
  let tooLong = 0;
  let beyond = 0;
  let endless = 0;
  const dump = dumpWith((builder) => {
    loop = builder.place(new Uint8Array(0));
    builder.place(piece(loop, 6, u32(0, 1)));
    tooLong = builder.place(piece(0, 6, u32(0, 1), 0xffff_ffff));
    beyond = builder.place(piece(0xffff_fff8, 6, u32(0, 1)));
    endless = builder.place(new Uint8Array(0));
    for (let count = 1; count <= 100; count++) {
      builder.place(piece(endless + count * 24, 6, u32(0, 1)));
    }
  });
  assertEquals(readObjectInformation(dump, loop).length, 1);
  assertEquals(readObjectInformation(dump, beyond).length, 1);
  assertEquals(readObjectInformation(dump, endless).length, LIMITS.objectInformation);
  assertEquals(
    readObjectInformation(dump, tooLong).every(({ bytes }) =>
      bytes.length <= LIMITS.objectInformationBytes
    ),
    true,
  );
});

Deno.test("objectFactOf() reads the known layouts", () => {
  const fact = (type: number, bytes: Uint8Array): unknown => objectFactOf({ type, bytes });
  assertEquals(fact(1, u32(0x103, 0, 4242, 17, 0, 0, 0)), {
    kind: "thread",
    processId: 4242,
    threadId: 17,
  });
  assertEquals(fact(1, u32(0x103, 0, 0, 0, 4242, 0, 17, 0, 0, 0, 0, 0)), {
    kind: "thread",
    processId: 4242,
    threadId: 17,
  });
  assertEquals(fact(4, u32(0x103, 0, 0, 0, 4242, 8)), { kind: "process", processId: 4242 });
  assertEquals(fact(4, u32(0x103, 0, 0, 0, 0, 0, 8, 0, 4242, 0, 8, 0)), {
    kind: "process",
    processId: 4242,
  });
  assertEquals(fact(2, u32(0xffff_ffff, 0x0101)), { kind: "mutant", count: -1, isAbandoned: true });
  assertEquals(fact(2, u32(1, 1)), { kind: "mutant", count: 1, isAbandoned: false });
  assertEquals(fact(6, u32(0, 1)), { kind: "event", isManualReset: true, isSignaled: true });
  assertEquals(fact(6, u32(1, 0)), { kind: "event", isManualReset: false, isSignaled: false });
  assertEquals(fact(8, u32(3, 10)), { kind: "semaphore", count: 3, maximum: 10 });
});

Deno.test("objectFactOf() returns undefined for an unknown size or type", () => {
  for (const type of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0xffff_ffff]) {
    assertEquals(objectFactOf({ type, bytes: new Uint8Array(7) }), undefined);
    assertEquals(objectFactOf({ type, bytes: new Uint8Array(0) }), undefined);
  }
});

Deno.test("handles share the strings of their types, and can have any UTF-16 as names", () => {
  const name = "\\Device\\\u0000x\ud83e\udd96\udc00 \ud800";
  const dump = dumpWith((builder) => {
    const TypeNameRva = builder.string("Key");
    builder.stream(
      STREAM.handleData,
      ...descriptors(
        structure(HANDLE_DESCRIPTOR_2, { TypeNameRva, ObjectNameRva: builder.string(name) }),
        structure(HANDLE_DESCRIPTOR_2, { TypeNameRva }),
      ),
    );
  });
  const { entries } = readHandles(dump);
  assertEquals(entries.map(({ type, objectName }) => [type, objectName]), [
    ["Key", name],
    ["Key", undefined],
  ]);
});

Deno.test("a string can have an odd length, count its terminator, or extend past the end of the file", () => {
  const string = (length: number, text: string): Uint8Array => {
    const units = Uint16Array.from(text, (character) => character.charCodeAt(0));
    return new Uint8Array([...u32(length), ...new Uint8Array(units.buffer)]);
  };
  const dump = dumpWith((builder) => {
    const names = [
      builder.place(string(5, "abc")),
      builder.place(string(8, "abc\0")),
      0xffff_fffc,
      builder.place(u32(0xffff_ffff), new Uint8Array([0x61, 0, 0x62, 0])),
    ];
    const entries = names.map((ObjectNameRva) => structure(HANDLE_DESCRIPTOR_2, { ObjectNameRva }));
    const list = descriptors(...entries);
    // The stream comes before the end of the strings, so that the last string runs to the end of the file.
    builder.stream(STREAM.handleData, ...list);
  });
  const names = readHandles(dump).entries.map(({ objectName }) => objectName);
  assertEquals(names.slice(0, 3), ["ab", "abc", undefined]);
  assertEquals(names[3]?.startsWith("ab"), true);
});

Deno.test("names that overlap in a small file do not fill the memory", () => {
  const text = "x".repeat(LIMITS.stringBytes / 2);
  const count = 2 * LIMITS.characters / text.length;
  const dump = dumpWith((builder) => {
    const length = u32(LIMITS.stringBytes);
    const lengths = new Uint8Array(count * 4);
    for (let index = 0; index < count; index++) lengths.set(length, index * 4);
    const start = builder.place(lengths, new Uint8Array(LIMITS.stringBytes).fill(0x61));
    const entries = Array.from(
      { length: count },
      (_, index) => structure(HANDLE_DESCRIPTOR_2, { ObjectNameRva: start + index * 4 }),
    );
    builder.stream(STREAM.handleData, ...descriptors(...entries));
  });
  const { entries, incomplete } = readHandles(dump);
  assertEquals(entries.filter(({ objectName }) => objectName !== undefined).length, count / 2);
  assertEquals(incomplete, "names are left out: the dump has more text than htrace reads");
});

Deno.test("only a limited number of different names is read, but all handles are", () => {
  const count = LIMITS.strings + 1000;
  const dump = dumpWith((builder) => {
    const texts = new Uint32Array(count * 2);
    for (let index = 0; index < count; index++) texts.set([4, index + 1], index * 2);
    const start = builder.place(new Uint8Array(texts.buffer));
    const entries = Array.from(
      { length: count },
      (_, index) => structure(HANDLE_DESCRIPTOR_2, { ObjectNameRva: start + index * 8 }),
    );
    const header = { SizeOfHeader: 16, SizeOfEntry: 40, NumberOfEntries: count };
    builder.stream(
      STREAM.handleData,
      structure(HANDLE_LIST_HEADER, header),
      joinBytes(entries),
    );
  });
  const { entries, incomplete } = readHandles(dump);
  assertEquals(entries.length, count);
  assertEquals(entries.filter(({ objectName }) => objectName).length, LIMITS.strings);
  assertEquals(incomplete, "names are left out: the dump has more text than htrace reads");
});

Deno.test("as many different types are kept as Windows can have, and the others are counted", () => {
  const count = LIMITS.types + 3;
  const dump = dumpWith((builder) => {
    const entries = Array.from(
      { length: count },
      (_, index) => structure(HANDLE_DESCRIPTOR_2, { TypeNameRva: builder.string(`T${index}`) }),
    );
    builder.stream(STREAM.handleData, ...descriptors(...entries));
  });
  const { entries, incomplete } = readHandles(dump);
  assertEquals(entries.filter(({ type }) => type !== undefined).length, LIMITS.types);
  assertEquals(
    incomplete,
    "the types of 3 handles are left out: the first 256 are kept, and Windows has no more",
  );
});
