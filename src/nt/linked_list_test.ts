import { assertEquals, assertMatch } from "@std/assert";
import { findLayouts } from "./layouts.ts";
import { walkList, walkListFrom } from "./linked_list.ts";
import { SparseMemory } from "./_memory_testing.ts";

const HEAD = 0x8054_4560n;
const LINKS = [0x8150_0088n, 0x8160_0088n, 0x8170_0088n, 0x8180_0088n];

function listed(): { memory: SparseMemory; layouts: ReturnType<typeof findLayouts> } {
  return { memory: new SparseMemory(4).list(HEAD, LINKS), layouts: findLayouts(2600, "x86") };
}

Deno.test("walkList() returns the links in order, without the head", () => {
  assertEquals(walkList(listed(), HEAD), { links: LINKS });
  const empty = listed();
  empty.memory.list(HEAD, []);
  assertEquals(walkList(empty, HEAD), { links: [] });
});

Deno.test("walkList() reaches the links after a missing one backwards", () => {
  const space = listed();
  space.memory.drop(LINKS[1]!);
  const { links, incomplete } = walkList(space, HEAD);
  assertEquals(links, LINKS);
  assertMatch(
    incomplete ?? "",
    /^it ends at missing memory: Cannot read LIST_ENTRY.Flink at 0x81600088/,
  );
});

Deno.test("walkList() ends a cyclic list where it returns, in both directions", () => {
  const space = listed();
  space.memory.pointer(LINKS[2]!, LINKS[0]!);
  assertEquals(walkList(space, HEAD), {
    links: LINKS.slice(0, 3),
    incomplete: "it is cyclic: it returns to 0x81500088 instead of its head",
  });
  space.memory.pointer(LINKS[2]!, LINKS[2]!);
  assertEquals(walkList(space, HEAD).links, LINKS.slice(0, 3));
});

Deno.test("walkList() ends at a null link and where its head is missing", () => {
  const space = listed();
  space.memory.pointer(LINKS[1]!, 0);
  assertEquals(walkList(space, HEAD).incomplete, "its link at 0x81600088 is null");
  space.memory.drop(HEAD);
  assertEquals(walkList(space, HEAD).links, []);
});

Deno.test("walkList() ends a list that runs through all of memory", () => {
  /** Every link leads to the next eight bytes. */
  const memory = {
    pointerSize: 8,
    read: (address: bigint, length: number): Uint8Array => {
      const bytes = new Uint8Array(length);
      new DataView(bytes.buffer).setBigUint64(0, address + 8n, true);
      return bytes;
    },
  } as const;
  const { links, incomplete } = walkList({ memory, layouts: findLayouts(7601, "x64") }, 8n);
  assertEquals(links.length, 16_384);
  assertEquals(incomplete, "it is damaged: it has more than 16384 links");
});

Deno.test("walkListFrom() goes both ways from a link if the head is missing", () => {
  const space = listed();
  space.memory.drop(HEAD);
  assertEquals(walkListFrom(space, LINKS[2]!, HEAD), { links: LINKS });
});
