import { assert, assertEquals } from "@std/assert";
import type { HandleEntry } from "../target.ts";
import { diffHandleLists } from "./handle_diff.ts";
import { renderHandleDiff } from "./render_handle_diff.ts";

const EVENT: HandleEntry = { handle: 0x10, type: "Event", object: 0x1000n };
const FILE: HandleEntry = { handle: 0x14, type: "File", objectName: "\\a", object: 0x2000n };
const KEY: HandleEntry = { handle: 0x8, type: "Key", object: 0x3000n };

Deno.test("renderHandleDiff() shows each change and what it cannot know", () => {
  const diff = diffHandleLists([EVENT, FILE], [{ ...EVENT, object: 0n }, KEY]);
  assertEquals(
    renderHandleDiff(diff, "this system has no handle tracing"),
    `1 opened, 1 closed, 0 replaced, 1 kept.

Opened:
  0x0008 Key

Closed:
  0x0014 File \\a

By type:
  Key: 0 -> 1
  File: 1 -> 0

No stacks, and nothing of handles opened and closed in between: this system has no handle tracing.
Object addresses were not shown: a value reused for the same type and name counts as kept.
`,
  );
});

Deno.test("renderHandleDiff() shows both sides of a replaced handle", () => {
  const diff = diffHandleLists([EVENT], [{ ...FILE, handle: EVENT.handle }]);
  assert(renderHandleDiff(diff, "r").includes("Replaced:\n  0x0010 Event -> File \\a\n"));
});
