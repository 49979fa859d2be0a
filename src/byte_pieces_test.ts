import { assertEquals, assertStrictEquals } from "@std/assert";
import { BytePieces, joinBytes } from "./byte_pieces.ts";

Deno.test("BytePieces puts small pieces together and keeps large ones as they are", () => {
  const bytes = new BytePieces();
  const large = new Uint8Array(0x2_0000).fill(7);
  bytes.append(Uint8Array.of(1, 2));
  bytes.byte(3);
  bytes.append(large);
  bytes.append(new Uint8Array());
  bytes.byte(4);
  assertEquals(bytes.length, large.length + 4);
  const { pieces } = bytes;
  assertEquals(pieces.map(({ length }) => length), [3, large.length, 1]);
  assertStrictEquals(pieces[1], large);
  assertEquals([...joinBytes([pieces[0]!, pieces[2]!])], [1, 2, 3, 4]);
});

Deno.test("BytePieces goes on after its pieces were asked for, without changing them", () => {
  const bytes = new BytePieces();
  bytes.byte(1);
  const [first] = bytes.pieces;
  bytes.byte(2);
  assertEquals([...first!], [1]);
  assertEquals([...joinBytes(bytes.pieces)], [1, 2]);
});
