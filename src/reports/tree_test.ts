import { assertEquals } from "@std/assert";
import type { Frame } from "../frame.ts";
import { namedStack, testAnalysis, testGroup } from "./_analysis_testing.ts";
import { renderTree } from "./tree.ts";

function frame(name: string): Frame {
  const [module = "", symbol = ""] = name.split("!");
  return { address: 1n, module: { name: module }, symbol };
}

/** A tree of stacks, innermost frame first, with their open handles. */
function treeOf(stacks: readonly (readonly [names: readonly string[], open: number])[]): string[] {
  const text = renderTree(testAnalysis([], {
    stacks: new Map(stacks.map(([names], id) => [id, namedStack(names.map(frame))])),
    groups: stacks.map(([, open], stack) => testGroup({ stack, opened: open, closed: 0 })),
  }));
  return text.trimEnd().split("\n");
}

Deno.test("renderTree() branches where callers do, biggest branch first, without system frames", () => {
  assertEquals(
    treeOf([
      [["ntdll!NtOpenKey", "app!read", "app!main"], 2],
      [["ntdll!NtOpenKey", "app!write", "app!save", "app!main"], 1200],
      [["ntdll!NtCreateEvent", "app!main"], 3],
    ]),
    [
      "1,205 open handles",
      "1,205  app!main",
      "  1,200  app!save > app!write",
      "  2  app!read",
    ],
  );
});

Deno.test("renderTree() shows source locations and handle types where branches end", () => {
  const at = (symbol: string, line: number): Frame => ({
    address: BigInt(line),
    module: { name: "app" },
    symbol,
    file: "C:\\src\\app.c",
    line,
  });
  const stacks = [[at("read", 7), at("main", 40)], [at("write", 9), at("main", 41)]];
  const text = renderTree(testAnalysis([], {
    stacks: new Map(stacks.map((frames, id) => [id, namedStack(frames)])),
    groups: [
      testGroup({ stack: 0, opened: 3, closed: 0, objectTypes: new Map([["File", 3]]) }),
      testGroup({ stack: 1, opened: 2, closed: 0 }),
    ],
  }));
  assertEquals(text.split("\n").slice(1, 4), [
    "5  app!main (app.c)", // called from two lines of it
    "  3  app!read (app.c:7): 3 File",
    "  2  app!write (app.c:9)",
  ]);
});

Deno.test("renderTree() shows stacks with only system frames, and stacks without frames", () => {
  assertEquals(treeOf([[["ntdll!NtOpenKey", "ntdll!LdrInit"], 1], [[], 2]]), [
    "3 open handles",
    "2  (no stack)",
    "1  ntdll!LdrInit > ntdll!NtOpenKey",
  ]);
});

Deno.test("renderTree() counts stacks without open handles, and handles stacks of any depth", () => {
  const deep = Array.from({ length: 20_000 }, (_, index) => `app!f${index % 2}`);
  assertEquals(treeOf([[deep, 1], [["app!main"], 0]]).slice(2), [
    "",
    "Not listed: 1 stack without open handles.",
  ]);
});

Deno.test("renderTree() shows as many branches as a full ring has stacks", () => {
  const count = 131_072;
  const lines = treeOf(
    Array.from({ length: count }, (_, i) => [[`app!open${i}`, "app!run", "app!main"], 1]),
  );
  assertEquals(lines.length, 2 + count);
});
