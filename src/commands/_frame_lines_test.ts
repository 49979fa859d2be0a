import { assertEquals } from "@std/assert";
import type { Frame } from "../frame.ts";
import { frameJson, frameText } from "./_frame_lines.ts";

const FRAME: Frame = {
  address: 0x1012n,
  module: { name: "app" },
  symbol: "outer",
  displacement: 0x12,
  file: "C:\\src\\app.c",
  line: 7,
  inlined: [
    { symbol: "innermost", file: "C:\\src\\app.h", line: 5 },
    { symbol: "between" },
  ],
};

Deno.test("frameText() indents inlined functions below, innermost first", () => {
  assertEquals(
    frameText(FRAME),
    `app!outer+0x12 C:\\src\\app.c:7
    inlined innermost C:\\src\\app.h:5
    inlined between`,
  );
});

Deno.test("frameText() shows what there is", () => {
  const { address } = FRAME;
  assertEquals(
    frameText({ address, module: { name: "app" }, symbol: "f", displacement: 0 }),
    "app!f",
  );
  assertEquals(frameText({ address, module: { name: "app" }, displacement: 0x1012 }), "app+0x1012");
});

Deno.test("frameJson() keeps the order of its fields and leaves out unknown ones", () => {
  assertEquals(
    frameJson(0x1012, FRAME),
    '{"rva":4114,"module":"app","function":"outer","displacement":18,' +
      '"file":"C:\\\\src\\\\app.c","line":7,"inlined":[' +
      '{"function":"innermost","file":"C:\\\\src\\\\app.h","line":5},{"function":"between"}]}',
  );
  const unnamed: Frame = { address: 0x1012n, module: { name: "app" }, displacement: 0x1012 };
  assertEquals(frameJson(0x1012, unnamed), '{"rva":4114,"module":"app"}');
});
