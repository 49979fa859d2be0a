import { assertEquals, assertThrows } from "@std/assert";
import { FormatError } from "../error.ts";
import { stackKeyText } from "../analysis/stack_key.ts";
import { testGroup } from "../reports/_analysis_testing.ts";
import type { Leak } from "./leaks.ts";
import { baselineOf, parseBaseline, renderBaseline, updateBaseline } from "./baseline.ts";

const KEY = "app!main;plugin+0x40;app!open";

function leak(key: string, outstanding: number): Leak {
  return { key, group: testGroup({ opened: outstanding, closed: 0 }) };
}

Deno.test("a baseline is read back as the keys and numbers that it was written from", () => {
  const baseline = baselineOf([leak(KEY, 2), leak(KEY, 1), leak("app!other", 4)]);
  assertEquals(baseline, new Map([[KEY, 3], ["app!other", 4]]));
  const text = renderBaseline(baseline);
  assertEquals(text.split("\n")[2], `${KEY} 3`);
  assertEquals(parseBaseline(text, "known.txt"), baseline);
});

Deno.test("names with separators, comments, blanks and line breaks survive a baseline", () => {
  const symbols = ["<[u8; 4] as Debug>::fmt", "# a", " b ", "c 3", "d%3B", "e\nf", "g;h"];
  const keys = symbols.map((symbol) =>
    stackKeyText([{ address: 1n, module: { name: "app" }, symbol }])
  );
  const baseline = new Map(keys.map((key, index) => [key, index]));
  assertEquals(baseline.size, symbols.length);
  assertEquals(parseBaseline(renderBaseline(baseline), "known.txt"), baseline);
});

Deno.test("parseBaseline() accepts either line ending and skips what is for people", () => {
  const text = `# htrace baseline 2\r\n# why\r\n\r\n${KEY} 7\r\n`;
  assertEquals(parseBaseline(text, "known.txt"), new Map([[KEY, 7]]));
});

Deno.test("parseBaseline() reads what version 0.1.0 wrote, with its comment's number", () => {
  const text = `# Known handle leaks: stacks outside the system, outermost first, one a line.

# 3 outstanding
${KEY}

# 1 outstanding
app!<[u8; 4] as core::fmt::Debug>::fmt;app!main

app!written_by_hand
`;
  assertEquals(
    parseBaseline(text, "known.txt"),
    new Map([
      [KEY, 3],
      ["app!<[u8%3B 4] as core::fmt::Debug>::fmt;app!main", 1],
      ["app!written_by_hand", Infinity],
    ]),
  );
});

Deno.test("parseBaseline() says which line is not a stack", () => {
  for (const text of ["# htrace baseline 2\napp!main\n", "\nhello world\n"]) {
    assertThrows(
      () => parseBaseline(text, "known.txt"),
      FormatError,
      'Cannot read the baseline "known.txt": line 2 is not a stack such as "app!main;app!open 3"; ' +
        "name one that htrace wrote",
    );
  }
});

Deno.test("updateBaseline() adds new keys, lowers numbers, drops what is gone and never raises a number", () => {
  const baseline = new Map([["app!less", 5], ["app!more", 1], ["app!gone", 2]]);
  const leaks = [leak("app!less", 3), leak("app!more", 9), leak("app!new", 4)];
  assertEquals(
    updateBaseline(baseline, leaks),
    new Map([["app!less", 3], ["app!more", 1], ["app!new", 4]]),
  );
});
