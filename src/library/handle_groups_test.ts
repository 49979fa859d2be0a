import { assertEquals } from "@std/assert";
import { countHandles } from "../handle_counts.ts";
import type { HandleEntry } from "../target.ts";
import {
  groupHandles,
  growthLine,
  handleGrowth,
  mergedName,
  renderHandleGroups,
} from "./handle_groups.ts";

/** `count` handles of one type and name. */
function handles(count: number, type?: string, objectName?: string): HandleEntry[] {
  return Array.from({ length: count }, (_, index) => ({
    handle: 4 + index * 4,
    ...(type !== undefined && { type }),
    ...(objectName !== undefined && { objectName }),
  }));
}

Deno.test("groupHandles() counts by type and name, most frequent first", () => {
  const list = [...handles(2, "File", "\\Device\\x"), ...handles(3, "Event"), ...handles(2)];
  assertEquals(groupHandles(list), [
    { type: "Event", count: 3 },
    { type: "File", name: "\\Device\\x", count: 2 },
    { type: "unknown", count: 2 },
  ]);
  assertEquals(groupHandles([...list, ...handles(2, "File")], { byName: false }), [
    { type: "File", count: 4 },
    { type: "Event", count: 3 },
    { type: "unknown", count: 2 },
  ]);
});

Deno.test("handleGrowth() ranks what grew before what shrank, and leaves out what stayed", () => {
  const before = [...handles(10, "Event"), ...handles(5, "Key", "\\R"), ...handles(1, "Token")];
  const now = [
    ...handles(1214, "Event"),
    ...handles(2, "Key", "\\R"),
    ...handles(1, "Token"),
    ...handles(3, "File", "\\Device\\x"),
  ];
  const growth = handleGrowth(before, now);
  assertEquals(growth, [
    { type: "Event", before: 10, now: 1214 },
    { type: "File", name: "\\Device\\x", before: 0, now: 3 },
    { type: "Key", name: "\\R", before: 5, now: 2 },
  ]);
  assertEquals(growthLine(growth), "+1,204 Event, +3 File \\Device\\x, -3 Key \\R");
  assertEquals(growthLine(handleGrowth(now, now)), undefined);
});

Deno.test("handleGrowth() compares only types if one list has no names, although it has keys", () => {
  const named = [...handles(2, "Key", "\\a"), ...handles(2, "File", "\\b")];
  const nameless = [...handles(3, "Key"), ...handles(4, "File")];
  assertEquals(handleGrowth(named, nameless), [
    { type: "File", before: 2, now: 4 },
    { type: "Key", before: 2, now: 3 },
  ]);
  assertEquals(handleGrowth(handles(1, "File"), handles(2, "File", "\\b")), [
    { type: "File", name: "\\b", before: 0, now: 2 },
    { type: "File", before: 1, now: 0 },
  ]);
});

Deno.test("growthLine() keeps the largest changes, and counts the rest", () => {
  const now = Array.from({ length: 8 }, (_, index) => handles(index + 1, `T${index}`)).flat();
  assertEquals(growthLine(handleGrowth([], now)), "+8 T7, +7 T6, +6 T5, +5 T4, +4 T3, and 3 more");
  assertEquals(growthLine(handleGrowth(now, [])), "-4 T3, -5 T4, -6 T5, -7 T6, -8 T7, and 3 more");
});

Deno.test("renderHandleGroups() says which types and names there are most of", () => {
  const list = [
    ...handles(1200, "Event"),
    ...handles(3, "File", "\\Device\\x"),
    ...handles(2, "Event", "\\BaseNamedObjects\\y"),
  ];
  assertEquals(
    renderHandleGroups(list),
    "Open handles: 1,205\n" +
      "  1,202  Event\n" +
      "      3  File\n" +
      "\n" +
      "Names that occur most:\n" +
      "  3  File \\Device\\x\n" +
      "  2  Event \\BaseNamedObjects\\y\n",
  );
});

Deno.test("names that move cursors or end lines are escaped", () => {
  const list = handles(1, "File", "\\a\x1b[2J\n");
  assertEquals(growthLine(handleGrowth([], list)), "+1 File \\a\\u001b[2J\\u000a");
  assertEquals(renderHandleGroups(list).split("\n").length, 6);
});

Deno.test("handleGrowth() merges names that differ in ids and numbers, on request", () => {
  const now = [...handles(1, "Event", "\\job-17-a"), ...handles(1, "Event", "\\job-18-a")];
  assertEquals(handleGrowth([], now).length, 2);
  assertEquals(handleGrowth([], now, { mergeNames: true }), [
    { type: "Event", name: "\\job-*-a", before: 0, now: 2 },
  ]);
});

Deno.test("handleGrowth() compares types if one list has only numbers by type", () => {
  const summary = { total: 5, types: new Map([["Event", 5]]), names: new Map() };
  const list = countHandles([...handles(7, "Event", "\\a"), ...handles(1, "File")]);
  assertEquals(handleGrowth(summary, list), [
    { type: "Event", before: 5, now: 7 },
    { type: "File", before: 0, now: 1 },
  ]);
});

Deno.test("renderHandleGroups() says which objects have several handles, and how much it leaves out", () => {
  const list = [
    ...handles(3, "Event").map((entry) => ({ ...entry, object: 0xffffa00012345670n })),
    ...handles(1, "File").map((entry) => ({ ...entry, object: 0xffffa00012345680n })),
    ...handles(1, "Key"),
  ];
  assertEquals(
    renderHandleGroups(list, { top: 1 }),
    "Open handles: 5\n" +
      "  3  Event\n" +
      "     and 2 more\n" +
      "\n" +
      "Objects with several handles:\n" +
      "  3  0xffffa00012345670 Event\n",
  );
});

Deno.test("mergedName() replaces what differs from run to run", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["\\BaseNamedObjects\\x", "\\BaseNamedObjects\\x"],
    [
      "\\Sessions\\1\\BaseNamedObjects\\SM0:4711:304:WilStaging_02",
      "\\Sessions\\*\\BaseNamedObjects\\SM*:*:*:WilStaging_*",
    ],
    ["C:\\t\\{6B29FC40-CA47-1067-B31D-00DD010662DA}.tmp", "C:\\t\\*.tmp"],
    ["pipe.5ae414b12a307dbd", "pipe.*"],
    ["\\deadbeef\\facade", "\\deadbeef\\facade"],
    ["lock-0x7ffA", "lock-*"],
    ["pipe-a1b2-ff03", "pipe-*-*"],
    ["C:\\Temp\\tmpA1BC.tmp", "C:\\Temp\\tmp*.tmp"],
    ["C:\\Temp\\tmpFACE.TMP", "C:\\Temp\\tmp*.TMP"],
    ["C:\\Temp\\7.tmp", "C:\\Temp\\*.tmp"],
    ["C:\\Temp\\~DF3A0C11B2E4F5D6A7.TMP", "C:\\Temp\\~*.TMP"],
    ["C:\\Temp\\recipe.tmp", "C:\\Temp\\recipe.tmp"],
  ];
  for (const [name, merged] of cases) assertEquals(mergedName(name), merged);
});
