import { assertEquals } from "@std/assert";
import type { HandleEntry } from "../target.ts";
import { diffHandleLists } from "./handle_diff.ts";

const EVENT: HandleEntry = { handle: 0x10, type: "Event", object: 0x1000n };
const FILE: HandleEntry = { handle: 0x14, type: "File", objectName: "\\a", object: 0x2000n };
const KEY: HandleEntry = { handle: 0x8, type: "Key", object: 0x3000n };

Deno.test("diffHandleLists() finds what was opened and closed, by value", () => {
  const diff = diffHandleLists([EVENT, FILE], [FILE, KEY]);
  assertEquals(diff.opened, [KEY]);
  assertEquals(diff.closed, [EVENT]);
  assertEquals([diff.replaced.length, diff.kept, diff.byObject], [0, 1, true]);
});

Deno.test("diffHandleLists() recognizes a reused value by its object's address", () => {
  const reused = { ...EVENT, object: 0x9000n };
  assertEquals(diffHandleLists([EVENT], [reused]).replaced, [{ before: EVENT, now: reused }]);
});

Deno.test("diffHandleLists() recognizes a reused value and address by type and name", () => {
  const otherName = { ...FILE, objectName: "\\b" };
  const otherType = { ...EVENT, type: "Semaphore" };
  const diff = diffHandleLists([EVENT, FILE], [otherType, otherName]);
  assertEquals(diff.replaced.length, 2);
});

Deno.test("diffHandleLists() counts as kept what it cannot distinguish, and says so", () => {
  const hidden = { handle: EVENT.handle, type: "Event", object: 0n };
  const diff = diffHandleLists([EVENT], [hidden]);
  assertEquals([diff.kept, diff.byObject], [1, false]);
  const nameless = { handle: 0x14, type: "File", object: 0x2000n };
  assertEquals(diffHandleLists([FILE], [nameless]).kept, 1);
});

Deno.test("diffHandleLists() counts by type, the most grown first", () => {
  const events = [0x20, 0x24, 0x28].map((handle) => ({ ...EVENT, handle }));
  const diff = diffHandleLists([KEY, FILE], [...events, FILE, { handle: 0x30 }]);
  assertEquals(diff.types, [
    { type: "Event", before: 0, now: 3 },
    { type: "unknown", before: 0, now: 1 },
    { type: "Key", before: 1, now: 0 },
  ]);
});
