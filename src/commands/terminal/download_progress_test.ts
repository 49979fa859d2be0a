import { assertEquals } from "@std/assert";
import { downloadProgress } from "./download_progress.ts";
import type { Ticker } from "./progress.ts";
import { recordedStream } from "./_stream_testing.ts";

const MEBIBYTE = 1024 * 1024;
const URL_OF_PDB = "https://user:secret@symbols.example/demo.pdb/1/demo.pdb";
const CLEAR_LINE = "\r\x1b[K";

Deno.test("downloadProgress() says which server it is waiting for, then how far the file has got", () => {
  const { stream, written } = recordedStream(true);
  let second = (_: number): void => {};
  const byHand: Ticker = (tick) => {
    second = tick;
    return { [Symbol.dispose]: () => written.push("stopped") };
  };
  const options = downloadProgress(stream, byHand);
  const total = 10 * MEBIBYTE;
  options.onRequest?.(URL_OF_PDB);
  second(1);
  options.onProgress?.({ url: URL_OF_PDB, received: MEBIBYTE, total });
  options.onProgress?.({ url: URL_OF_PDB, received: 4.5 * MEBIBYTE, total });
  second(2);
  options.onProgress?.({ url: URL_OF_PDB, received: 5 * MEBIBYTE });
  second(3);
  options.onEnd?.();
  assertEquals(written, [
    `${CLEAR_LINE}waiting for symbols.example (1 s)`,
    `${CLEAR_LINE}downloading demo.pdb from symbols.example: 4.5 of 10.0 MiB`,
    `${CLEAR_LINE}downloading demo.pdb from symbols.example: 5.0 MiB`,
    "stopped",
    CLEAR_LINE,
  ]);
});

Deno.test("downloadProgress() stays silent for a quick download and without a terminal", () => {
  const { stream, written } = recordedStream(true);
  const quick = downloadProgress(stream);
  quick.onRequest?.(URL_OF_PDB);
  quick.onProgress?.({ url: URL_OF_PDB, received: 1 });
  quick.onEnd?.();
  assertEquals(written, []);
  assertEquals(downloadProgress(recordedStream(false).stream), {});
});
