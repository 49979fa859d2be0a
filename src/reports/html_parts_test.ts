/** The flame graph's tree, layout and keys, the filter and the sorting: the parts that need no browser. */
import { assertEquals } from "@std/assert";
import { sortRows } from "./html/columns.ts";
import type { FrameRow, GroupRow, PageData } from "./html/data/page_data.ts";
import { filterRows } from "./html/filter.ts";
import { flameKey } from "./html/flame_keys.ts";
import { boxAt, layoutFlame } from "./html/flame_layout.ts";
import { type FlameOptions, FlameTree } from "./html/flame_tree.ts";
import { Model } from "./html/model.ts";
import { durationText, ticks, timeTicks } from "./html/timeline_scale.ts";

const TEXTS = [
  "ntdll!NtCreateEvent",
  "app!open",
  "app!run",
  "app!main",
  "app!stop",
  "Event",
  "a.cpp:7",
];
const [SYSTEM, OWN] = [2, 0];
/** Frames 0 to 4 have the texts with these numbers as names. */
const FRAMES: FrameRow[] = [0, 1, 2, 3, 4].map((name) => [
  name,
  name === 0 ? SYSTEM : OWN,
  name,
  -1,
  name === 1 ? 6 : -1,
]);

function group(facts: Partial<GroupRow>): GroupRow {
  return {
    key: "",
    stack: 0,
    frame: 1,
    suspectIs: "own",
    opened: 10,
    closed: 0,
    outstanding: 10,
    bad: 0,
    judgement: "never closed",
    types: [],
    closers: [],
    otherCloses: 0,
    heading: -1,
    handles: [],
    ...facts,
  };
}

/** Two stacks that diverge below `run`, and one without frames. */
const MODEL = new Model(
  {
    texts: TEXTS,
    frames: FRAMES,
    stacks: [[0, 1, 2, 3], [0, 4, 2, 3]],
    groups: [
      group({ outstanding: 6, delta: 4, series: [2] }),
      group({ stack: 1, frame: 4, outstanding: 2, delta: -3, series: [5], types: [[5, 2]] }),
      group({
        stack: -1,
        frame: -1,
        outstanding: 0,
        delta: 0,
        series: [0],
        judgement: "usually closed",
      }),
    ],
    totals: { delta: 1 },
  } as unknown as PageData, // the parts that a model reads
);

const USUAL: FlameOptions = { measure: "outstanding", isInverted: false, foldsSystem: true };

/** A tree as lines: indentation for depth, name, width. */
function drawn(options: Partial<FlameOptions> = {}, rows = MODEL.rows): string[] {
  const tree = new FlameTree(MODEL, rows, { ...USUAL, ...options });
  const lines: string[] = [];
  const draw = (node: number): void => {
    const delta = options.measure === "growth" ? ` ${tree.delta[node]}` : "";
    lines.push(" ".repeat(tree.depth[node]!) + `${tree.name(node)} ${tree.width[node]}${delta}`);
    tree.children(node).forEach(draw);
  };
  draw(0);
  return lines;
}

Deno.test("a flame graph merges stacks from the thread's start on, without the system's frames", () => {
  assertEquals(drawn(), [
    "all stacks 8",
    " app!main 8",
    "  app!run 8",
    "   app!open 6",
    "   app!stop 2",
  ]);
});

Deno.test("inverted and unfolded, it begins with the system's call", () => {
  assertEquals(drawn({ isInverted: true, foldsSystem: false }).slice(0, 4), [
    "all stacks 8",
    " ntdll!NtCreateEvent 8",
    "  app!open 6",
    "   app!run 6",
  ]);
});

Deno.test("growth is as wide as the greater of before and after, and keeps its sign", () => {
  assertEquals(drawn({ measure: "growth" }), [
    "all stacks 11 1",
    " app!main 11 1",
    "  app!run 11 1",
    "   app!open 6 4",
    "   app!stop 5 -3",
  ]);
});

Deno.test("a stack without frames is a separate frame", () => {
  assertEquals(drawn({ measure: "opened" }, MODEL.rows.slice(2)), [
    "all stacks 10",
    " (no stack) 10",
  ]);
});

Deno.test("layoutFlame() gives each frame its share, and counts those that are too narrow", () => {
  const tree = new FlameTree(MODEL, MODEL.rows, USUAL);
  const layout = layoutFlame(tree, 0, 80);
  const places = layout.boxes.map(({ node, x, width }) => [tree.name(node), x, width]);
  assertEquals(places.slice(-2).toSorted(), [["app!open", 0, 60], ["app!stop", 60, 20]]);
  assertEquals([layout.levels, layout.narrow], [4, 0]);
  assertEquals(layoutFlame(tree, 0, 2).narrow, 1);
  assertEquals(tree.name(boxAt(layout, 70, 3)!.node), "app!stop");
  assertEquals(boxAt(layout, 90, 3), undefined);
});

Deno.test("keys move through the flame graph and zoom in and out", () => {
  const tree = new FlameTree(MODEL, MODEL.rows, USUAL);
  let place = { zoomed: 0, focused: -1 };
  const names = [
    "ArrowDown",
    "ArrowDown",
    "ArrowDown",
    "ArrowRight",
    "Enter",
    "Backspace",
    "Escape",
  ]
    .map((key) => {
      place = flameKey(tree, place, key)!;
      return `${key}: ${tree.name(place.focused)} in ${tree.name(place.zoomed)}`;
    });
  assertEquals(names, [
    "ArrowDown: app!main in all stacks",
    "ArrowDown: app!run in all stacks",
    "ArrowDown: app!open in all stacks",
    "ArrowRight: app!stop in all stacks",
    "Enter: app!stop in app!stop",
    "Backspace: app!run in app!run",
    "Escape: all stacks in all stacks",
  ]);
  assertEquals(flameKey(tree, place, "x"), undefined);
});

Deno.test("the filter requires every word, in a frame, a file, a type or the judgement", () => {
  const ids = (text: string, onlyOpen = false): number[] =>
    filterRows(MODEL, { text, onlyOpen }).map(({ id }) => id);
  assertEquals(ids(""), [0, 1, 2]);
  assertEquals(ids("MAIN"), [0, 1]);
  assertEquals(ids("main a.cpp"), [0]);
  assertEquals(ids("event stop"), [1]);
  assertEquals(ids("usually"), [2]);
  assertEquals(ids("", true), [0, 1]);
  assertEquals(ids("nowhere"), []);
});

Deno.test("columns sort numbers largest first and texts from A to Z, and can be reversed", () => {
  const ids = (column: "name" | "grown" | "judgement", isReversed = false): number[] =>
    sortRows(MODEL.rows, { column, isReversed }).map(({ id }) => id);
  assertEquals(ids("grown"), [0, 2, 1]);
  assertEquals(ids("grown", true), [1, 2, 0]);
  assertEquals(ids("name"), [2, 0, 1]);
  assertEquals(ids("judgement"), [0, 1, 2]);
});

Deno.test("axes have round numbers, even without values", () => {
  assertEquals(ticks(0, 4), [0, 1]);
  assertEquals(ticks(3, 4), [0, 1, 2, 3]);
  assertEquals(ticks(2499, 4), [0, 1000, 2000, 3000]);
  assertEquals(timeTicks(3_700_000, 6).map(durationText), [
    "0",
    "15 min",
    "30 min",
    "45 min",
    "1 h",
  ]);
  assertEquals([90_061_000, 250, 1500, 61_000].map(durationText), [
    "1 d 1 h",
    "250 ms",
    "1.5 s",
    "1 min 1 s",
  ]);
});
