import { assertEquals, assertMatch } from "@std/assert";
import { bytesSource } from "../../byte_source.ts";
import { writeKernelDump } from "./dump_file_fixture.ts";
import { integerBytes } from "./guest_memory_fixture.ts";
import { openKernelDump, type TriageDump } from "./kernel_dump.ts";

/** Offsets in a driver entry of either width (reference dump-formats, 2.4 and 4). */
const ENTRY = {
  32: { header: 0x1000, size: 0x4c, base: 0x1c, length: 0x24, stamp: 0x48, pointer: 4 },
  64: { header: 0x2000, size: 0x90, base: 0x38, length: 0x48, stamp: 0x88, pointer: 8 },
} as const;

const NAMES = ["ntoskrnl.exe", "bäd.sys"];

/** A small dump with two drivers and the first bytes of a process. */
function smallDump(bits: 32 | 64, drivers = NAMES.length): Uint8Array {
  const at = ENTRY[bits];
  const head = writeKernelDump({
    bits,
    type: 4,
    build: 7601,
    directoryTableBase: 0x1000n,
    psLoadedModuleList: 0n,
    psActiveProcessHead: 0n,
  }, new Map());
  const bytes = new Uint8Array(at.header + 0x2000);
  bytes.set(head);
  const put = (offset: number, value: bigint | number, size: number): void =>
    bytes.set(integerBytes(value, size), offset);
  const end = at.header + 0x1ffc;
  const list = at.header + 0x400;
  const text = (index: number): number => at.header + 0x1000 + index * 0x100;
  put(at.header + 4, end + 4, 4);
  put(at.header + 8, end, 4);
  bytes.set(new TextEncoder().encode("TRGD"), end);
  put(at.header + 0x20, at.header + 0x200, 4);
  put(at.header + 0x24, at.header + 0x280, 4);
  put(at.header + 0x200, 0x1234, 4);
  put(at.header + 0x30, list, 4);
  put(at.header + 0x34, drivers, 4);
  NAMES.forEach((name, index) => {
    const entry = list + index * at.size;
    put(entry, text(index), 4);
    put(entry + at.base, 0x8200_0000 + index * 0x1_0000, at.pointer);
    put(entry + at.length, 0x5000, 4);
    put(entry + at.stamp, 0x4a5b_0000 + index, 4);
    put(text(index), name.length, 4);
    [...name].forEach((letter, place) => put(text(index) + 4 + place * 2, letter.charCodeAt(0), 2));
  });
  return bytes;
}

function open(bytes: Uint8Array): TriageDump {
  const dump = openKernelDump(bytesSource("small.dmp", bytes));
  if (dump.kind !== "triage") throw new TypeError("not a small dump");
  return dump;
}

for (const bits of [32, 64] as const) {
  Deno.test(`readTriage() reads drivers and the current process of a ${bits}-bit dump`, () => {
    const dump = open(smallDump(bits));
    assertEquals(dump.modules, [
      { name: "ntoskrnl.exe", base: 0x8200_0000n, size: 0x5000, timestamp: 0x4a5b_0000 },
      { name: "bäd.sys", base: 0x8201_0000n, size: 0x5000, timestamp: 0x4a5b_0001 },
    ]);
    assertEquals(dump.process.length, 0x80);
    assertEquals([...dump.process.subarray(0, 2)], [0x34, 0x12]);
    assertEquals(dump.damage, []);
    assertMatch(
      dump.lacks,
      /^"small.dmp" is a small \(triage\) dump, and it holds no physical memory/,
    );
  });
}

Deno.test("readTriage() says that a dump is cut short, and keeps the drivers that are there", () => {
  const whole = smallDump(64);
  const dump = open(whole.subarray(0, 0x2400 + 0x90));
  assertEquals(dump.modules.map(({ base }) => base), [0x8200_0000n]);
  assertEquals(dump.modules[0]?.name, "");
  assertEquals(dump.damage, [
    "the file is damaged or cut short: its end mark is not there",
    "its list of drivers is cut off at 0x2490",
  ]);
});

Deno.test("readTriage() limits the number of drivers", () => {
  const dump = open(smallDump(64, 0xffff_ffff));
  assertMatch(dump.damage.join(), /its list of drivers is damaged: it should have 4294967295/);
});
