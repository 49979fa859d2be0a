import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { type ByteSource, bytesSource } from "../../byte_source.ts";
import { FormatError } from "../../error.ts";
import { type DumpFacts, writeKernelDump } from "./dump_file_fixture.ts";
import { integerBytes } from "./guest_memory_fixture.ts";
import { isKernelDump } from "./header.ts";
import { type MemoryDump, openKernelDump } from "./kernel_dump.ts";

const PAGE = 0x1000;

const FACTS: DumpFacts = {
  bits: 64,
  type: 1,
  build: 19045,
  directoryTableBase: 0x1ad002n,
  psLoadedModuleList: 0xffff_f803_71a1_8010n,
  psActiveProcessHead: 0xffff_f803_71a1_8000n,
};

/** Pages whose first word is their number. */
function numbered(...frames: readonly number[]): Map<number, Uint8Array> {
  return new Map(frames.map((frame) => {
    const page = new Uint8Array(PAGE);
    page.set(integerBytes(frame, 4));
    page[PAGE - 1] = frame & 0xff;
    return [frame, page];
  }));
}

function open(bytes: Uint8Array): MemoryDump {
  const dump = openKernelDump(bytesSource("x.dmp", bytes));
  if (dump.kind !== "memory") throw new TypeError("not a dump with memory");
  return dump;
}

function frameAt(dump: MemoryDump, frame: number): number | undefined {
  const bytes = dump.memory.read(BigInt(frame) * BigInt(PAGE), 4);
  return bytes.length < 4
    ? undefined
    : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
}

/** Runs in separate chunks of the bitmap; the bit of the last page is in a partial byte. */
const FRAMES = [0x20, 0x21, 0x22, 0x40, 0x4_0001, 0x4_0002, 0x8_0003];

for (
  const [bits, type] of [
    [32, 2],
    [64, 2],
    [32, 5],
    [64, 5],
    [64, 6],
    [64, 8],
    [64, 9],
    [64, 10],
  ] as const
) {
  Deno.test(`openKernelDump() finds the pages of a ${bits}-bit dump of type ${type}`, () => {
    const dump = open(writeKernelDump({ ...FACTS, bits, type }, numbered(...FRAMES)));
    assertEquals(dump.damage, []);
    for (const frame of FRAMES) assertEquals(frameAt(dump, frame), frame);
    for (const frame of [0, 0x1f, 0x23, 0x41, 0x4_0000, 0x4_0003, 0x8_0002, 0x8_0004, 2 ** 39]) {
      assertEquals(frameAt(dump, frame), undefined);
    }
    assertMatch(dump.memory.explainMissing(0n), /the page is not in the dump/);
  });
}

for (const bits of [32, 64] as const) {
  Deno.test(`openKernelDump() finds the pages of a ${bits}-bit full dump, run by run`, () => {
    const bytes = writeKernelDump({ ...FACTS, bits }, numbered(0x20, 0x21, 0x22, 0x23));
    // Moves the last two pages far away, above 4 GiB.
    const width = bits === 32 ? 4 : 8;
    const run = bits === 32 ? 0x6c : 0x98;
    bytes.set(integerBytes(2, 4), bits === 32 ? 0x64 : 0x88);
    [0x20, 2, 0x10_0022, 2].forEach((word, index) =>
      bytes.set(integerBytes(word, width), run + index * width)
    );
    const dump = open(bytes);
    assertEquals(frameAt(dump, 0x21), 0x21);
    assertEquals(frameAt(dump, 0x22), undefined);
    assertEquals([frameAt(dump, 0x10_0022), frameAt(dump, 0x10_0023)], [0x22, 0x23]);
  });
}

Deno.test("DumpMemory reads across page boundaries, and ends at the first missing page", () => {
  const dump = open(writeKernelDump({ ...FACTS, type: 6 }, numbered(0x20, 0x21, 0x40)));
  const bytes = dump.memory.read(0x20fffn, 8);
  assertEquals([bytes[0], bytes[1], bytes.length], [0x20, 0x21, 8]);
  assertEquals(dump.memory.read(0x21ff0n, 0x20).length, 0x10);
  assertEquals(dump.memory.read(1n << 60n, 8).length, 0);
});

Deno.test("openKernelDump() keeps the pages of a file that is cut short, and says where it ends", () => {
  const whole = writeKernelDump({ ...FACTS, type: 6 }, numbered(0x20, 0x21, 0x22));
  const dump = open(whole.subarray(0, whole.length - PAGE - 0x800));
  assertEquals(dump.damage, [
    `the file is cut short: it ends at 0x4800 and its pages should reach to 0x6000, so the pages past ` +
    "its end are missing",
  ]);
  assertEquals(frameAt(dump, 0x21), 0x21);
  assertEquals(dump.memory.read(0x21000n, PAGE).length, 0x800);
  assertEquals(frameAt(dump, 0x22), undefined);
  assertMatch(
    dump.memory.explainMissing(0x22000n),
    /past the end of the file, which is cut short/,
  );
});

Deno.test("openKernelDump() reads the header", () => {
  const { header } = open(
    writeKernelDump({ ...FACTS, debuggerData: 0xffff_f803_71a1_8250n }, numbered(1)),
  );
  assertEquals(header, {
    bits: 64,
    size: 0x2000,
    dumpType: 1,
    buildNumber: 19045,
    machine: 0x8664,
    directoryTableBase: 0x1ad002n,
    psLoadedModuleList: 0xffff_f803_71a1_8010n,
    psActiveProcessHead: 0xffff_f803_71a1_8000n,
    kdDebuggerDataBlock: 0xffff_f803_71a1_8250n,
    systemTime: new Date("2024-09-06T01:56:33.756Z"),
  });
  const small = open(writeKernelDump({ ...FACTS, bits: 32, isPae: true }, numbered(1)));
  assertEquals(small.header.isPae, true);
  assertEquals("kdDebuggerDataBlock" in small.header, false);
});

Deno.test("openKernelDump() treats fields that hold the filler as unset", () => {
  const small = writeKernelDump({ ...FACTS, bits: 32 }, numbered(1));
  small[0x5c] = 0x50;
  assertEquals(open(small).header.isPae, undefined);
  const bytes = writeKernelDump(FACTS, numbered(1));
  bytes.set(new TextEncoder().encode("PAGEPAGE"), 0x28);
  assertEquals(open(bytes).header.psActiveProcessHead, undefined);
});

Deno.test("isKernelDump() recognizes both signatures by eight bytes", () => {
  const head = (text: string): Uint8Array => new TextEncoder().encode(text);
  assertEquals(["PAGEDUMP", "PAGEDU64..", "PAGEDU65", "MDMP", "PAGE"].map(head).map(isKernelDump), [
    true,
    true,
    false,
    false,
    false,
  ]);
});

/** Rejected dumps, and what their one line says. */
const REJECTED: readonly [
  what: string,
  change: (bytes: Uint8Array) => Uint8Array,
  found: RegExp,
][] = [
  [
    "a file that is not a kernel dump",
    () => new TextEncoder().encode("MDMP and more"),
    /does not begin as a kernel dump/,
  ],
  [
    "an unknown type",
    (bytes) => put(bytes, 0xf98, 77, 4),
    /its dump type is 77, which is not one that is known; write a kernel, automatic, active or complete/,
  ],
  [
    "a header-only dump",
    (bytes) => put(bytes, 0xf98, 3, 4),
    /header-only dump: there is no memory/,
  ],
  [
    "an ARM64 system",
    (bytes) => put(bytes, 0x30, 0xaa64, 4),
    /ARM64 system, whose page tables .* not known: processes, handles and traces cannot be found in it; run htrace/,
  ],
  [
    "another machine",
    (bytes) => put(bytes, 0x30, 0x200, 4),
    /machine type is 0x200, and a 64-bit header should have 0x8664/,
  ],
  [
    "a bitmap without its marks",
    (bytes) => put(bytes, 0x2000, 0, 8),
    /not begin with "SDMP" or "FDMP"/,
  ],
  [
    "a bitmap without room",
    (bytes) => put(bytes, 0x2020, 0x2030, 8),
    /first page at 0x2030 leaves no room for the bitmap/,
  ],
  [
    "a first page beyond the file",
    (bytes) => put(bytes, 0x2020, 2n ** 63n, 8),
    /first page should be at 0x8000000000000000, beyond the end of the file at 0x5000/,
  ],
];

function put(bytes: Uint8Array, offset: number, value: bigint | number, size: number): Uint8Array {
  bytes.set(integerBytes(value, size), offset);
  return bytes;
}

for (const [what, change, found] of REJECTED) {
  Deno.test(`openKernelDump() says in one line what is wrong with ${what}`, () => {
    const bytes = change(writeKernelDump({ ...FACTS, type: 6 }, numbered(0x20, 0x21)));
    const error = assertThrows(() => openKernelDump(bytesSource("x.dmp", bytes)), FormatError);
    assertMatch(error.message, found);
    assertMatch(error.message, /^Cannot read the dump "x.dmp": [^\n]*; [^\n]*$/);
  });
}

const RANGES_REJECTED: readonly [string, (bytes: Uint8Array) => Uint8Array, RegExp][] = [
  ["no marks", (bytes) => put(bytes, 0x2004, 0, 4), /does not begin with "RDMP"/],
  [
    "a first page inside the header",
    (bytes) => put(bytes, 0x2018, 0x2030, 8),
    /no room for ranges/,
  ],
];

for (const [what, change, found] of RANGES_REJECTED) {
  Deno.test(`openKernelDump() says in one line what is wrong with ranges that have ${what}`, () => {
    const bytes = change(writeKernelDump({ ...FACTS, type: 10 }, numbered(0x20)));
    assertMatch(assertThrows(() => open(bytes), FormatError).message, found);
  });
}

Deno.test("openKernelDump() keeps exact offsets with runs of 2^60 pages", () => {
  const bytes = writeKernelDump({ ...FACTS, type: 10 }, numbered(0x20, 0x21));
  put(bytes, 0x2038, 2n ** 60n, 8);
  put(bytes, 0x2028, 2n ** 61n, 8);
  const dump = open(bytes);
  assertMatch(
    dump.damage.join(),
    /1152921504606846976 pages from page 0x20 are more than any machine/,
  );
  assertEquals([frameAt(dump, 0x20), frameAt(dump, 0x21)], [0x20, 0x21]);
  assertEquals(frameAt(dump, 0x22), undefined);
});

/** A file of 64 TiB whose bitmap is 2 GiB of one bits, and the number of bytes read from it. */
function hugeBitmap(): { source: ByteSource; readBytes: () => number } {
  const head = writeKernelDump({ ...FACTS, type: 6 }, numbered(0x20));
  const firstPage = 0x1_0000_0000;
  put(head, 0x2020, firstPage, 8);
  put(head, 0x2028, 2 ** 34, 8);
  put(head, 0x2030, 2 ** 34, 8);
  let count = 0;
  const source: ByteSource = {
    name: "huge.dmp",
    size: firstPage + 2 ** 46,
    read: (offset, length) => {
      count += length;
      const bytes = new Uint8Array(length).fill(offset < firstPage ? 0xff : 0);
      if (offset < 0x2038) bytes.set(head.subarray(offset, Math.min(0x2038, offset + length)));
      else if (offset >= firstPage) bytes.set(integerBytes((offset - firstPage) / PAGE, 4));
      return bytes;
    },
  };
  return { source, readBytes: () => count };
}

Deno.test("openKernelDump() reads only the needed parts of a bitmap of 2 GiB", () => {
  const { source, readBytes } = hugeBitmap();
  const dump = openKernelDump(source);
  if (dump.kind !== "memory") throw new TypeError("not a dump with memory");
  assertEquals(dump.damage, []);
  assertEquals(dump.memory.read(0x20_0000n * BigInt(PAGE), 4).length, 4);
  assert(readBytes() < 2 ** 20, `${readBytes()} bytes were read`);
});
