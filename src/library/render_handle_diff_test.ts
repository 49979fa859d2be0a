import { assert, assertEquals } from "@std/assert";
import { countHandles } from "../handle_counts.ts";
import type { HandleEntry } from "../target.ts";
import { diffHandleLists } from "./handle_diff.ts";
import { handleGrowth } from "./handle_groups.ts";
import type { HandlesResult } from "./handles.ts";
import { renderHandleDiff } from "./render_handle_diff.ts";

const EVENT: HandleEntry = { handle: 0x10, type: "Event", object: 0x1000n };
const FILE: HandleEntry = { handle: 0x14, type: "File", objectName: "\\a", object: 0x2000n };
const KEY: HandleEntry = { handle: 0x8, type: "Key", object: 0x3000n };

function compared(before: readonly HandleEntry[], now: readonly HandleEntry[]): HandlesResult {
  return {
    diff: diffHandleLists(before, now),
    before: before.length,
    now: now.length,
    growth: handleGrowth(countHandles(before), countHandles(now)),
    reason: "this system has no handle tracing",
  };
}

Deno.test("renderHandleDiff() shows each change and what cannot be known", () => {
  assertEquals(
    renderHandleDiff(compared([EVENT, FILE], [{ ...EVENT, object: 0n }, KEY])),
    `1 opened, 1 closed, 0 replaced, 1 kept.

By type and name, most grown first:
  Key: 0 -> 1
  File: 1 -> 0

By type:
  Key: 0 -> 1
  File: 1 -> 0

Opened:
  0x0008 Key

Closed:
  0x0014 File \\a

Handle lists show neither stacks nor handles that were opened and closed in between: this system has no handle tracing.
Object addresses were not shown: a value reused for the same type and name counts as kept.
`,
  );
});

Deno.test("renderHandleDiff() shows both sides of a replaced handle", () => {
  const text = renderHandleDiff(compared([EVENT], [{ ...FILE, handle: EVENT.handle }]));
  assert(text.includes("Replaced:\n  0x0010 Event -> File \\a\n"));
});

Deno.test("renderHandleDiff() counts handles of one type and name on one line", () => {
  const many = Array.from({ length: 12_345 }, (_, i) => ({ ...EVENT, handle: 4 * i }));
  const text = renderHandleDiff(compared([], many));
  assert(text.includes("most grown first:\n  Event: 0 -> 12,345\n"));
  assert(text.includes("Opened:\n  Event: 12,345 (0x0000, 0x0004, 0x0008, 0x000c, ...)\n"));
});

Deno.test("renderHandleDiff() shows a number of lines per section and counts the others", () => {
  const files = ["a", "b", "c", "d"].map((objectName, i) => ({
    ...FILE,
    handle: 4 * i,
    objectName,
  }));
  const text = renderHandleDiff(compared([], files), 2);
  assert(text.includes("Opened:\n  0x0000 File a\n  0x0004 File b\n  and 2 more\n"));
});

Deno.test("renderHandleDiff() compares numbers if a list has nothing else", () => {
  const text = renderHandleDiff({
    before: 5,
    now: 7,
    growth: [{ type: "Event", before: 5, now: 7 }],
    reason: "a handle list has no history",
  });
  assertEquals(text.split("\n").slice(0, 4), [
    ...["5 -> 7 handles.", "", "By type and name, most grown first:", "  Event: 5 -> 7"],
  ]);
});
