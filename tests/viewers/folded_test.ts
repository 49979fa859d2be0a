/** `--format folded` in Brendan Gregg's flamegraph.pl, from Debian. Needs `deno task test:viewers`. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Analysis } from "../../src/analysis.ts";
import { emulatedLeak, oddNames, rendered, service } from "../report_fixture.ts";
import { functionOf, PLANTED } from "../service_fixture.ts";
import { printedBy, viewerFolder, viewerTest } from "./_viewers.ts";

/** The titles of the frames in the picture, as `orders!main (485 handles, 100.00%)`. */
async function flameGraph(analysis: Analysis, part: string): Promise<string[]> {
  using folder = viewerFolder();
  const file = folder.write("x.folded", (await rendered("folded", analysis)).get(part)!);
  const svg = printedBy("perl", "/opt/viewers/flamegraph.pl", "--countname=handles", file);
  return Array.from(svg.matchAll(/<title>(.*?)<\/title>/g), ([, title]) => title!)
    .map((title) => title.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&"));
}

viewerTest("a flame graph of the emulated leak has a frame for each function", async () => {
  const titles = await flameGraph(await emulatedLeak(), "");
  assertEquals(titles.filter((title) => title.startsWith("badhandle!leak ")), [
    "badhandle!leak (3 handles, 100.00%)",
  ]);
  assertEquals(titles.length, 8); // and one for all of them
});

viewerTest(
  "a flame graph of a service has all its open handles, and the planted leaks with their sizes",
  async () => {
    const analysis = await service();
    const titles = await flameGraph(analysis, "");
    const open = analysis.groups.reduce((sum, { outstanding }) => sum + outstanding, 0);
    assertStringIncludes(titles.join("\n"), `all (${open} handles, 100%)`);
    for (const [index, { place }] of PLANTED.entries()) {
      const { outstanding } = analysis.groups[index]!;
      const title = titles.find((title) => title.startsWith(`orders!${functionOf(place)} `));
      assertStringIncludes(title ?? "", `(${outstanding} handles`);
    }
  },
);

viewerTest(
  "a difference flame graph has growth in red and shrinkage in blue",
  async () => {
    using folder = viewerFolder();
    const parts = await rendered("folded", oddNames());
    const file = folder.write("x.diff.folded", parts.get("diff")!);
    const svg = printedBy("perl", "/opt/viewers/flamegraph.pl", file);
    // It colours the frames at which stacks end, by those stacks' share of all growth.
    const ends = svg.matchAll(
      /<title>([^<]*) \(([\d,]+) samples, [\d.]+%; ([+-])[\d.]+%\)<\/title>\s*<rect[^>]* fill="rgb\((\d+),\d+,(\d+)\)"/g,
    );
    const shown = Array.from(
      ends,
      ([, name, samples, sign, red, blue]) =>
        `${name} ${samples} ${sign} ${Number(red) > Number(blue) ? "red" : "blue"}`,
    );
    assertEquals(shown.sort(), [
      "(no stack) 3 + red",
      "=HYPERLINK(1)!-1+1 3 - blue",
      "app!std::unique_ptr(x)::reset 1,300 + red",
    ]);
  },
);

viewerTest("names with separators and line breaks stay one frame in a flame graph", async () => {
  const titles = await flameGraph(oddNames(), "");
  // flamegraph.pl itself writes "(" for "<".
  const names = titles.map((title) => title.replace(/ \([^()]*\)$/, "").replaceAll("&quot;", '"'));
  for (const name of ['app!Größe(a:b, "c" & d)::operator new', "app!inner line", "(no stack)"]) {
    assert(names.includes(name), names.join("\n"));
  }
});
