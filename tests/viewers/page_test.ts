/** The HTML report in a real browser. Needs `deno task test:viewers`; screenshots go to `dist/page`. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import axe from "axe-core";
import type { Page } from "playwright-core";
import type { Analysis } from "../../src/analysis.ts";
import { renderHtml } from "../../src/reports/html.ts";
import { Session } from "../../src/session.ts";
import { openTarget } from "../../src/targets/mod.ts";
import { emulatedLeak, grownService, service } from "../report_fixture.ts";
import { type Chromium, chromiumTest } from "./_chromium.ts";
import { type OpenPage, openReport, shoot, SHOTS, shownText, type View } from "./_page.ts";
import { big, MARKUP, PAGE_STATES, type PageState } from "./_pages.ts";

const WIDTHS = [360, 1280, 1920] as const;
const THEMES = ["light", "dark"] as const;

/** The violations that axe finds, one line per rule. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate("axe.run()") as {
    violations: { id: string; nodes: { html: string }[] }[];
  };
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}

for (const state of PAGE_STATES) {
  chromiumTest(
    `the page "${state.name}" shows its texts, in both themes and at every width`,
    async (chromium) => {
      const analysis = await state.analyze();
      for (const theme of THEMES) {
        for (const width of WIDTHS) await look(chromium, state, analysis, { theme, width });
      }
    },
  );
}

/** Opens a state's page, reads it, and saves a screenshot. */
async function look(
  chromium: Chromium,
  { name, shows }: PageState,
  analysis: Analysis,
  { theme, width }: Required<Pick<View, "theme" | "width">>,
): Promise<void> {
  await using opened = await openReport(chromium, analysis, { theme, width });
  const { page, complaints } = opened;
  const text = await shownText(page);
  for (const part of shows) {
    const isThere = typeof part === "string" ? text.includes(part) : part.test(text);
    assert(isThere, `${part} is not in: ${text}`);
  }
  const overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
  assertEquals(await page.evaluate(overflow), 0, `${theme} ${width}: wider than the window`);
  assertEquals(await violations(page), [], `${theme} ${width}`);
  await shoot(page, `${name}-${theme}-${width}`, width);
  assertEquals(complaints, []);
}

chromiumTest(
  "names are text: no markup in a name runs, and it is shown literally",
  async (chromium) => {
    const { analyze } = PAGE_STATES.find(({ name }) => name === "hostile")!;
    await using opened = await openReport(chromium, await analyze());
    const { page, complaints } = opened;
    assertEquals(await page.locator("img").count(), 0);
    assertEquals(await page.title(), `${MARKUP} – htrace report`);
    assertEquals(complaints, []);
  },
);

/**
 * The value of an expression in the page, as soon as it is neither undefined nor false. It is polled from outside,
 * because the page's policy forbids `eval`, which `waitForFunction` needs.
 */
async function eventually(page: Page, expression: string): Promise<unknown> {
  while (true) {
    const value: unknown = await page.evaluate(expression);
    if (value !== undefined && value !== false) return value;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The name in the panel of the selected stack. */
/** The name in the panel of the selected stack. */
async function selectedName({ page }: OpenPage): Promise<string> {
  return await page.locator(".detail h2").innerText();
}

chromiumTest(
  "keys move through the page: filter, table, flame graph, and back",
  async (chromium) => {
    await using opened = await openReport(chromium, await service());
    const { page, complaints } = opened;
    const focused = async (): Promise<unknown> => await page.evaluate("document.activeElement.id");
    const press = async (...keys: string[]): Promise<void> => {
      for (const key of keys) await page.keyboard.press(key);
    };

    await press("/");
    assertEquals(await focused(), "filter");
    await page.keyboard.type("session16 step50");
    assertMatch(await shownText(page), /1 of 250 stacks/);
    assertMatch(await selectedName(opened), /Session16::Step50$/);
    await press("Escape");
    assertMatch(await shownText(page), /only with open handles 250 stacks/);
    await page.keyboard.type("no such function");
    assertMatch(await shownText(page), /No stack passes the filter: clear it with Esc/);
    await press("Escape", "Tab", "t");
    assertEquals(await focused(), "table");
    const first = await selectedName(opened);
    await press("ArrowDown", "j");
    assertMatch(await selectedName(opened), /Session9::Step60$/);
    await press("Home");
    assertEquals(await selectedName(opened), first);
    await press("End");
    const last = page.locator("tr.selected");
    assertEquals(await last.getAttribute("aria-rowindex"), "251");
    assert(await last.isVisible());

    await press("f");
    assertEquals(await focused(), "flame");
    const spoken = page.locator("[aria-live=polite]");
    assertMatch(await spoken.innerText(), /^all stacks: 485 handles open, 100 % of all$/);
    await press("ArrowDown");
    assertMatch(await spoken.innerText(), /^orders!orders::Run5: \d+ handles open, \d+ % of all$/);
    await press("ArrowDown", "ArrowDown", "ArrowDown", "ArrowDown", "ArrowDown", "Enter");
    assertMatch(await selectedName(opened), /Session6::Step40$/);
    await press("Escape");
    assertMatch(await spoken.innerText(), /^all stacks: /);
    assertEquals(complaints, []);
  },
);

chromiumTest("a column head sorts the table, and reverses it", async (chromium) => {
  await using opened = await openReport(chromium, await service());
  const { page } = opened;
  const top = page.locator("tbody tr[aria-rowindex='2'] td.closed");
  const head = page.locator("th.closed");
  assertEquals(await head.getAttribute("aria-sort"), "none");
  await head.getByRole("button").click();
  assertEquals(await head.getAttribute("aria-sort"), "descending");
  const most = Number(await top.innerText());
  await head.getByRole("button").click();
  assertEquals(await head.getAttribute("aria-sort"), "ascending");
  assert(most > 0 && await top.innerText() === "0");
});

chromiumTest("a stack is copied as text that htrace reads back", async (chromium) => {
  await using opened = await openReport(chromium, await emulatedLeak());
  const { page } = opened;
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.keyboard.press("c");
  await page.getByText("Copied.").waitFor();
  const text = await page.evaluate("navigator.clipboard.readText()") as string;
  assertMatch(text, /^3 handles opened, 0 handles closed, 3 handles open, \+3 since/);
  assertMatch(text, /\nHandle = 0x000007c0 - OPEN\nThread ID = 0x/);

  const file = await Deno.makeTempFile({ suffix: ".txt" });
  try {
    await Deno.writeTextFile(file, text);
    using session = new Session(await openTarget(file));
    const { stacks, groups } = await session.show();
    const frames = stacks.get(groups[0]!.stack)!.frames;
    assertEquals(frames.map(({ symbol }) => symbol).slice(0, 3), [
      "CreateEventA",
      "open_event",
      "leak",
    ]);
  } finally {
    await Deno.remove(file);
  }
});

chromiumTest(
  "a link names a stack: it opens the page there, and follows the selection",
  async (chromium) => {
    const analysis = await service();
    const { stack } = analysis.groups[1]!;
    const { hash } = analysis.stacks.get(stack)!.key;
    await using opened = await openReport(chromium, analysis, { hash: `#stack=${hash}` });
    const { page } = opened;
    assertMatch(await selectedName(opened), /Session16::Step50$/);
    await page.locator("#row-2").click();
    const { hash: other } = analysis.stacks.get(analysis.groups[2]!.stack)!.key;
    assertEquals(new URL(page.url()).hash, `#stack=${other}`);
    // In one step: a link is checked against the current filter, which the linked stack does not pass.
    await page.evaluate(`{
    const filter = document.querySelector("#filter");
    filter.value = "step60";
    filter.dispatchEvent(new Event("input", { bubbles: true }));
    location.hash = "#stack=${hash}";
  }`);
    await eventually(page, "document.querySelector('.detail h2').innerText.endsWith('Step50')");
  },
);

chromiumTest(
  "a link to a stack that is not on the page is reported until one is selected",
  async (chromium) => {
    await using opened = await openReport(chromium, await emulatedLeak(), {
      hash: "#stack=0123abcd",
    });
    const { page, complaints } = opened;
    const notice = page.getByText("The link names a stack that is not on this page.");
    assertEquals(await notice.isVisible(), true);
    assertMatch(await selectedName(opened), /open_event$/);
    await page.locator("#row-1").click();
    assertEquals(await notice.count(), 0);
    assertEquals(complaints, []);
  },
);

chromiumTest(
  "stacks with the same key, which differ only in lines, have separate links",
  async (chromium) => {
    using session = new Session(await openTarget("emulated:kernel"));
    const analysis = await session.show();
    const [{ hash = "" } = {}, other] = analysis.groups
      .map(({ stack }) => analysis.stacks.get(stack)!.key);
    assertEquals(other?.hash, hash);
    await using opened = await openReport(chromium, analysis, { hash: `#stack=${hash}.2` });
    const selected = opened.page.locator("tr.selected");
    assertEquals(await selected.getAttribute("id"), "row-1");
    await opened.page.locator("#row-0").click();
    assertEquals(new URL(opened.page.url()).hash, `#stack=${hash}`);
  },
);

chromiumTest(
  "touch selects a stack, sorts, and zooms the flame graph in and out",
  async (chromium) => {
    const view = { width: 360, height: 740, hasTouch: true };
    await using opened = await openReport(chromium, await service(), view);
    const { page, complaints } = opened;
    await page.locator("#row-1").tap();
    assertMatch(await selectedName(opened), /Session16::Step50$/);
    await page.locator("th.open button").tap();
    assertEquals(await page.locator("th.open").getAttribute("aria-sort"), "ascending");
    await page.locator("th.open button").tap();
    const flame = page.locator("#flame");
    await flame.scrollIntoViewIfNeeded();
    const spoken = page.locator("[aria-live=polite]");
    // The first row is all stacks, the second a frame of the program.
    await flame.tap({ position: { x: 40, y: 30 } });
    assertMatch(await spoken.innerText(), /^orders!orders::Run5: \d+ handles open, \d+ % of all$/);
    await flame.tap({ position: { x: 40, y: 10 } });
    assertMatch(await spoken.innerText(), /^all stacks: /);
    await shoot(page, "touch-light-360", 360);
    assertEquals(complaints, []);
  },
);

chromiumTest(
  "the difference flame graph shows what grew and what shrank, with signs",
  async (chromium) => {
    await using opened = await openReport(chromium, await grownService());
    const { page, complaints } = opened;
    await page.locator(".choice").getByRole("button", { name: "Grown" }).click();
    assertMatch(await shownText(page), /\+ more than at the snapshot/);
    await page.getByRole("button", { name: "From open call" }).click();
    await page.keyboard.press("f");
    await page.keyboard.press("ArrowDown");
    assertMatch(
      await page.locator("[aria-live=polite]").innerText(),
      /^orders!.*: [+−±][\d,]+ since the snapshot$/,
    );
    await shoot(page, "difference-light-1280", 1280);
    assertEquals(complaints, []);
  },
);

chromiumTest(
  "a print has the ten worst stacks, in light colours, without controls",
  async (chromium) => {
    await using opened = await openReport(chromium, await service(), { theme: "dark" });
    const { page } = opened;
    await Deno.mkdir(SHOTS, { recursive: true });
    const pdf = await page.pdf({ path: `${SHOTS}service.pdf`, format: "A4" });
    const pages = new TextDecoder("latin1").decode(pdf).match(/\/Type ?\/Page\b/g)?.length ?? 0;
    assert(pages >= 2 && pages <= 6, `${pages} pages`);
    await page.emulateMedia({ media: "print" });
    assertEquals(await page.locator(".printed article").count(), 10);
    assertEquals(await page.locator(".printed").isVisible(), true);
    for (const control of [".tools", ".detail", "footer", ".choice"]) {
      assertEquals(await page.locator(control).first().isVisible(), false, control);
    }
  },
);

chromiumTest("the switch changes the theme, regardless of the system's", async (chromium) => {
  await using opened = await openReport(chromium, await emulatedLeak(), { theme: "dark" });
  const { page } = opened;
  const background = async (): Promise<unknown> =>
    await page.evaluate("getComputedStyle(document.body).backgroundColor");
  const dark = await background();
  await page.getByRole("button", { name: "Light theme" }).click();
  assert(await background() !== dark);
  await page.getByRole("button", { name: "Dark theme" }).click();
  assertEquals(await background(), dark);
});

/** Milliseconds until an action in the page shows on the screen. */
async function timed(page: Page, action: string): Promise<number> {
  return await page.evaluate(`(async () => {
    const start = performance.now();
    ${action};
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    return performance.now() - start;
  })()`) as number;
}

/** Notes when the flame graph, the last part of the page, has been drawn. */
const NOTE_READY = `(function look() {
  if (document.querySelector("#flame")?.style.height) globalThis.readyAfter = performance.now();
  else requestAnimationFrame(look);
})()`;

chromiumTest("11,000 stacks: the page's figures, and what it leaves out", async (chromium) => {
  const analysis = big();
  await using opened = await openReport(chromium, analysis, { script: NOTE_READY });
  const { page, complaints } = opened;
  const ready = await eventually(page, "globalThis.readyAfter") as number;
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable");
  const { metrics } = await session.send("Performance.getMetrics");
  const computed = metrics.find(({ name }) => name === "ProcessTime")!.value;
  const search = (text: string): string =>
    `const filter = document.querySelector("#filter"); filter.value = "${text}";
     filter.dispatchEvent(new Event("input", { bubbles: true }))`;
  const sorted = await timed(page, "document.querySelector('th.closed button').click()");
  const wide = await timed(page, search("function7"));
  const narrow = await timed(page, search("class12:: function20"));
  const size = renderHtml(analysis).length;
  console.log(
    `page of 11,000 stacks: ${(size / 1e6).toFixed(1)} MB, ready after ${ready.toFixed(0)} ms ` +
      `(${(1000 * computed).toFixed(0)} of the processor), sort ${sorted.toFixed(0)} ms, search ${
        wide.toFixed(0)
      } and ${narrow.toFixed(0)} ms`,
  );
  await timed(page, search(""));
  assertMatch(await shownText(page), /[\d,]+ frames too narrow to draw: zoom in, or filter/);
  assertEquals(complaints, []);
});
