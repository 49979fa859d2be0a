/** The page as a file: what it may contain, what its policy allows, how big it is. What it shows: tests/viewers. */
import { assert, assertEquals } from "@std/assert";
import type { Analysis } from "../analysis.ts";
import { buildPage, PAGE_DENO, PAGE_MODULE } from "../../scripts/build_page.ts";
import type { PageData } from "./html/data/page_data.ts";
import { SCRIPT, SCRIPT_HASH, STYLE, STYLE_HASH } from "./html/page.generated.ts";
import { renderHtml } from "./html.ts";
import { testAnalysis, testGroup } from "./_analysis_testing.ts";

/** A function name that an attacker may choose in the hope that a page runs it. */
const HOSTILE =
  `</script><script>alert(1)</script><!--<img src=x onerror=alert(2)>\u202e\x1b[2J&lt;`;

const FRAME = {
  address: 0x40_1000n,
  module: { name: "app", path: "C:\\app.exe", base: 0x40_0000n, size: 0x1_0000 },
  symbol: HOSTILE,
  displacement: 0x1f,
  file: `C:\\${HOSTILE}.cpp`,
  line: 88,
};

function analysisOf(facts: Parameters<typeof testAnalysis>[1] = {}): Analysis {
  return testAnalysis([{ type: "open", handle: 4, frames: [FRAME] }], {
    groups: [testGroup({ opened: 3, closed: 0, objectTypes: new Map([[HOSTILE, 3]]) })],
    objectOf: () => ({ type: HOSTILE, name: HOSTILE }),
    ...facts,
  });
}

function dataText(html: string): string {
  return /<script type="application\/json" id="data">([^]*?)<\/script>/.exec(html)![1]!;
}

function dataOf(analysis: Analysis): PageData {
  return JSON.parse(dataText(renderHtml(analysis)));
}

async function hashOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return `sha256-${btoa(String.fromCharCode(...new Uint8Array(digest)))}`;
}

Deno.test("the page's policy allows its own script and style by their hashes, and nothing else", async () => {
  const html = renderHtml(analysisOf());
  const [, policy = ""] = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(html)!;
  const [, style = ""] = /<style>([^]*?)<\/style>/.exec(html)!;
  const [, script = ""] = /<script type="module">([^]*?)<\/script>/.exec(html)!;
  assertEquals(policy.split("; "), [
    "default-src 'none'",
    `script-src '${await hashOf(script)}'`,
    `style-src '${await hashOf(style)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ]);
});

Deno.test("script and style are under 60 kB", () => {
  const size = new TextEncoder().encode(SCRIPT + STYLE).length;
  assert(size < 60_000, `${size} bytes`);
});

Deno.test({
  name: `the checked-in script and style are what the sources build [needs Deno ${PAGE_DENO}]`,
  ignore: Deno.version.deno !== PAGE_DENO,
  fn: async () => {
    const isBuilt = await buildPage() === await Deno.readTextFile(PAGE_MODULE);
    assertEquals(isBuilt, true, "rebuild them: deno run -A scripts/build_page.ts");
  },
});

Deno.test("the hashes are those of the script and the style", async () => {
  assertEquals([SCRIPT_HASH, STYLE_HASH], [await hashOf(SCRIPT), await hashOf(STYLE)]);
});

Deno.test("the page has nothing to load: no address, no import", () => {
  assertEquals(
    /https?:\/\/(?!www\.w3\.org\/)|url\(|@import|\bimport\s*\(|\bfetch\s*\(/.exec(SCRIPT + STYLE),
    null,
  );
});

Deno.test("names are never markup: the file has two scripts, regardless of names", () => {
  const html = renderHtml(analysisOf());
  assertEquals(html.match(/<script/g)?.length, 2);
  assertEquals(html.match(/<\/script>/g)?.length, 2);
  assertEquals(dataText(html).includes("<"), false);
});

Deno.test("names are unchanged in the data, except for characters that reverse text or move a cursor", () => {
  const { texts } = dataOf(analysisOf());
  const shown = HOSTILE.replace("\u202e", "\\u202e").replace("\x1b", "\\u001b");
  assert(texts.includes(`app!${shown}`), texts.join("\n"));
  assertEquals(
    texts.filter((text) => /[\p{Cc}\p{Bidi_Control}]/u.test(text.replaceAll("\n", ""))),
    [],
  );
});

Deno.test("a group's row has its counts, its types and its newest handles", () => {
  const data = dataOf(analysisOf());
  const [row] = data.groups;
  const { opened, closed, outstanding, suspectIs, delta } = row!;
  assertEquals([opened, closed, outstanding, suspectIs, delta], [3, 0, 3, "own", undefined]);
  assertEquals(row!.handles.map(([value]) => data.texts[value]), ["0x4"]);
  assertEquals(data.totals.outstanding, 3);
  assertEquals(data.stacks[row!.stack]!.length, 1);
});

Deno.test("an empty analysis has no rows, and says what to do next", () => {
  const data = dataOf(testAnalysis([]));
  assertEquals([data.groups.length, data.verdict.kind], [0, "no traces"]);
  assert(data.texts[data.next]!.includes("`htrace enable <process>`"));
});

Deno.test("lost history is reported, and growth is not made up", () => {
  const data = dataOf(analysisOf({ diff: { newTraces: 9, historyLost: true } }));
  const notes = data.notes.map((note) => data.texts[note]!);
  assertEquals([data.historyLost, data.totals.delta], [true, undefined]);
  assert(notes.some((note) => note.includes("lower bound")), notes.join("\n"));
});

Deno.test("groups beyond the page's limit are counted", () => {
  const groups = Array.from({ length: 20_005 }, () => testGroup());
  const data = dataOf(analysisOf({ groups }));
  const notes = data.notes.map((note) => data.texts[note]!);
  assertEquals([data.groups.length, data.groupsInAll], [20_000, 20_005]);
  assert(notes.some((note) => note.includes("first 20,000 of 20,005 stacks")), notes.join("\n"));
});

Deno.test("snapshots make a timeline and each stack's series", () => {
  const data = dataOf(analysisOf({
    groups: [testGroup({ opened: 9, closed: 0, series: [2, 5], delta: 4 })],
    snapshots: [{ name: "first" }, { name: "second" }],
  }));
  const { of, all, groups, names = [] } = data.timeline!;
  assertEquals([of, all, groups], ["snapshots", [2, 5, 9], [[0, [2, 5, 9]]]]);
  assertEquals(names.map((name) => data.texts[name]), ["first", "second", "now"]);
});
