import { assertEquals, assertThrows } from "@std/assert";
import { parseAddress, parseCount, parseHandle } from "./_arguments.ts";

Deno.test("parseCount() accepts decimal digits, or hexadecimal ones with 0x", () => {
  assertEquals([parseCount("4096"), parseCount("0x1000")], [4096, 4096]);
  for (const text of ["", "-1", "1.5", "1000h", "many"]) {
    assertThrows(() => parseCount(text), SyntaxError, `"${text}" is not a number`);
  }
  for (const text of ["4294967296", "99999999999999999999", "0x100000000"]) {
    assertThrows(
      () => parseCount(text),
      SyntaxError,
      `"${text}" is too large: give a number below`,
    );
  }
});

Deno.test("parseHandle() and parseAddress() accept hexadecimal digits, like the debugger", () => {
  assertEquals([parseHandle("7dc"), parseHandle("0x7DC")], [0x7dc, 0x7dc]);
  assertEquals(parseAddress("FFFFE000"), 0xffff_e000n);
  for (const text of ["", "0x", "xyz", "11112222333344445"]) {
    assertThrows(() => parseAddress(text), SyntaxError, `"${text}" is not a number`);
  }
});
