import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import type { PlacedSection } from "./images.ts";
import { callSize, fillers, LayoutError, partName, placeFunctions } from "./layout.ts";

// What clang writes for two functions, reduced to what matters.
const ASSEMBLY = [
  "\t.text",
  "\t.def\t_first@4;",
  "\t.endef",
  "\t.globl\t_first@4                        # -- Begin function first@4",
  "\t.p2align\t4",
  "_first@4:                               # @first@4",
  "\tcalll\t*__imp__other@0",
  "\tcalll\t_second",
  "\tcalll\t_second",
  "\tretl\t$4",
  "                                        # -- End function",
  "\t.globl\t_second                         # -- Begin function second",
  "\t.p2align\t4",
  "_second:                                # @second",
  "\tretl",
  "                                        # -- End function",
].join("\n");

function section(calls: PlacedSection["functions"][number]["calls"]): PlacedSection {
  return {
    name: "PAGE1",
    address: 0x2000,
    functions: [{ symbol: "_first@4", address: 0x2010, calls }],
  };
}

Deno.test("placeFunctions() gives a function a section part named by its address", () => {
  const { text, placed } = placeFunctions(ASSEMBLY, [section([])], ".text");
  assertEquals(placed, ["_first@4"]);
  assertStringIncludes(text, '\t.section PAGE1$00002010,"xr"\n\t.globl\t_first@4');
});

Deno.test("placeFunctions() leaves other functions in the ordinary section", () => {
  const { text } = placeFunctions(ASSEMBLY, [section([])], ".text$zz");
  const lines = text.split("\n");
  const second = lines.findIndex((line) => line.startsWith("_second:"));
  const sections = lines.slice(0, second).filter((line) => line.includes(".section"));
  assertEquals(sections.at(-1), '\t.section .text$zz,"xr"');
  assertEquals(lines[second - 1], "\t.p2align\t4");
});

Deno.test("placeFunctions() drops a placed function's alignment, which would move it", () => {
  const { text } = placeFunctions(ASSEMBLY, [section([])], ".text");
  assertEquals(text.split(".p2align").length - 1, 1);
});

Deno.test("placeFunctions() fills before the first call with the operand, and only there", () => {
  const calls = [{ operand: "_second", returnsAt: 0x30 }];
  const { text } = placeFunctions(ASSEMBLY, [section(calls)], ".text");
  assertStringIncludes(text, `\t.org ${0x30 - 5}, 144\n\tcalll\t_second\n\tcalll\t_second`);
});

Deno.test("placeFunctions() places several calls in order", () => {
  const calls = [
    { operand: "_second", returnsAt: 0x30 },
    { operand: "_second", returnsAt: 0x40 },
  ];
  const { text } = placeFunctions(ASSEMBLY, [section(calls)], ".text");
  assertStringIncludes(text, `\tcalll\t_second\n\t.org ${0x40 - 5}, 144\n\tcalll\t_second`);
});

Deno.test("placeFunctions() names a call that the function does not make", () => {
  const calls = [{ operand: "_third", returnsAt: 0x30 }];
  assertThrows(
    () => placeFunctions(ASSEMBLY, [section(calls)], ".text"),
    LayoutError,
    'Cannot place "_first@4": it has no call with "_third"',
  );
});

Deno.test("placeFunctions() treats hand-written assembly as one function up to its end", () => {
  const assembly = "\t.text\n    .globl __Entry\n__Entry:\n    call ebx\n    ret\n";
  const functions = [{
    symbol: "__Entry",
    address: 0x2000,
    calls: [{ operand: "ebx", returnsAt: 9 }],
  }];
  const { text } = placeFunctions(assembly, [{
    name: "PAGE1",
    address: 0x2000,
    functions,
  }], ".text");
  assertStringIncludes(text, "\t.org 7, 144\n    call ebx\n    ret");
});

Deno.test("callSize() supports all forms of calls", () => {
  assertEquals(callSize("_function@4"), 5);
  assertEquals(callSize("*__imp__function@4"), 6);
  assertEquals(callSize("*%esi"), 2);
  assertEquals(callSize("ebx"), 2);
  assertEquals(callSize("*8(%ebp)"), 3);
});

Deno.test("partName() sorts by address", () => {
  assertEquals(partName("PAGE", 0x801e), "PAGE$0000801e");
  assertEquals([0x10000, 0x9000].map((a) => partName("P", a)).sort(), ["P$00009000", "P$00010000"]);
});

Deno.test("fillers() puts a gap before a section and int 3 before a function", () => {
  const sizes = new Map([["_first@4", 0x20]]);
  assertEquals(
    fillers([section([])], sizes, 0x3000).split("\n"),
    [
      '\t.section PAGE0GAP,"bw"',
      "\t.zero 12288",
      '\t.section PAGE1$00002000,"xr"',
      "\t.fill 16, 1, 204",
      "",
    ],
  );
});

Deno.test("fillers() counts a later gap from the end of the section before it", () => {
  const sections = [section([]), { name: "PAGE2", address: 0x9000, functions: [] }];
  const text = fillers(sections, new Map([["_first@4", 0x1000]]), 0);
  // The first section ends at 0x3010, so its last page ends at 0x4000.
  assertStringIncludes(text, '\t.section PAGE1GAP,"bw"\n\t.zero 20480');
});

Deno.test("fillers() rejects a function that the previous one reaches into", () => {
  const functions = [
    { symbol: "_long", address: 0x2000, calls: [] },
    { symbol: "_next", address: 0x2010, calls: [] },
  ];
  assertThrows(
    () => fillers([{ name: "PAGE1", address: 0x2000, functions }], new Map([["_long", 0x11]]), 0),
    LayoutError,
    'Cannot place "_next" at 0x2010: what is before it ends at 0x2011',
  );
});
