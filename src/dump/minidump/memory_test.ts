import { assertEquals, assertStringIncludes } from "@std/assert";
import type { ByteSource } from "../../byte_source.ts";
import type { DumpBuilder } from "./_dump_builder.ts";
import { buildDump, dumpWith, structure, u32 } from "./_dump_testing.ts";
import { openMinidump } from "./dump.ts";
import {
  MEMORY64_LIST,
  MEMORY_DESCRIPTOR,
  MEMORY_DESCRIPTOR64,
  MEMORY_INFO,
  MEMORY_INFO_LIST,
  STREAM,
  THREAD,
} from "./format.ts";
import { DumpMemory, readMemory64List } from "./memory.ts";

/** Memory of ranges: each begins at an address, with bytes that count up from a number. */
function memoryOf(
  ranges: readonly (readonly [start: bigint, size: number, first: number])[],
): DumpMemory {
  return new DumpMemory(dumpWith((dump) => addRanges(dump, ranges)));
}

function addRanges(
  dump: DumpBuilder,
  ranges: readonly (readonly [start: bigint, size: number, first: number])[],
): void {
  const descriptors = ranges.map(([StartOfMemoryRange, size, first]) =>
    structure(MEMORY_DESCRIPTOR, {
      StartOfMemoryRange,
      DataSize: size,
      Rva: dump.place(counting(first, size)),
    })
  );
  dump.stream(STREAM.memoryList, u32(ranges.length), ...descriptors);
}

function counting(first: number, size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, index) => first + index);
}

Deno.test("DumpMemory reads inside a range, and returns fewer bytes at its end", () => {
  const memory = memoryOf([[0x1000n, 16, 0]]);
  assertEquals(memory.read(0x1004n, 4), counting(4, 4));
  assertEquals(memory.read(0x100cn, 100), counting(12, 4));
  assertEquals(memory.read(0x1010n, 1).length, 0);
  assertEquals(memory.read(0xfffn, 4).length, 0);
  assertEquals(memory.size, 16n);
});

Deno.test("DumpMemory reads across adjacent ranges, regardless of their order in the dump", () => {
  const memory = memoryOf([[0x1020n, 16, 32], [0x1000n, 16, 0], [0x1010n, 16, 16]]);
  assertEquals(memory.read(0x1008n, 40), counting(8, 40));
  assertEquals(memory.read(0x1008n, 80), counting(8, 40));
});

Deno.test("DumpMemory reads overlapping ranges once: one inside another, one across the end of another", () => {
  const memory = memoryOf([
    [0x1000n, 64, 0],
    [0x1010n, 16, 16],
    [0x1030n, 64, 48],
    [0x1000n, 8, 0],
  ]);
  assertEquals(memory.read(0x1000n, 200), counting(0, 112));
  assertEquals(memory.size, 112n);
});

Deno.test("DumpMemory has the stacks of threads that are in no list of ranges", () => {
  const dump = dumpWith((builder) => {
    const StackRva = builder.place(counting(7, 8));
    builder.stream(
      STREAM.threadList,
      u32(2),
      structure(THREAD, { ThreadId: 1, StackStart: 0x8000n, StackSize: 8, StackRva }),
      structure(THREAD, { ThreadId: 2, StackStart: 0x9000n, StackSize: 8 }), // no bytes were kept
    );
  });
  const memory = new DumpMemory(dump);
  assertEquals(memory.read(0x8000n, 8), counting(7, 8));
  assertEquals(memory.read(0x9000n, 8).length, 0);
});

Deno.test("DumpMemory ends where the file does", () => {
  const dump = dumpWith((builder) => {
    const Rva = builder.place(counting(0, 16));
    builder.stream(
      STREAM.memoryList,
      u32(2),
      structure(MEMORY_DESCRIPTOR, { StartOfMemoryRange: 0n, DataSize: 0xffff_ffff, Rva }),
      structure(MEMORY_DESCRIPTOR, {
        StartOfMemoryRange: 0x2_0000_0000n,
        DataSize: 8,
        Rva: 0xffff_ffff,
      }),
    );
  });
  const memory = new DumpMemory(dump);
  assertEquals(memory.read(0n, 16), counting(0, 16));
  assertEquals(memory.read(0x2_0000_0000n, 8).length, 0);
});

Deno.test("DumpMemory has no bytes after the last address", () => {
  const last = 2n ** 64n - 8n;
  const memory = memoryOf([[last, 16, 0]]);
  assertEquals(memory.read(last, 16), counting(0, 7));
});

Deno.test("DumpMemory says why a byte is missing", () => {
  const region = (BaseAddress: bigint, State: number): Uint8Array =>
    structure(MEMORY_INFO, { BaseAddress, RegionSize: 0x1000n, State });
  const dump = dumpWith((builder) => {
    builder.stream(
      STREAM.memoryInfoList,
      structure(MEMORY_INFO_LIST, { SizeOfHeader: 16, SizeOfEntry: 48, NumberOfEntries: 3n }),
      region(0x1000n, 0x1000),
      region(0x2000n, 0x2000),
      region(0x3000n, 0x1_0000),
    );
  });
  const memory = new DumpMemory(dump);
  assertStringIncludes(memory.explainMissing(0x1000n), "the dump does not have this memory");
  assertStringIncludes(memory.explainMissing(0x2000n), "reserved");
  assertEquals(memory.explainMissing(0x3000n), "nothing is mapped there");
});

Deno.test("Memory64List: contents are consecutive from the base offset", () => {
  const dump = dumpWith((builder) => {
    const base = builder.place(counting(0, 48));
    builder.stream(
      STREAM.memory64List,
      structure(MEMORY64_LIST, { NumberOfMemoryRanges: 3n, BaseRva: BigInt(base) }),
      structure(MEMORY_DESCRIPTOR64, { StartOfMemoryRange: 0x5000n, DataSize: 16n }),
      structure(MEMORY_DESCRIPTOR64, { StartOfMemoryRange: 0x3000n, DataSize: 0n }),
      structure(MEMORY_DESCRIPTOR64, { StartOfMemoryRange: 0x1000n, DataSize: 32n }),
    );
  });
  const memory = new DumpMemory(dump);
  assertEquals(memory.read(0x5000n, 16), counting(0, 16));
  assertEquals(memory.read(0x1000n, 32), counting(16, 32));
});

Deno.test("Memory64List: contents can be beyond 4 GiB", () => {
  const base = 0x1_2345_6789;
  const head = buildDump((builder) =>
    builder.stream(
      STREAM.memory64List,
      structure(MEMORY64_LIST, { NumberOfMemoryRanges: 2n, BaseRva: BigInt(base) }),
      structure(MEMORY_DESCRIPTOR64, { StartOfMemoryRange: 0x1000n, DataSize: 16n }),
      structure(MEMORY_DESCRIPTOR64, { StartOfMemoryRange: 0x2000n, DataSize: 16n }),
    )
  );
  const source = sparseSource(base + 32, [[0, head], [base, counting(0, 32)]]);
  const memory = new DumpMemory(openMinidump(source));
  assertEquals(memory.read(0x1000n, 16), counting(0, 16));
  assertEquals(memory.read(0x2000n, 16), counting(16, 16));
});

Deno.test("Memory64List: wild sizes and offsets are read quickly and without an exception", () => {
  const cases: readonly (readonly [count: bigint, base: bigint, size: bigint])[] = [
    [2n ** 64n - 1n, 64n, 16n],
    [2n ** 60n, 2n ** 63n, 2n ** 63n],
    [2n, 2n ** 64n - 1n, 2n ** 64n - 1n],
  ];
  for (const [NumberOfMemoryRanges, BaseRva, DataSize] of cases) {
    const dump = dumpWith((builder) =>
      builder.stream(
        STREAM.memory64List,
        structure(MEMORY64_LIST, { NumberOfMemoryRanges, BaseRva }),
        structure(MEMORY_DESCRIPTOR64, { StartOfMemoryRange: 0x1000n, DataSize }),
        structure(MEMORY_DESCRIPTOR64, { StartOfMemoryRange: 0x9000n, DataSize }),
      )
    );
    new DumpMemory(dump).read(0x1000n, 0x1000);
    assertEquals(readMemory64List(dump).entries.length <= 2, true);
  }
});

/** A file of zeros with pieces in it. */
function sparseSource(
  size: number,
  pieces: readonly (readonly [offset: number, bytes: Uint8Array])[],
): ByteSource {
  return {
    name: "sparse.dmp",
    size,
    read(offset, length): Uint8Array {
      const bytes = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
      for (const [start, piece] of pieces) {
        for (let index = 0; index < piece.length; index++) {
          const place = start + index - offset;
          if (place >= 0 && place < bytes.length) bytes[place] = piece[index]!;
        }
      }
      return bytes;
    },
  };
}
