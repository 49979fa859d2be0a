import { assertEquals } from "@std/assert";
import { engineAddress, targetAddress } from "./dbgeng.ts";

Deno.test("engineAddress() sign-extends only addresses of 32-bit targets", () => {
  assertEquals(engineAddress(0x8054_1230n, 4), 0xffff_ffff_8054_1230n);
  assertEquals(engineAddress(0x7c90_1230n, 4), 0x7c90_1230n);
  assertEquals(engineAddress(0x8054_1230n, 8), 0x8054_1230n);
});

Deno.test("targetAddress() undoes the sign extension", () => {
  assertEquals(targetAddress(0xffff_ffff_8054_1230n, 4), 0x8054_1230n);
  assertEquals(targetAddress(0xffff_f802_1000_0000n, 8), 0xffff_f802_1000_0000n);
});
