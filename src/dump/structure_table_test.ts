import { assertEquals, assertThrows } from "@std/assert";
import { decodeStructure, encodeStructure, structureTable } from "./structure_table.ts";

const PERSON = structureTable("PERSON", 24, {
  Age: [0, "u8"],
  Floor: [2, "u16"],
  Balance: [4, "i32"],
  Number: [8, "u32"],
  Id: [0x10, "u64"],
});

Deno.test("decodeStructure() returns what encodeStructure() wrote, up to the limits of each type", () => {
  const low = { Age: 0, Floor: 0, Balance: -0x8000_0000, Number: 0, Id: 0n };
  const high = {
    Age: 0xff,
    Floor: 0xffff,
    Balance: 0x7fff_ffff,
    Number: 0xffff_ffff,
    Id: 2n ** 64n - 1n,
  };
  for (const values of [low, high]) {
    assertEquals(decodeStructure(PERSON, encodeStructure(PERSON, values)), values);
  }
});

Deno.test("encodeStructure() writes little-endian, and zeros for omitted fields", () => {
  assertEquals(
    encodeStructure(PERSON, { Floor: 0x1234, Id: 0x0102_0304_0506_0708n }).toHex(),
    "0000341200000000" + "0000000000000000" + "0807060504030201",
  );
});

Deno.test("decodeStructure() reads at an offset, aligned or not", () => {
  const bytes = new Uint8Array(3 + PERSON.size);
  bytes.set(encodeStructure(PERSON, { Number: 7 }), 3);
  assertEquals(decodeStructure(PERSON, bytes, 3).Number, 7);
});

Deno.test("decodeStructure() throws if the bytes end inside the structure", () => {
  assertThrows(() => decodeStructure(PERSON, new Uint8Array(PERSON.size - 1)), RangeError);
  assertThrows(() => decodeStructure(PERSON, new Uint8Array(PERSON.size), 1), RangeError);
});

Deno.test("structureTable() rejects a field that extends past its structure", () => {
  assertThrows(
    () => structureTable("PERSON", 8, { Id: [4, "u64"] }),
    RangeError,
    "Cannot declare PERSON.Id: it ends beyond 8 bytes",
  );
});
