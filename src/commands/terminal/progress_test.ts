import { assertEquals } from "@std/assert";
import { recordedProcess } from "./_stream_testing.ts";
import { downloadProgress } from "./download_progress.ts";
import { type Ticker, withProgress } from "./progress.ts";

const CLEAR_LINE = "\r\x1b[K";

/** Seconds that pass on command. */
function clockByHand(): { ticker: Ticker; pass: () => void } {
  const ticks: ((seconds: number) => void)[] = [];
  let seconds = 0;
  return {
    ticker: (tick) => {
      ticks.push(tick);
      return { [Symbol.dispose]: () => void ticks.splice(ticks.indexOf(tick), 1) };
    },
    pass: () => {
      seconds++;
      for (const tick of ticks) tick(seconds);
    },
  };
}

Deno.test("withProgress() counts seconds on a terminal, and clears its line", async () => {
  const { process, written } = recordedProcess(true);
  const { promise, resolve } = Promise.withResolvers<number>();
  const { ticker, pass } = clockByHand();
  const work = withProgress(process, "reading\x1b[2J", promise, ticker);
  pass();
  pass();
  resolve(1);
  assertEquals(await work, 1);
  pass();
  assertEquals(written, [
    `${CLEAR_LINE}reading\\u001b[2J (1 s)`,
    `${CLEAR_LINE}reading\\u001b[2J (2 s)`,
    CLEAR_LINE,
  ]);
});

Deno.test("withProgress() shows nothing for quick work, and nothing in a file", async () => {
  for (const isTerminal of [true, false]) {
    const { process, written } = recordedProcess(isTerminal);
    assertEquals(await withProgress(process, "reading", Promise.resolve(1)), 1);
    assertEquals(written, []);
  }
});

Deno.test("a download is shown in place of the work that waits for it", async () => {
  const { process, written } = recordedProcess(true);
  const { promise, resolve } = Promise.withResolvers<void>();
  const { ticker, pass } = clockByHand();
  const download = downloadProgress(process.stderr, ticker);
  const work = withProgress(process, "naming", promise, ticker);
  pass();
  download.onRequest?.("https://symbols.example/a");
  pass();
  download.onEnd?.();
  resolve();
  await work;
  const shown = written.map((text) => text.slice(CLEAR_LINE.length));
  assertEquals(shown, [
    "naming (1 s)",
    "naming (2 s)",
    "waiting for symbols.example (2 s)",
    "naming (2 s)",
    "",
  ]);
});
