import { assertEquals } from "@std/assert";
import { isFailure, resultText } from "./hresult.ts";

Deno.test("resultText() gives the meaning of a known result, and always its number", () => {
  assertEquals(resultText(0x8007_0002), "0x80070002: there is no such file");
  assertEquals(resultText(1), "0x00000001: it timed out");
  assertEquals(resultText(0x8007_1234), "0x80071234");
});

Deno.test("isFailure() tests the top bit: S_FALSE is not a failure", () => {
  assertEquals([0, 1, 0x8000_4005, 0xd000_0022].map(isFailure), [false, false, true, true]);
});
