import { assertEquals } from "@std/assert";
import type { CliProcess } from "./_context.ts";
import { withProgress } from "./_progress.ts";

function processOf(isTerminal: boolean, written: string[]): CliProcess {
  const stream = { write: (text: string) => void written.push(text), isTerminal };
  return { stdout: stream, stderr: stream };
}

Deno.test("withProgress() counts seconds on a terminal, and clears its line", async () => {
  const written: string[] = [];
  const { promise, resolve } = Promise.withResolvers<number>();
  const work = withProgress(processOf(true, written), "reading", promise);
  setTimeout(() => resolve(1), 1100);
  assertEquals(await work, 1);
  assertEquals(written, ["\r\x1b[Kreading (1 s)", "\r\x1b[K"]);
});

Deno.test("withProgress() says nothing of what is quick, and nothing into a file", async () => {
  const written: string[] = [];
  assertEquals(await withProgress(processOf(true, written), "reading", Promise.resolve(1)), 1);
  assertEquals(await withProgress(processOf(false, written), "reading", Promise.resolve(2)), 2);
  assertEquals(written, []);
});
