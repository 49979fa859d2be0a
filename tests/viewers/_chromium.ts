/**
 * Headless Chromium from the toolchain folder, driven by playwright-core. Needs `scripts/viewers.sh`.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { type Browser, chromium } from "playwright-core";
import { toolchainFolder } from "../../scripts/executable/denort.ts";
import { killAfter } from "../../src/program_fixture.ts";
import { viewerTest } from "./_viewers.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** The program itself: Debian's /usr/bin has only a script, and killing that would leave the program running. */
const PROGRAM = "/usr/lib/chromium/chromium-headless-shell";

/** How Chromium is started: any loopback port, WebGL rendered by the processor. */
const ARGUMENTS = [
  "--no-sandbox",
  "--remote-debugging-port=0",
  "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader",
];

/** Time limit of a test in Chromium in milliseconds, for a loaded machine without a graphics processor. */
const DEADLINE = 120_000;

/** A browser for one test, which ends with it. */
export interface Chromium extends AsyncDisposable {
  readonly browser: Browser;
  /** Puts a file where Chromium, which sees only the toolchain folder, can open it; returns its `file:` URL. */
  place(name: string, content: string | Uint8Array): string;
}

/** A test with its own Chromium. */
export function chromiumTest(name: string, fn: (chromium: Chromium) => Promise<void>): void {
  viewerTest(name, async () => {
    await using chromium = await startChromium();
    await fn(chromium);
  });
}

/**
 * Starts Chromium with a new profile and connects to it. After the deadline it is killed: anything that the test then
 * awaits is rejected, showing where, instead of waiting for ever.
 */
async function startChromium(): Promise<Chromium> {
  const folder = await Deno.makeTempDir({ dir: `${toolchainFolder()}/tmp`, prefix: "htrace-" });
  const inside = folder.slice(toolchainFolder().length); // as Chromium sees it
  const child = new Deno.Command("scripts/toolchain.sh", {
    args: ["run", PROGRAM, ...ARGUMENTS, `--user-data-dir=${inside}/profile`],
    cwd: ROOT,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  killAfter(child, DEADLINE);
  const browser = await chromium.connectOverCDP(await endpoint(child.stderr));
  return {
    browser,
    place(name, content): string {
      const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
      Deno.writeFileSync(`${folder}/${name}`, bytes);
      return `file://${inside}/${encodeURIComponent(name)}`;
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await browser.close();
      try {
        child.kill("SIGKILL"); // its profile is not kept
      } catch { /* the deadline has passed */ }
      await child.status;
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** The address that Chromium prints when it is ready; later output is read and discarded. */
async function endpoint(stderr: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
  let printed = "";
  const decoder = new TextDecoder();
  const reader = stderr.getReader();
  while (true) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`Chromium did not start: ${printed}`);
    printed += decoder.decode(value, { stream: true });
    const [, address] = /^DevTools listening on (ws:\S+)$/m.exec(printed) ?? [];
    if (address === undefined) continue;
    void (async () => {
      while (!(await reader.read()).done);
    })();
    return address;
  }
}
