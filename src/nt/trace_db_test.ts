import { assertEquals, assertThrows } from "@std/assert";
import { EngineStackTable } from "../engine/stack_table.ts";
import { TargetError } from "../error.ts";

import { traceAt, type TraceLog } from "../trace_log.ts";
import { findLayouts, type WindowsLayouts } from "./layouts.ts";
import type { KernelProcess } from "./process.ts";
import { readTraceDatabase } from "./trace_db.ts";
import { kernelRecord, type SampleTrace, SparseMemory } from "./_memory_testing.ts";

/** Where a version keeps its traces (reference B.3 to B.5). */
interface Version {
  readonly name: string;
  readonly layouts: WindowsLayouts;
  readonly pointerSize: 4 | 8;
  readonly debugInfo: bigint;
  /** Absent on XP, whose ring has 4096 slots. */
  readonly tableSize?: bigint;
  readonly index: bigint;
  readonly traces: bigint;
}

const VERSIONS: readonly Version[] = [
  {
    name: "Windows XP SP3 x86",
    layouts: findLayouts(2600, "x86"),
    pointerSize: 4,
    debugInfo: 0x28n,
    index: 0n,
    traces: 4n,
  },
  {
    name: "Windows 7 SP1 x86",
    layouts: findLayouts(7601, "x86"),
    pointerSize: 4,
    debugInfo: 0x1cn,
    tableSize: 4n,
    index: 0x2cn,
    traces: 0x30n,
  },
  {
    name: "Windows Server 2003 SP2 x64",
    layouts: findLayouts(3790, "x64"),
    pointerSize: 8,
    debugInfo: 0x50n,
    tableSize: 4n,
    index: 0x48n,
    traces: 0x50n,
  },
  {
    name: "Windows 11 24H2 x64",
    layouts: findLayouts(26100, "x64"),
    pointerSize: 8,
    debugInfo: 0x60n,
    tableSize: 4n,
    index: 0x48n,
    traces: 0x50n,
  },
];

const [XP, SEVEN] = VERSIONS as [Version, Version];

/** Addresses in the system half of either width. */
function systemAddress(version: Version, address: bigint): bigint {
  return version.pointerSize === 4 ? address : 0xffff_a08f_0000_0000n | address;
}

/** A process with a ring: `records` by slot, `index` as the kernel counts it. */
class Ring {
  readonly version: Version;
  readonly memory: SparseMemory;
  readonly process: KernelProcess;
  readonly database: bigint;

  constructor(version: Version, slots: number, index: number) {
    this.version = version;
    const objectTable = systemAddress(version, 0xe10c_cf60n);
    this.database = systemAddress(version, 0x8160_0010n);
    this.memory = new SparseMemory(version.pointerSize)
      .zeros(objectTable, 0x80)
      .pointer(objectTable + version.debugInfo, this.database)
      .zeros(this.database, Number(version.traces) + slots * this.recordSize)
      .u32(this.database, 1)
      .u32(this.database + version.index, index);
    if (version.tableSize !== undefined) {
      this.memory.u32(this.database + version.tableSize, slots);
    }
    this.process = {
      process: systemAddress(version, 0x8140_0300n),
      processId: 0x7c4,
      parentProcessId: 4,
      imageName: "badhandle.exe",
      peb: 0n,
      directoryTableBase: 0x1000n,
      objectTable,
    };
  }

  get recordSize(): number {
    return this.version.pointerSize === 4 ? 0x50 : 0xa0;
  }

  address(slot: number): bigint {
    return this.database + this.version.traces + BigInt(slot * this.recordSize);
  }

  write(slot: number, trace: SampleTrace): this {
    this.memory.write(this.address(slot), kernelRecord(trace, this.version.pointerSize));
    return this;
  }

  read(): TraceLog {
    const space = { memory: this.memory, layouts: this.version.layouts };
    return readTraceDatabase(space, this.process, new EngineStackTable());
  }
}

const OPEN = 1;
const CLOSE = 2;
const BADREF = 3;

/** The documented example's five traces, in slots 1 to 5 of a ring whose slot 0 is still blank. */
function documentedRing(version: Version): Ring {
  return new Ring(version, version.tableSize === undefined ? 4096 : 128, 5)
    .write(1, { type: OPEN, handle: 0x7dc, stack: [0x8018_f44an] })
    .write(2, { type: CLOSE, handle: 0x7dd })
    .write(3, { type: BADREF, handle: 0x7dc })
    .write(4, { type: OPEN, handle: 0x7cc, threadId: 0xabc })
    .write(5, { type: CLOSE, handle: 0x7cc });
}

function summary(log: TraceLog): string[] {
  return Array.from({ length: log.count }, (_, index) => {
    const { type, handle } = traceAt(log, index);
    return `${type} ${handle.toString(16)}`;
  });
}

for (const version of VERSIONS) {
  Deno.test(`readTraceDatabase() goes from the newest to the blank slot (${version.name})`, () => {
    const ring = documentedRing(version);
    const log = ring.read();
    const expected = ["close 7cc", "open 7cc", "badref 7dc", "close 7dd", "open 7dc"];
    assertEquals(summary(log), expected);
    assertEquals(log.parsed, 6); // including the blank slot 0
    assertEquals(log.slots, version.tableSize === undefined ? 4096 : 128);
    assertEquals(log.process, ring.process.process);
    assertEquals(log.objectTable, ring.process.objectTable);
    assertEquals(log.incomplete, undefined);
    assertEquals(traceAt(log, 1).threadId, 0xabc);
    assertEquals([...traceAt(log, 4).stack], [0x8018_f44an]);
  });

  Deno.test(`readTraceDatabase() goes once around a ring that wrapped (${version.name})`, () => {
    const slots = version.tableSize === undefined ? 4096 : 128;
    const ring = new Ring(version, slots, 3 * slots + 2);
    for (let slot = 0; slot < slots; slot++) ring.write(slot, { type: OPEN, handle: slot * 4 });
    const log = ring.read();
    assertEquals(log.parsed, slots);
    assertEquals(log.count, slots);
    assertEquals(summary(log).slice(0, 4), [
      "open 8",
      "open 4",
      "open 0",
      `open ${((slots - 1) * 4).toString(16)}`,
    ]);
    assertEquals(summary(log).at(-1), "open c");
  });
}

Deno.test("readTraceDatabase() keeps every use of a handle value that was reused", () => {
  const ring = documentedRing(SEVEN).write(6, { type: OPEN, handle: 0x7dc });
  ring.memory.u32(ring.database + SEVEN.index, 6);
  assertEquals(summary(ring.read()).filter((each) => each.endsWith("7dc")).slice(0, 2), [
    "open 7dc",
    "badref 7dc",
  ]);
});

Deno.test("readTraceDatabase() returns an empty log if tracing has recorded nothing", () => {
  const log = new Ring(SEVEN, 128, 0).read();
  assertEquals([log.count, log.parsed], [0, 1]);
});

Deno.test("readTraceDatabase() goes past missing memory and says how many slots are lost", () => {
  const ring = new Ring(SEVEN, 128, 120);
  for (let slot = 1; slot <= 120; slot++) ring.write(slot, { type: OPEN, handle: slot * 4 });
  ring.memory.drop(ring.address(70));
  const log = ring.read();
  assertEquals(traceAt(log, 0).handle / 4, 120);
  assertEquals(traceAt(log, log.count - 1).handle / 4, 1);
  const lost = 121 - log.parsed;
  assertEquals(
    log.incomplete,
    `${lost} of 128 slots cannot be read: ${lost} (the memory is not there)`,
  );
});

Deno.test("readTraceDatabase() leaves out a slot that no kernel wrote, and says so", () => {
  const ring = documentedRing(SEVEN);
  ring.memory.u32(ring.address(3) + 0xcn, 0x4141);
  const log = ring.read();
  assertEquals(summary(log), ["close 7cc", "open 7cc", "close 7dd", "open 7dc"]);
  assertEquals(log.incomplete, "1 slots are damaged");
});

Deno.test("readTraceDatabase() goes on after a blank slot, and says where a debugger's walk ends", () => {
  const ring = documentedRing(SEVEN);
  ring.memory.u32(ring.address(3) + 0xcn, 0);
  const log = ring.read();
  assertEquals(summary(log), ["close 7cc", "open 7cc", "close 7dd", "open 7dc"]);
  assertEquals(log.parsed, 6);
  assertEquals(log.walk, { traces: 2, parsed: 3 });
  assertEquals(log.incomplete, undefined);
  assertEquals(documentedRing(SEVEN).read().walk, undefined);
});

for (const slots of [0, 64, 1000, 0x4_0000, 0x8000_0000]) {
  Deno.test(`readTraceDatabase() rejects a table of 0x${slots.toString(16)} slots`, () => {
    const ring = documentedRing(SEVEN);
    ring.memory.u32(ring.database + 4n, slots);
    assertThrows(() => ring.read(), TargetError, "which no kernel makes");
  });
}

Deno.test("readTraceDatabase() rejects a database that is freed or at a user address", () => {
  const freed = documentedRing(SEVEN);
  freed.memory.u32(freed.database, 0);
  assertThrows(() => freed.read(), TargetError, "has no references and must have been freed");
  const user = documentedRing(SEVEN);
  user.memory.pointer(user.process.objectTable + SEVEN.debugInfo, 0x12_3450n);
  user.memory.zeros(0x12_3450n, 0x1000);
  assertThrows(() => user.read(), TargetError, "at 0x123450 is not at a kernel address");
});

Deno.test("readTraceDatabase() distinguishes a process that was never traced from one that has exited", () => {
  const ring = documentedRing(XP);
  ring.memory.pointer(ring.process.objectTable + XP.debugInfo, 0);
  assertThrows(
    () => ring.read(),
    TargetError,
    "Cannot read the traces of process 0x81400300 (badhandle.exe): " +
      "handle tracing was never enabled for it",
  );
  const space = { memory: ring.memory, layouts: XP.layouts };
  assertThrows(
    () => readTraceDatabase(space, { ...ring.process, objectTable: 0n }, new EngineStackTable()),
    TargetError,
    "it has exited and its object table is gone",
  );
});
