import { assertEquals } from "@std/assert";
import { growthRate, growthSteps, isGrowing } from "./growth_steps.ts";

Deno.test("growthSteps() ends with now, or with the last mark", () => {
  const group = { series: [1, 2], delta: 3 };
  assertEquals(growthSteps(group, {}), [1, 2, 5]);
  assertEquals(growthSteps(group, { hasMarks: true }), [1, 2]);
  assertEquals(growthSteps({}, {}), []);
});

Deno.test("isGrowing() needs two rises: a single one may be any difference", () => {
  assertEquals(isGrowing([1, 2, 3]), true);
  assertEquals(isGrowing([1, 2]), false);
  assertEquals(isGrowing([1, 2, 2]), false);
  assertEquals(isGrowing([]), false);
});

Deno.test("growthRate() is the average of the steps", () => {
  assertEquals(growthRate([1, 2, 5]), 2);
  assertEquals(growthRate([0, 1, 2, 3]), 1);
  assertEquals(growthRate([3]), 0);
});
