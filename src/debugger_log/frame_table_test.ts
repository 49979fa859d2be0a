import { assertEquals, assertThrows } from "@std/assert";
import { FrameTable, type LogFrame, StackList } from "./frame_table.ts";

const FRAMES: readonly LogFrame[] = [
  { address: 0x7ff8_1234_5678n, module: "ntdll", symbol: "NtClose", displacement: 0x14 },
  { address: 0x7ff8_1234_5678n, module: "ntdll", symbol: "NtOpenFile", displacement: 0x14 },
  { address: 0x7ff9_1234_5678n, module: "ntdll", symbol: "NtClose", displacement: 0x14 },
  { module: "ntdll", symbol: "NtClose", displacement: 0x14 },
  { address: 0n, module: "ntdll", symbol: "NtClose", displacement: 0x14 },
  { address: 1n, module: "ntdll", displacement: 0 },
  { address: 1n, module: "ntdll" },
  { address: 1n, module: "ntdll", isCut: true },
  { address: 0xffff_f8ea_f00a_f5a7n, displacement: 0 },
];

Deno.test("FrameTable gives equal frames the same number and returns them unchanged", () => {
  const table = new FrameTable();
  const ids = FRAMES.map((frame) => table.intern(frame));
  assertEquals(ids, FRAMES.map((_, index) => index));
  assertEquals(FRAMES.map((frame) => table.intern({ ...frame })), ids);
  assertEquals(ids.map((id) => table.get(id)), [...FRAMES]);
  assertThrows(() => table.get(FRAMES.length), RangeError);
});

Deno.test("FrameTable and StackList stay correct while they grow", () => {
  const table = new FrameTable();
  const stacks = new StackList();
  const frame = (i: number): LogFrame => ({
    address: BigInt(i),
    module: `m${i % 7}`,
    displacement: i,
  });
  for (let i = 0; i < 20_000; i++) {
    assertEquals(table.intern(frame(i)), i);
    assertEquals(stacks.intern([i, i + 1, 0]), i);
  }
  for (let i = 0; i < 20_000; i += 37) {
    assertEquals(table.intern(frame(i)), i);
    assertEquals(stacks.intern([i, i + 1, 0]), i);
    assertEquals([...stacks.get(i)], [i, i + 1, 0]);
  }
  assertEquals([table.count, stacks.count], [20_000, 20_000]);
});

Deno.test("StackList distinguishes stacks by order and length, and has empty stacks", () => {
  const stacks = new StackList();
  assertEquals([[], [0], [0, 0], [0, 1], [1, 0], []].map((frames) => stacks.intern(frames)), [
    ...[0, 1, 2, 3, 4, 0],
  ]);
  assertEquals(stacks.get(0).length, 0);
  assertThrows(() => stacks.get(5), RangeError);
});
