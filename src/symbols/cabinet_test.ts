import { assertEquals, assertThrows } from "@std/assert";
import { bytesSource } from "../byte_source.ts";
import { expandCabinet } from "./cabinet.ts";
import { cabinetOf } from "./cabinet_fixture.ts";
import { EngineError } from "../engine/engine_error.ts";

const CONTENTS = Uint8Array.from({ length: 40_000 }, (_, i) => i % 251);

function expanded(cabinet: Uint8Array): Uint8Array {
  const pieces = [...expandCabinet(bytesSource("demo.pd_", cabinet))];
  return Uint8Array.from(pieces.flatMap((piece) => [...piece]));
}

Deno.test("expandCabinet() returns the file in a cabinet", async () => {
  assertEquals(expanded(await cabinetOf("demo.pdb", CONTENTS)), CONTENTS);
});

Deno.test("expandCabinet() rejects other files and truncated cabinets, and still works after that", async () => {
  const cabinet = await cabinetOf("demo.pdb", CONTENTS);
  assertThrows(() => expanded(CONTENTS), EngineError, "Cannot expand the cabinet: ");
  for (let length = 0; length < cabinet.length; length++) {
    assertThrows(() => expanded(cabinet.subarray(0, length)), EngineError);
  }
  assertEquals(expanded(cabinet), CONTENTS);
});

Deno.test("expandCabinet() returns the right contents or an error, no matter which byte is changed", async () => {
  const cabinet = await cabinetOf("demo.pdb", CONTENTS);
  let rejected = 0;
  for (let at = 0; at < cabinet.length; at++) {
    for (const mask of [0x01, 0x80, 0xff]) {
      const changed = cabinet.slice();
      changed[at]! ^= mask;
      try {
        // A changed date or name says nothing about the contents; the checksum covers those, and the sizes check each
        // other.
        assertEquals(expanded(changed), CONTENTS, `byte ${at} by ${mask}`);
      } catch (error) {
        if (!(error instanceof EngineError)) throw error;
        rejected++;
      }
    }
  }
  const described = 36 + 8 + 16 + "demo.pdb".length + 1;
  assertEquals(rejected > 3 * (cabinet.length - described), true, "all data and some of the rest");
});

Deno.test("expandCabinet() can be stopped before the end", async () => {
  const pieces = expandCabinet(bytesSource("demo.pd_", await cabinetOf("demo.pdb", CONTENTS)));
  assertEquals(pieces.next().value?.length, 0x8000);
  pieces.return();
  assertEquals(pieces.next().done, true);
});

Deno.test("expandCabinet() passes on the error of a file that cannot be read", () => {
  const broken = {
    name: "demo.pd_",
    size: 100,
    read: (): Uint8Array => {
      throw new Error("the drive is gone");
    },
  };
  assertThrows(() => [...expandCabinet(broken)], EngineError, "the drive is gone");
});
