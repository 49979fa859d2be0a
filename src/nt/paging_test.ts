import { assertEquals, assertThrows } from "@std/assert";
import { MemoryError, readExact } from "../memory.ts";
import { type PagingOptions, type TranslatedMemory, translatedMemory } from "./paging.ts";
import { SparseMemory } from "./_memory_testing.ts";

const PRESENT = 0x3n;
const LARGE = 0x80n;
const PROTOTYPE = 0x400n;
const TRANSITION = 0x800n;

/** Maps pages in the three formats, with 4 KiB tables from physical address 0x1000 on. */
class Tables {
  readonly physical = new SparseMemory(8);
  readonly options: PagingOptions;
  readonly #bits: readonly bigint[];
  readonly #entrySize: bigint;
  #next = 0x2000n;

  constructor(mode: PagingOptions["mode"]) {
    this.options = { mode, directoryTableBase: 0x1000n };
    this.#bits = { x86: [22n, 12n], pae: [30n, 21n, 12n], x64: [39n, 30n, 21n, 12n] }[mode];
    this.#entrySize = mode === "x86" ? 4n : 8n;
    this.physical.zeros(0x1000n, 0x1000);
  }

  get memory(): TranslatedMemory {
    return translatedMemory(this.physical, this.options);
  }

  /** Physical address of the entry at a depth; creates the tables above it. */
  place(address: bigint, depth = this.#bits.length - 1): bigint {
    let table = 0x1000n;
    for (let level = 0;; level++) {
      const index = (address >> (this.#bits[level] ?? 0n)) &
        (this.#entrySize === 4n ? 1023n : 511n);
      const place = table + index * this.#entrySize;
      if (level === depth) return place;
      table = this.#entry(place) & ~0xfffn;
      if (table !== 0n) continue;
      table = this.#next;
      this.#next += 0x1000n;
      this.physical.zeros(table, 0x1000);
      // The pointer table of PAE has no flags but bit 0.
      const flags = this.#bits.length === 3 && level === 0 ? 1n : PRESENT;
      this.physical.integer(place, table | flags, Number(this.#entrySize));
    }
  }

  set(address: bigint, entry: bigint, depth?: number): this {
    this.physical.integer(this.place(address, depth), entry, Number(this.#entrySize));
    return this;
  }

  #entry(place: bigint): bigint {
    const bytes = this.physical.read(place, Number(this.#entrySize));
    return bytes.reduceRight((value, byte) => value << 8n | BigInt(byte), 0n);
  }
}

/** An address in the system half whose indices differ at every level. */
const ADDRESSES = { x86: 0xe10c_c000n, pae: 0xe10c_c000n, x64: 0xffff_a08f_1234_5000n } as const;

for (const mode of ["x86", "pae", "x64"] as const) {
  Deno.test(`translatedMemory() reads across three pages that are not adjacent (${mode})`, () => {
    const address = ADDRESSES[mode];
    const tables = new Tables(mode)
      .set(address, 0x70_0000n | PRESENT)
      .set(address + 0x1000n, 0x50_0000n | PRESENT)
      .set(address + 0x2000n, 0x60_0000n | PRESENT);
    tables.physical.zeros(0x70_0000n, 0x1000).zeros(0x50_0000n, 0x1000).zeros(0x60_0000n, 0x1000);
    tables.physical.write(0x70_0fffn, [1]).write(0x50_0000n, [2]).write(0x50_0fffn, [3])
      .write(0x60_0000n, [4]);
    const bytes = tables.memory.read(address + 0xfffn, 0x1002);
    assertEquals(bytes.length, 0x1002);
    assertEquals([bytes[0], bytes[1], bytes[0x1000], bytes[0x1001]], [1, 2, 3, 4]);
  });

  Deno.test(`translatedMemory() ends at the first missing page (${mode})`, () => {
    const address = ADDRESSES[mode];
    const tables = new Tables(mode)
      .set(address, 0x70_0000n | PRESENT)
      .set(address + 0x2000n, 0x60_0000n | PRESENT);
    tables.physical.zeros(0x70_0000n, 0x1000).zeros(0x60_0000n, 0x1000);
    assertEquals(tables.memory.read(address + 0xff0n, 0x2000).length, 0x10);
    assertEquals(tables.memory.read(address + 0x1000n, 4).length, 0);
  });

  Deno.test(`translatedMemory() reads a page in transition (${mode})`, () => {
    const address = ADDRESSES[mode];
    const tables = new Tables(mode).set(address, 0x70_0000n | TRANSITION);
    tables.physical.zeros(0x70_0000n, 0x1000).write(0x70_0010n, [9]);
    assertEquals([...tables.memory.read(address + 0x10n, 1)], [9]);
  });

  Deno.test(`translatedMemory() distinguishes invalid from unavailable (${mode})`, () => {
    const address = ADDRESSES[mode];
    const offset = mode === "x86" ? 12n : 32n;
    const tables = new Tables(mode)
      .set(address + 0x1000n, 5n << 5n) // protection, but neither frame nor offset
      .set(address + 0x2000n, 7n << offset | 2n)
      .set(address + 0x3000n, 0x70_0000n | PRESENT);
    const memory = tables.memory;
    const explain = (distance: bigint): string | undefined =>
      memory.explainMissing?.(address + distance);
    assertEquals(explain(0n), "invalid page: nothing is mapped there");
    assertEquals(explain(0x1000n), "invalid page: the page was never touched");
    assertEquals(explain(0x2000n), "unavailable page: the page is in the page file");
    assertEquals(
      explain(0x3000n),
      "unavailable page: physical address 0x700000 is missing",
    );
  });
}

Deno.test("translatedMemory() says which table is missing", () => {
  const tables = new Tables("x86").set(0xe10c_c000n, 0x90_0000n | PRESENT, 0);
  assertEquals(
    tables.memory.explainMissing?.(0xe10c_c123n),
    "unavailable page: its page table is missing",
  );
});

Deno.test("translatedMemory() reads 4 MiB pages, above 4 GiB too (x86)", () => {
  const address = 0x8010_0000n;
  // PSE-36: bits 13 to 20 are bits 32 to 39 of the address.
  const tables = new Tables("x86").set(address, 0x0040_0000n | 3n << 13n | LARGE | PRESENT, 0);
  assertEquals(tables.memory.translate(0x8012_3456n), {
    kind: "page",
    physicalAddress: 0x3_0052_3456n,
    length: 0x40_0000 - 0x12_3456,
  });
});

Deno.test("translatedMemory() reads 2 MiB pages and ignores flags in the base (pae)", () => {
  const tables = new Tables("pae").set(0x8060_0000n, 0x1_0020_1000n | LARGE | PRESENT, 1);
  assertEquals(tables.memory.translate(0x8061_2345n), {
    kind: "page",
    physicalAddress: 0x1_0021_2345n,
    length: 0x20_0000 - 0x1_2345,
  });
});

Deno.test("translatedMemory() reads 2 MiB and 1 GiB pages (x64)", () => {
  const address = 0xffff_f800_0000_0000n;
  const tables = new Tables("x64")
    .set(address, 0x40_0000n | LARGE | PRESENT, 2)
    .set(address + 0x4000_0000n, 0x8000_0000n | LARGE | PRESENT | 1n << 63n, 1);
  assertEquals(tables.memory.translate(address + 0x1_2345n), {
    kind: "page",
    physicalAddress: 0x41_2345n,
    length: 0x20_0000 - 0x1_2345,
  });
  assertEquals(tables.memory.translate(address + 0x4123_4567n), {
    kind: "page",
    physicalAddress: 0x8123_4567n,
    length: 0x4000_0000 - 0x123_4567,
  });
});

Deno.test("translatedMemory() ignores the flags and the PCID of the directory table base", () => {
  const tables = new Tables("x64").set(ADDRESSES.x64, 0x70_0000n | PRESENT);
  tables.physical.zeros(0x70_0000n, 0x1000);
  const memory = translatedMemory(tables.physical, { mode: "x64", directoryTableBase: 0x1ab3n });
  assertEquals(memory.read(ADDRESSES.x64, 8).length, 8);
});

Deno.test("translatedMemory() rejects addresses that are not canonical", () => {
  const memory = new Tables("x64").memory;
  const explain = memory.explainMissing?.(0x0001_0000_0000_0000n);
  assertEquals(explain, "invalid page: the address is not canonical");
  assertEquals(new Tables("x86").memory.translate(0x1_0000_0000n).kind, "invalid");
});

Deno.test("translatedMemory() follows prototype entries to valid and transition pages (x64)", () => {
  const address = 0x7ff6_1234_0000n;
  const prototypes = 0xffff_a08f_0000_0100n;
  const tables = new Tables("x64")
    .set(prototypes, 0x30_0000n | PRESENT)
    .set(address, BigInt.asUintN(48, prototypes) << 16n | PROTOTYPE)
    .set(address + 0x1000n, BigInt.asUintN(48, prototypes + 8n) << 16n | PROTOTYPE)
    .set(address + 0x2000n, BigInt.asUintN(48, prototypes + 16n) << 16n | PROTOTYPE)
    .set(address + 0x3000n, 0xffff_ffff_ffffn << 16n | PROTOTYPE);
  tables.physical.zeros(0x30_0000n, 0x1000)
    .integer(0x30_0100n, 0x70_0000n | PRESENT, 8)
    .integer(0x30_0108n, 0x71_0000n | TRANSITION, 8)
    .integer(0x30_0110n, 0x1234_0000n << 16n | PROTOTYPE, 8);
  tables.physical.zeros(0x70_0000n, 0x1000).write(0x70_0001n, [5]);
  tables.physical.zeros(0x71_0000n, 0x1000).write(0x71_0001n, [6]);
  const memory = tables.memory;
  assertEquals([...memory.read(address + 1n, 1)], [5]);
  assertEquals([...memory.read(address + 0x1001n, 1)], [6]);
  assertEquals(
    memory.explainMissing?.(address + 0x2000n),
    "unavailable page: the page is in a mapped file",
  );
  assertEquals(memory.translate(address + 0x3000n).kind, "unavailable");
});

Deno.test("translatedMemory() follows prototype entries (pae)", () => {
  const prototypes = 0xe100_0040n;
  const tables = new Tables("pae")
    .set(prototypes, 0x30_0000n | PRESENT)
    .set(0x0100_0000n, prototypes << 32n | PROTOTYPE);
  tables.physical.zeros(0x30_0000n, 0x1000).integer(0x30_0040n, 0x70_0000n | PRESENT, 8);
  tables.physical.zeros(0x70_0000n, 0x1000).write(0x70_0020n, [7]);
  assertEquals([...tables.memory.read(0x0100_0020n, 1)], [7]);
});

Deno.test("translatedMemory() stops if a prototype entry leads to itself", () => {
  const address = 0xffff_a08f_0000_0000n;
  const tables = new Tables("x64").set(address, BigInt.asUintN(48, address) << 16n | PROTOTYPE);
  assertEquals(tables.memory.translate(address), {
    kind: "unavailable",
    reason: "its prototype entry is missing",
  });
});

Deno.test("readExact() over page tables says why memory is missing", () => {
  const memory = new Tables("x86").memory;
  assertThrows(
    () => readExact(memory, 0xe10c_cf60n, 4, "HANDLE_TABLE.TableCode"),
    MemoryError,
    "Cannot read HANDLE_TABLE.TableCode at 0xe10ccf60: the memory is not there " +
      "(invalid page: nothing is mapped there)",
  );
});

Deno.test("translatedMemory() recognizes the page file by offsets, not by protection", () => {
  const address = ADDRESSES.x64;
  // Every protection bit and bits 1 to 4 set, no offset: demand zero.
  const tables = new Tables("x64").set(address, 0x3fen);
  assertEquals(tables.memory.translate(address).kind, "invalid");
});

Deno.test("translatedMemory() takes bit 7 of an invalid directory entry for protection", () => {
  const address = ADDRESSES.x64;
  const tables = new Tables("x64").set(address, 0x70_0000n | PRESENT);
  const place = tables.place(address, 2);
  const entry = new DataView(tables.physical.read(place, 8).buffer).getBigUint64(0, true);
  tables.physical.integer(place, entry & ~1n | TRANSITION | LARGE, 8);
  tables.physical.zeros(0x70_0000n, 0x1000).write(0x70_0000n, [3]);
  assertEquals([...tables.memory.read(address, 1)], [3]);
});

Deno.test("translatedMemory() tests the prototype bit before the transition bit", () => {
  const address = 0x0100_0000n;
  // Vista and later, x86 without PAE: bit 11 is part of the prototype's address.
  const software = { prototypeAddress: () => 0xe100_0800n };
  const tables = new Tables("x86")
    .set(0xe100_0000n, 0x30_0000n | PRESENT)
    .set(address, PROTOTYPE | TRANSITION | 0x1000n);
  tables.physical.zeros(0x30_0000n, 0x1000).u32(0x30_0800n, 0x70_0000 | Number(PRESENT));
  tables.physical.zeros(0x70_0000n, 0x1000).write(0x70_0000n, [8]);
  const memory = translatedMemory(tables.physical, { ...tables.options, software });
  assertEquals([...memory.read(address, 1)], [8]);
  assertEquals(tables.memory.translate(address), {
    kind: "unavailable",
    reason: "its prototype entry cannot be found from its page table",
  });
});

Deno.test("translatedMemory() removes the guard against L1TF if an entry has it", () => {
  const address = ADDRESSES.x64;
  const mask = 1n << 45n;
  const flag = 1n << 4n;
  const prototypes = 0xffff_8a08_0000_0100n; // bit 29 of the address, bit 45 of the entry, is clear
  const bare = BigInt.asUintN(48, prototypes) << 16n | PROTOTYPE;
  const tables = new Tables("x64")
    .set(address, 0x70_0000n | TRANSITION | mask)
    .set(address + 0x1000n, 0x71_0000n | TRANSITION | flag)
    .set(address + 0x2000n, 0xffff_ffff_0000_0480n)
    .set(address + 0x3000n, mask | 0x80n)
    .set(address + 0x4000n, bare | mask)
    .set(prototypes, 0x30_0000n | PRESENT);
  for (const page of [0x70_0000n, 0x71_0000n, 0x72_0000n]) {
    tables.physical.zeros(page, 0x1000).write(page, [Number(page >> 16n)]);
  }
  tables.physical.zeros(0x30_0000n, 0x1000).integer(0x30_0100n, 0x72_0000n | PRESENT, 8);
  const memory = translatedMemory(tables.physical, {
    ...tables.options,
    software: { guard: { mask, flag } },
  });
  assertEquals([...memory.read(address, 1)], [0x70]);
  assertEquals([...memory.read(address + 0x1000n, 1)], [0x71]);
  // An offset of all ones refers to the VAD, regardless of what the guard would make of it.
  assertEquals(
    memory.explainMissing?.(address + 0x2000n),
    "unavailable page: only the VAD says where the page is",
  );
  assertEquals(memory.translate(address + 0x3000n).kind, "invalid");
  assertEquals([...memory.read(address + 0x4000n, 1)], [0x72]);
});

Deno.test("translatedMemory() keeps translations of frozen tables, and no others", () => {
  const address = ADDRESSES.x64;
  const tables = new Tables("x64").set(address, 0x70_0000n | PRESENT);
  tables.physical.zeros(0x70_0000n, 0x1000).zeros(0x71_0000n, 0x1000);
  const frozen = translatedMemory(tables.physical, { ...tables.options, isFrozen: true });
  const live = translatedMemory(tables.physical, tables.options);
  const placeIn = (memory: TranslatedMemory): unknown => memory.translate(address + 0x123n);
  const before = { kind: "page", physicalAddress: 0x70_0123n, length: 0xedd };
  assertEquals([placeIn(frozen), placeIn(live)], [before, before]);
  tables.set(address, 0x71_0000n | PRESENT);
  assertEquals(placeIn(frozen), before);
  assertEquals(placeIn(live), { ...before, physicalAddress: 0x71_0123n });
});

Deno.test("translatedMemory() says which physical page a missing table is in, if the memory knows", () => {
  const tables = new Tables("x64").set(ADDRESSES.x64, 0x90_0000n | PRESENT, 2);
  const physical = {
    read: (address: bigint, length: number) => tables.physical.read(address, length),
    explainMissing: () => "the page is not in the dump",
  };
  const memory = translatedMemory(physical, tables.options);
  assertEquals(
    memory.explainMissing?.(ADDRESSES.x64),
    "unavailable page: its page table, physical page 0x900, is missing: the page is not in the dump",
  );
});
