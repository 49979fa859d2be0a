import { assertEquals, assertStringIncludes } from "@std/assert";
import type { Analysis, TraceGroup } from "../analysis.ts";
import type { Frame } from "../frame.ts";
import { namedStack, testAnalysis, testGroup } from "../reports/_analysis_testing.ts";
import { verdictOf } from "./verdict.ts";

const OWN: Frame = {
  address: 1n,
  module: { name: "orders" },
  symbol: "Session::Begin",
  file: "C:\\src\\session.cpp",
  line: 88,
};
const SYSTEM: Frame = { address: 2n, module: { name: "ntdll" }, symbol: "NtCreateEvent" };
const NOWHERE: Frame = { address: 4n };

/** An analysis of groups, each with its own stack. */
function analysisOf(
  groups: readonly (Partial<TraceGroup> & { readonly frames: readonly Frame[] })[],
  facts: Partial<Analysis> = {},
): Analysis {
  const opened = [{ type: "open" as const, handle: 4, frames: [OWN] }];
  return testAnalysis(opened, {
    stacks: new Map(groups.map(({ frames }, stack) => [stack, namedStack(frames)])),
    groups: groups.map(({ frames: _frames, ...group }, stack) => testGroup({ stack, ...group })),
    ...facts,
  });
}

function sentenceOf(...args: Parameters<typeof analysisOf>): string {
  return verdictOf(analysisOf(...args)).sentence;
}

const SINCE = { diff: { newTraces: 9, historyLost: false } };

Deno.test("a leak is reported with its place, its handles, its share and its closes", () => {
  const sentence = sentenceOf([
    {
      frames: [SYSTEM, OWN],
      opened: 1840,
      closed: 12,
      outstanding: 1310,
      delta: 1310,
      objectTypes: new Map([["Event", 1310]]),
    },
    { frames: [OWN], opened: 200, closed: 40, outstanding: 160, delta: 162 },
  ], SINCE);
  assertEquals(
    sentence,
    "orders!Session::Begin (session.cpp:88) leaks: 1,310 Event handles since the snapshot, 89 % of " +
      "all growth; 12 of 1,840 were closed.",
  );
});

Deno.test("a stack whose handles are usually closed may leak; one that is never closed comes before it", () => {
  const usually = { opened: 100, closed: 99, judgement: "usually closed" as const };
  assertEquals(
    sentenceOf([{ frames: [OWN], ...usually }]),
    "orders!Session::Begin (session.cpp:88) may leak: 1 handle still open; 99 of 100 were closed.",
  );
  const verdict = verdictOf(analysisOf([
    { frames: [OWN], ...usually, opened: 1000, closed: 900 },
    { frames: [OWN], opened: 2, closed: 0, judgement: "never closed" },
  ]));
  assertEquals(verdict.group?.opened, 2);
});

Deno.test("growth at every step is a leak, even if most handles are closed", () => {
  const { kind } = verdictOf(analysisOf([{
    frames: [OWN],
    opened: 100,
    closed: 90,
    series: [2, 5],
    delta: 5,
    judgement: "growing",
  }], SINCE));
  assertEquals(kind, "leak");
});

Deno.test("growth is reported with its counts, from snapshot to snapshot or from mark to mark", () => {
  const group = { frames: [OWN], opened: 9, closed: 0, outstanding: 9 };
  assertEquals(
    sentenceOf([{ ...group, series: [2, 5], delta: 4 }], SINCE),
    "orders!Session::Begin (session.cpp:88) leaks: 9 handles since the snapshot; none was ever closed; " +
      "the number rose at every snapshot, by 3.5 on average (2, 5, 9).",
  );
  assertEquals(
    sentenceOf([{ ...group, series: [1, 2, 3, 4, 5, 6, 9], delta: 0 }], { hasMarks: true }),
    "orders!Session::Begin (session.cpp:88) leaks: 9 handles still open; none was ever closed; " +
      "the number rose at every mark, by 1.3 on average (1, 2, 3, …, 5, 6, 9).",
  );
});

Deno.test("a stack that grew from mark to mark is reported although the end closed its handles", () => {
  const group = { opened: 3, closed: 3, outstanding: 0, judgement: "growing" as const };
  const { kind, sentence } = verdictOf(
    analysisOf([{ frames: [OWN], ...group, series: [1, 2, 3], delta: -3 }], { hasMarks: true }),
  );
  assertEquals(kind, "leak");
  assertEquals(
    sentence,
    "orders!Session::Begin (session.cpp:88) grows: the number rose at every mark, by 1 on average (1, 2, 3); " +
      "all 3 handles were closed in the end.",
  );
});

Deno.test("what a program with marks set up once is bounded, regardless of its end", () => {
  const series = [4, 4, 4];
  assertEquals(
    sentenceOf([{ frames: [OWN], opened: 4, outstanding: 4, series, delta: 0 }], {
      hasMarks: true,
    }),
    "Nothing grew: orders!Session::Begin (session.cpp:88) keeps 4 handles open, ±0 between the last " +
      "two of 3 marks.",
  );
});

Deno.test("handles that did not grow over several snapshots are apparently cached on purpose", () => {
  assertEquals(
    sentenceOf([{
      frames: [OWN],
      opened: 16,
      closed: 0,
      series: [16, 16],
      delta: 0,
      objectTypes: new Map([["Event", 16]]),
    }], SINCE),
    "Nothing grew: orders!Session::Begin (session.cpp:88) keeps 16 Event handles open, ±0 since the " +
      "last of 2 snapshots.",
  );
});

Deno.test("no leak is reported with what was opened and closed", () => {
  const closed = { frames: [OWN], opened: 20, closed: 20, outstanding: 0 };
  assertEquals(
    sentenceOf([closed], SINCE),
    "No leak: all 20 handles opened since the snapshot were closed.",
  );
  assertEquals(sentenceOf([]), "No leak: no handle was opened.");
  assertEquals(
    sentenceOf([{ frames: [OWN], isKnown: true, opened: 4, closed: 0 }, closed]),
    "No new leak: 20 of 24 handles opened were closed, and the baseline allows the rest.",
  );
});

Deno.test("bad references alone are not a leak", () => {
  const misuses = [{ handle: 4, by: OWN, verdict: "double close" as const }];
  assertEquals(
    sentenceOf([], { misuses }),
    "No leak, but 1 bad reference: double close in orders!Session::Begin (session.cpp:88).",
  );
});

Deno.test("lost history allows no conclusion, regardless of the groups", () => {
  const lost = { diff: { newTraces: 4096, historyLost: true } };
  assertEquals(verdictOf(analysisOf([{ frames: [OWN] }], lost)).kind, "history lost");
});

Deno.test("system start-up alone, unknown modules and missing stacks are distinguished", () => {
  const kinds = [[SYSTEM], [SYSTEM, NOWHERE], [NOWHERE], []].map((frames) =>
    verdictOf(analysisOf([{ frames }])).kind
  );
  assertEquals(kinds, ["system only", "no own frame", "no own frame", "no stacks"]);
  assertEquals(
    sentenceOf([{ frames: [SYSTEM] }]),
    "No leak by the program itself: 1 handle is open that the system's libraries opened, with no own " +
      "frame within the 1 recorded.",
  );
});

Deno.test("what a filter leaves out is not evidence: nothing is said about it", () => {
  const leftOut = { traces: 3, groups: 2 };
  const closed = { frames: [OWN], opened: 1, closed: 1, outstanding: 0 };
  const misuses = [{ handle: 4, by: OWN, verdict: "wrong close" as const }];
  assertEquals(verdictOf(analysisOf([], { leftOut })).kind, "filtered");
  assertEquals(
    [
      sentenceOf([], { leftOut }),
      sentenceOf([closed], { leftOut }),
      sentenceOf([], { leftOut, misuses }),
      sentenceOf([{ frames: [SYSTEM] }], { leftOut }).slice(0, 58),
    ],
    [
      "Nothing passes the filter: it left out all 2 stacks.",
      "No leak among the 1 stack shown: the 1 handle opened was closed.",
      "1 bad reference: wrong close in orders!Session::Begin (session.cpp:88).",
      "No leak by the program itself among the 1 stack shown: 1 h",
    ],
  );
});

Deno.test("a share is rounded neither to nothing nor to all", () => {
  const shareOf = (outstanding: number, other: number): string =>
    sentenceOf([
      { frames: [OWN], opened: outstanding, closed: 0, outstanding, judgement: "never closed" },
      {
        frames: [OWN],
        opened: 9999,
        closed: 9998,
        outstanding: other,
        judgement: "usually closed",
      },
    ]).split(", ")[1]!.split(";")[0]!;
  const leftOut = { traces: 0, groups: 1 };
  const two = [{ frames: [OWN], opened: 3, closed: 0 }, { frames: [OWN], opened: 1, closed: 0 }];
  assertStringIncludes(sentenceOf(two, { leftOut }), ", 75 % of the open handles shown;");
  assertEquals(shareOf(1, 5000), "less than 1 % of all open handles");
  assertEquals(shareOf(5000, 1), "more than 99 % of all open handles");
});

Deno.test("every kind of bad reference has its own wording", () => {
  const sentences = (["use after close", "never open", "unknown"] as const)
    .map((verdict) => sentenceOf([], { misuses: [{ handle: 4, by: OWN, verdict }] }));
  assertEquals(sentences, [
    "No leak, but 1 bad reference: use after close in orders!Session::Begin (session.cpp:88).",
    "No leak, but 1 bad reference: orders!Session::Begin (session.cpp:88) used a handle that was never " +
    "open.",
    "No leak, but 1 bad reference in orders!Session::Begin (session.cpp:88).",
  ]);
});

Deno.test("open handles are counted by type if it is known", () => {
  const types = new Map([["<Unknown type>", 9], ["Event", 3]]);
  const counted = { total: 12, types, names: new Map() };
  assertEquals(
    verdictOf({ ...testAnalysis([]), handleCounts: counted }).sentence,
    "No handle operations were traced; 12 handles are open, 3 of them Event.",
  );
});

Deno.test("a target without traces says why", () => {
  const empty = testAnalysis([]);
  const log = { ...empty.log, incomplete: "the dump has none" };
  assertEquals(
    verdictOf({ ...empty, log }).sentence,
    "No handle operations were traced (the dump has none).",
  );
});

Deno.test("a verdict on as many stacks as a full ring has, none with an own frame", () => {
  const groups = Array.from({ length: 131_072 }, () => ({ frames: [NOWHERE] }));
  assertEquals(
    sentenceOf(groups),
    "131,072 handles are open, with no own frame within the 1 recorded: some frames are outside " +
      "all known modules.",
  );
});
