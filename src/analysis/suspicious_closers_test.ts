import { assertEquals } from "@std/assert";
import { NO_TRACE } from "../engine/engine.ts";
import type { Frame } from "../frame.ts";
import { testAnalysis, testGroup, type TestTrace } from "../reports/_analysis_testing.ts";
import { suspiciousClosers } from "./suspicious_closers.ts";

const [OPEN, USUAL, RARE, OTHER] = ["open", "close", "cleanup", "other"].map((
  symbol,
  index,
): Frame => ({ address: BigInt(index + 1), module: { name: "app" }, symbol })) as [
  Frame,
  Frame,
  Frame,
  Frame,
];

/** The result if these traces follow a normal life and the close of handle 8 by a stranger, newest first. */
function found(...after: readonly TestTrace[]): unknown[] {
  const life: readonly TestTrace[] = [
    { type: "open", handle: 4, frames: [OPEN] },
    { type: "close", handle: 4, frames: [USUAL] },
    { type: "open", handle: 8, frames: [OPEN] },
    { type: "close", handle: 8, frames: [RARE] },
  ];
  const traces = [...life, ...after].reverse();
  const analysis = testAnalysis(traces);
  const stackOf = (frame: Frame): number =>
    analysis.log.stack[traces.findIndex(({ frames }) => frames[0] === frame)]!;
  const pairOf = new Uint32Array(traces.length).fill(NO_TRACE);
  const index = (trace: TestTrace): number => traces.indexOf(trace);
  pairOf[index(life[1]!)] = index(life[0]!);
  pairOf[index(life[3]!)] = index(life[2]!);
  const group = testGroup({
    stack: stackOf(OPEN),
    closers: [{ stack: stackOf(USUAL), count: 9 }, { stack: stackOf(RARE), count: 1 }],
  });
  return suspiciousClosers({ groups: [group], log: analysis.log, pairOf })
    .map(({ stack, badReferences, foreignOpens }) => [
      stack === stackOf(RARE),
      badReferences,
      foreignOpens,
    ]);
}

Deno.test("a rare closer after which nothing happens is not suspicious: an error path closes, too", () => {
  assertEquals(found(), []);
  assertEquals(found({ type: "open", handle: 8, frames: [OPEN] }), []); // the owner got the value again
});

Deno.test("a rare closer is suspicious if the owner then used the value in vain", () => {
  assertEquals(found({ type: "badref", handle: 8, frames: [USUAL] }), [[true, 1, 0]]);
  assertEquals(found({ type: "badref", handle: 9, frames: [USUAL] }), [[true, 1, 0]]); // tagged
});

Deno.test("a rare closer is suspicious if another stack then got the value", () => {
  assertEquals(found({ type: "open", handle: 8, frames: [OTHER] }), [[true, 0, 1]]);
});

Deno.test("only the first trace after the close counts, and only of that value", () => {
  assertEquals(
    found(
      { type: "open", handle: 12, frames: [OTHER] },
      { type: "open", handle: 8, frames: [OPEN] },
      { type: "badref", handle: 8, frames: [USUAL] },
    ),
    [],
  );
});
