import { assertEquals, assertNotEquals } from "@std/assert";
import { FrameKeys } from "./frame_keys.ts";
import { FrameTable, type LogFrame } from "./frame_table.ts";

function keysOf(...frames: LogFrame[]): { keys: FrameKeys; addresses: bigint[] } {
  const table = new FrameTable();
  const numbers = Uint32Array.from(frames, (frame) => table.intern(frame));
  const keys = new FrameKeys(table);
  return { keys, addresses: [...keys.addresses(numbers)] };
}

Deno.test("a frame has its own address as its key, and the name from the text", () => {
  const { keys, addresses } = keysOf({
    address: 0x7ff0_1000n,
    module: "app",
    symbol: "main",
    displacement: 4,
  });
  assertEquals(addresses, [0x7ff0_1000n]);
  assertEquals(keys.frame(0x7ff0_1000n), {
    address: 0x7ff0_1000n,
    module: { name: "app" },
    symbol: "main",
    displacement: 4,
  });
  assertEquals(keys.frame(1n), undefined);
});

Deno.test("two names of one address, as in two processes, stay two frames", () => {
  const { keys, addresses: [first, second] } = keysOf(
    { address: 0x40_1000n, module: "one", symbol: "a" },
    { address: 0x40_1000n, module: "two", symbol: "b" },
  );
  assertNotEquals(first, second);
  assertEquals([first, second].map((key) => keys.frame(key!)?.module?.name), ["one", "two"]);
  assertEquals(keys.frame(second!)?.address, 0x40_1000n);
});

Deno.test("a frame without an address is marked as such, and stays distinct from others", () => {
  const { keys, addresses: [first, second] } = keysOf(
    { module: "app", symbol: "a" },
    { module: "app", symbol: "b" },
  );
  assertNotEquals(first, second);
  assertEquals(keys.frame(first!)?.isUnaddressed, true);
  assertEquals([first, second].map((key) => keys.frame(key!)?.symbol), ["a", "b"]);
});
