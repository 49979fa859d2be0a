/**
 * The HTML report opened in Chromium, for tests.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import type { Analysis } from "../../src/analysis.ts";
import { renderHtml } from "../../src/reports/html.ts";
import type { Chromium } from "./_chromium.ts";

/** Where the run's screenshots go. */
export const SHOTS = fileURLToPath(new URL("../../dist/page/", import.meta.url));

/** A page, and everything that it did but must not do. */
export interface OpenPage extends AsyncDisposable {
  readonly page: Page;
  /** Requests other than for the page itself, errors, warnings. */
  readonly complaints: string[];
}

/** How a page is opened. */
export interface View {
  readonly theme?: "light" | "dark";
  readonly width?: number;
  readonly height?: number;
  /** The fragment after the URL. */
  readonly hash?: string;
  /** Whether it has a touch screen instead of a pointer. */
  readonly hasTouch?: boolean;
  /** A script that runs before the page's own. */
  readonly script?: string;
}

/** Renders an analysis and opens its page. */
export async function openReport(
  chromium: Chromium,
  analysis: Analysis,
  { theme = "light", width = 1280, height = 900, hash = "", hasTouch = false, script = "" }: View =
    {},
): Promise<OpenPage> {
  const address = chromium.place("report.html", renderHtml(analysis));
  const context = await chromium.browser.newContext({
    viewport: { width, height },
    colorScheme: theme,
    hasTouch,
    isMobile: hasTouch,
  });
  const page = await context.newPage();
  await page.addInitScript(script);
  const complaints: string[] = [];
  page.on("request", (request) => {
    if (request.url() !== address + hash && request.url() !== address) {
      complaints.push(`request: ${request.url()}`);
    }
  });
  page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(address + hash);
  await page.waitForSelector("footer");
  return {
    page,
    complaints,
    async [Symbol.asyncDispose](): Promise<void> {
      await context.close();
    },
  };
}

/** Saves a screenshot of the whole page: the window is made as high as the page. */
export async function shoot(page: Page, name: string, width: number): Promise<void> {
  for (let pass = 0; pass < 2; pass++) { // parts of the page grow with the window
    const height = await page.evaluate("document.documentElement.scrollHeight") as number;
    await page.setViewportSize({ width, height });
    await page.waitForTimeout(50);
  }
  await Deno.mkdir(SHOTS, { recursive: true });
  await page.screenshot({ path: `${SHOTS}${name}.png` });
}

/** The visible text, with runs of blanks and line breaks as one blank. */
export async function shownText(page: Page): Promise<string> {
  const text = await page.evaluate("document.body.innerText") as string;
  return text.replaceAll(/\s+/g, " ");
}
