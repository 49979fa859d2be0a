/** The browser in which pages and viewers are tested. Needs `deno task test:viewers`. */
import { assertEquals } from "@std/assert";
import { chromiumTest } from "./_chromium.ts";

chromiumTest(
  "Chromium opens a page that was placed for it, and can draw with WebGL",
  async (chromium) => {
    const page = await chromium.browser.newPage();
    await page.goto(chromium.place("a page.html", "<title>A page</title><canvas></canvas>"));
    const draws = await page.evaluate(
      "document.querySelector('canvas').getContext('webgl') !== null",
    );
    assertEquals([await page.title(), draws], ["A page", true]);
  },
);
