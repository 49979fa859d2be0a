import { assertEquals } from "@std/assert";
import { growingQuery } from "./growing_query.ts";

for (const tooSmall of [0xc0000004, 0x80000005, 0xc0000023]) {
  Deno.test(`growingQuery() doubles its buffer while the status is 0x${tooSmall.toString(16)}`, () => {
    const answer = growingQuery((buffer) => ({
      status: buffer.length < 0x10_0000 ? tooSmall : 0,
      returnLength: 0,
    }));
    assertEquals(answer.kind === "bytes" && answer.bytes.length, 0x10_0000);
  });
}

Deno.test("growingQuery() passes on other failures and accepts warnings as results", () => {
  const failed = growingQuery(() => ({ status: 0xc0000022, returnLength: 0 }));
  assertEquals(failed, { kind: "failed", status: 0xc0000022 });
  assertEquals(growingQuery(() => ({ status: 0x40000000, returnLength: 0 })).kind, "bytes");
});

Deno.test("growingQuery() gives up on a result that never fits", () => {
  let largest = 0;
  const answer = growingQuery((buffer) => {
    largest = buffer.length;
    return { status: 0xc0000004, returnLength: 0xffff_ffff };
  });
  assertEquals([answer.kind, largest], ["failed", 0x400_0000]);
});
