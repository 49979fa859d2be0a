import { assertEquals, assertThrows } from "@std/assert";
import { TargetError } from "../error.ts";
import { findLayouts } from "./layouts.ts";
import type { KernelProcess } from "./process.ts";
import type { StructureSpace } from "./structure_reader.ts";
import { readTraceRing, type TraceRing } from "./trace_ring.ts";
import { kernelRecord, SparseMemory } from "./_memory_testing.ts";

/** Windows 10 22H2 x64 (reference B.4 and B.5). */
const LAYOUTS = findLayouts(19045, "x64");
const TABLE = 0xffff_9c07_2000_0000n;
const DATABASE = 0xffff_8a2c_5000_0000n;
const SLOT = 0xa0n;
const SLOTS = 128;
const WRAPPED = 0x4000_0000;

const PROCESS: KernelProcess = {
  process: 0xffff_8a2c_4000_0000n,
  processId: 1960,
  parentProcessId: 4,
  imageName: "leaky.exe",
  peb: 0n,
  directoryTableBase: 0x1000n,
  objectTable: TABLE,
};

/** A ring whose slots hold these handles; 0 leaves a slot blank. */
function ring(index: number, handles: Readonly<Record<number, number>>, flags = 0): SparseMemory {
  const memory = new SparseMemory(8)
    .zeros(TABLE, 0x80).pointer(TABLE + 0x60n, DATABASE)
    .zeros(DATABASE, 0x50 + SLOTS * 0xa0).u32(DATABASE, 1).u32(DATABASE + 4n, SLOTS)
    .u32(DATABASE + 8n, flags).u32(DATABASE + 0x48n, index);
  for (const [slot, handle] of Object.entries(handles)) {
    memory.write(DATABASE + 0x50n + BigInt(slot) * SLOT, kernelRecord({ type: 1, handle }, 8));
  }
  return memory;
}

function read(memory: StructureSpace["memory"]): TraceRing {
  return readTraceRing({ memory, layouts: LAYOUTS }, PROCESS);
}

function handlesOf({ entries }: TraceRing): number[] {
  const view = new DataView(entries.buffer);
  const slots = Array.from({ length: entries.length / 0xa0 }, (_, index) => index * 0xa0);
  return slots.map((slot) => view.getUint32(slot + 0x10, true)).filter((handle) => handle !== 0);
}

/** Every slot with its own handle. */
function full(): Record<number, number> {
  return Object.fromEntries(Array.from({ length: SLOTS }, (_, slot) => [slot, 4 + slot * 4]));
}

Deno.test("readTraceRing() returns slots newest first, and how many the classic walk looks at", () => {
  const found = read(ring(3, { 1: 0x10, 2: 0x14, 3: 0x18 }));
  assertEquals(handlesOf(found), [0x18, 0x14, 0x10]);
  assertEquals(found.walk, { parsed: 4, dumped: 3 });
  assertEquals(found.lost.size, 0);
});

Deno.test("readTraceRing() goes around a ring that has wrapped", () => {
  const found = read(ring(SLOTS * 7 + 2, full()));
  assertEquals(handlesOf(found).slice(0, 4), [0xc, 8, 4, 4 + 127 * 4]);
  assertEquals(found.walk, { parsed: SLOTS, dumped: SLOTS });
});

Deno.test("readTraceRing() goes on after blank slots, where the classic walk ends", () => {
  const found = read(ring(4, { 1: 0x10, 2: 0x14, 4: 0x1c }));
  assertEquals(handlesOf(found), [0x1c, 0x14, 0x10]);
  assertEquals(found.walk, { parsed: 2, dumped: 1 });
});

Deno.test("readTraceRing() leaves out slots after the newest trace of a ring that never wrapped", () => {
  // Compaction moves the index back and leaves the last record where it was.
  assertEquals(handlesOf(read(ring(2, { 1: 0x10, 2: 0x14, 3: 0x18 }))), [0x14, 0x10]);
  assertEquals(handlesOf(read(ring(2, { 1: 0x10, 2: 0x14, 3: 0x18 }, WRAPPED))), [
    0x14,
    0x10,
    0x18,
  ]);
  // A used slot 0 means that the ring has wrapped, whatever its flags say.
  assertEquals(handlesOf(read(ring(1, { 0: 0xc, 1: 0x10, 3: 0x18 }))), [0x10, 0xc, 0x18]);
});

Deno.test("readTraceRing() counts slots with any missing byte, by cause", () => {
  const memory = ring(SLOTS, full());
  const first = DATABASE + 0x1000n;
  const second = DATABASE + 0x3000n;
  memory.drop(first).drop(second);
  const causes = {
    pointerSize: 8,
    read: (address: bigint, length: number) => memory.read(address, length),
    explainMissing: (address: bigint) => address < second ? "in the page file" : "not in the dump",
  } as const;
  const found = read(causes);
  // Slots 25 to 50 touch the first page (bytes 0xfb0 to 0x1fb0 of the ring), 76 to 101 the second.
  assertEquals([...found.lost], [["not in the dump", 26], ["in the page file", 26]]);
  assertEquals(found.entries.length / 0xa0, SLOTS - 52);
  assertEquals(found.walk, { parsed: SLOTS - 52, dumped: SLOTS - 52 });
});

Deno.test("readTraceRing() loses nothing from a ring that never reached its missing page", () => {
  const found = read(ring(2, { 1: 0x10, 2: 0x14 }).drop(DATABASE + 0x2000n));
  assertEquals(found.lost.size, 0);
  assertEquals(handlesOf(found), [0x14, 0x10]);
});

Deno.test("readTraceRing() rejects a database that is the object table itself", () => {
  const memory = ring(1, {}).pointer(TABLE + 0x60n, TABLE);
  assertThrows(() => read(memory), TargetError, "would be the object table itself");
});
