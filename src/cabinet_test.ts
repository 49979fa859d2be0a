import { assertEquals, assertThrows } from "@std/assert";
import { expandCabinet } from "./cabinet.ts";
import { cabinetOf } from "./cabinet_fixture.ts";
import { EngineError } from "./engine_error.ts";

const CONTENTS = Uint8Array.from({ length: 40_000 }, (_, i) => i % 251);

function expanded(cabinet: Uint8Array): Uint8Array {
  const pieces: Uint8Array[] = [];
  expandCabinet(cabinet, (piece) => pieces.push(piece));
  return Uint8Array.from(pieces.flatMap((piece) => [...piece]));
}

Deno.test("expandCabinet() hands on the file of a cabinet", async () => {
  assertEquals(expanded(await cabinetOf("demo.pdb", CONTENTS)), CONTENTS);
});

Deno.test("expandCabinet() refuses what is no cabinet, or a cut one, and works again after that", async () => {
  const cabinet = await cabinetOf("demo.pdb", CONTENTS);
  assertThrows(() => expanded(CONTENTS), EngineError, "Cannot expand the cabinet: ");
  for (let length = 0; length < cabinet.length; length++) {
    assertThrows(() => expanded(cabinet.subarray(0, length)), EngineError);
  }
  assertEquals(expanded(cabinet), CONTENTS);
});

Deno.test("expandCabinet() survives changed bytes anywhere in a cabinet", async () => {
  const cabinet = await cabinetOf("demo.pdb", CONTENTS);
  for (let at = 0; at < cabinet.length; at++) {
    const changed = cabinet.slice();
    changed[at]! ^= 0xff;
    try {
      expanded(changed);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
    }
  }
  assertEquals(expanded(cabinet), CONTENTS);
});
