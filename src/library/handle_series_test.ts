import { assertEquals } from "@std/assert";
import type { HandleEntry } from "../target.ts";
import { handleSeries, renderHandleSeries } from "./handle_series.ts";

/** A number of handles of one type and name. */
function handles(count: number, type: string, objectName?: string): HandleEntry[] {
  return Array.from({ length: count }, (_, index) => ({
    handle: 4 + index * 4,
    type,
    ...(objectName !== undefined && { objectName }),
  }));
}

const LISTS = [
  [...handles(1, "Event"), ...handles(2, "Key", "\\R"), ...handles(3, "Token")],
  [...handles(40, "Event"), ...handles(2, "Key", "\\R"), ...handles(1, "Token")],
  [...handles(1200, "Event"), ...handles(1, "Key", "\\R"), ...handles(3, "Token")],
];

Deno.test("handleSeries() counts each type and name in every list, and leaves out what stayed", () => {
  assertEquals(handleSeries(LISTS), [
    { type: "Event", counts: [1, 40, 1200] },
    { type: "Token", counts: [3, 1, 3] },
    { type: "Key", name: "\\R", counts: [2, 2, 1] },
  ]);
  assertEquals(handleSeries([LISTS[0]!, LISTS[0]!]), []);
});

Deno.test("handleSeries() counts only types if a list has no names", () => {
  const unnamed = [...handles(1, "Event"), ...handles(5, "Key")];
  assertEquals(handleSeries([LISTS[0]!, unnamed]), [
    { type: "Key", counts: [2, 5] },
    { type: "Token", counts: [3, 0] },
  ]);
});

Deno.test("renderHandleSeries() says what rises at every step", () => {
  assertEquals(
    renderHandleSeries(LISTS, { top: 2 }),
    "Open handles over 3 readings: what changed, the most grown first\n" +
      "  +1,199  1 40 1,200  Event  (rises at every step)\n" +
      "      ±0  3 1 3       Token\n" +
      "and 1 more\n",
  );
  assertEquals(
    renderHandleSeries([LISTS[0]!, LISTS[0]!]),
    "Open handles over 2 readings: no change of type or name\n",
  );
});

Deno.test("renderHandleSeries() takes as many names as there are handles", () => {
  const named = (prefix: string): HandleEntry[] =>
    Array.from({ length: 150_000 }, (_, i) => ({
      handle: 4 + i * 4,
      type: "Event",
      objectName: `${prefix}${i}`,
    }));
  const text = renderHandleSeries([named("monday-"), named("tuesday-")], { top: 1 });
  assertEquals(text.split("\n").slice(1, 3), ["  +1  0 1  Event tuesday-0", "and 299,999 more"]);
});
