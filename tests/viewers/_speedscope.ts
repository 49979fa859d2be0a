/**
 * The real speedscope in Chromium: its release served on loopback, with the files that it is to open.
 *
 * @module
 */
import type { Page } from "playwright-core";
import type { Chromium } from "./_chromium.ts";
import { VIEWERS } from "./_viewers.ts";

const RELEASE = `${VIEWERS}/speedscope/dist/release`;
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  html: "text/html",
  js: "text/javascript",
  css: "text/css",
  wasm: "application/wasm",
};
/** Time limit for opening a file in milliseconds, on a loaded machine without a graphics processor. */
const TIMEOUT = 30_000;

/** What speedscope shows for a file. */
export interface Shown {
  /** The title of its page, which names the profile. */
  readonly title: string;
  /** Name and number of the profile that is open, as `outstanding (1/5)`. */
  readonly profile: string;
  /** The rows of the "Sandwich" view: total, self and name of each function, by total if the test sorts them. */
  readonly functions: readonly string[];
}

/** Opens a file in speedscope, and reads what a user sees. Throws its dialog's message for a file that it rejects. */
export async function openInSpeedscope(
  { browser }: Chromium,
  name: string,
  content: Uint8Array,
  timeout = TIMEOUT,
): Promise<Shown> {
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    (request) => respond(new URL(request.url).pathname, name, content),
  );
  const page = await browser.newPage({ viewport: { width: 1200, height: 4000 } });
  try {
    const site = `http://127.0.0.1:${server.addr.port}`;
    const rejected = new Promise<never>((_, reject) =>
      page.on("dialog", (dialog) => {
        void dialog.dismiss();
        reject(new Error(dialog.message()));
      })
    );
    rejected.catch(() => {}); // it may come before anything awaits it
    await page.goto(`${site}/#profileURL=${encodeURIComponent(`${site}/file/${name}`)}`);
    await Promise.race([loaded(page, timeout), rejected]);
    await page.keyboard.press("3"); // the "Sandwich" view
    await page.waitForSelector("td", { state: "attached" });
    return {
      title: await page.title(),
      profile: (await page.locator("body").innerText()).split("\n").find((line) =>
        /\(\d+\/\d+\)$/.test(line)
      ) ?? "",
      functions: await page.locator("tr").allInnerTexts(),
    };
  } finally {
    await page.close();
  }
}

async function loaded(page: Page, timeout: number): Promise<void> {
  await page.waitForFunction("document.title !== 'speedscope'", undefined, { timeout });
}

function respond(path: string, name: string, content: Uint8Array): Response {
  if (decodeURIComponent(path) === `/file/${name}`) {
    return new Response(Uint8Array.from(content), { headers: { connection: "close" } });
  }
  const file = path === "/" ? "/index.html" : path;
  try {
    const type = CONTENT_TYPES[file.slice(file.lastIndexOf(".") + 1)] ?? "application/octet-stream";
    return new Response(Deno.readFileSync(RELEASE + file), {
      headers: { "content-type": type, connection: "close" },
    });
  } catch {
    return new Response(null, { status: 404 });
  }
}
