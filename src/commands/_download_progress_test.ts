import { assertEquals, assertStringIncludes } from "@std/assert";
import { downloadProgress } from "./_download_progress.ts";

const MEBIBYTE = 1024 * 1024;
const URL_OF_PDB = "https://symbols.example/demo.pdb/1/demo.pdb";

Deno.test("downloadProgress() writes after a second, not too often, and clears its line at the end", () => {
  const written: string[] = [];
  let time = 0;
  const options = downloadProgress((text) => written.push(text), true, () => time);
  const total = 10 * MEBIBYTE;
  const at = (milliseconds: number, received: number): void => {
    time = milliseconds;
    options.onProgress?.({ url: URL_OF_PDB, received, total });
  };
  at(0, 0);
  at(999, MEBIBYTE);
  assertEquals(written, []);
  at(1000, 2 * MEBIBYTE);
  at(1050, 3 * MEBIBYTE);
  at(1100, 4.5 * MEBIBYTE);
  options.onEnd?.();
  assertEquals(written.length, 3);
  assertStringIncludes(written[1]!, "downloading demo.pdb: 4.5 of 10.0 MiB");
  assertEquals(written[2], "\r\x1b[K");
});

Deno.test("downloadProgress() stays silent for a quick download and where there is no terminal", () => {
  const written: string[] = [];
  const write = (text: string): void => void written.push(text);
  const quick = downloadProgress(write, true, () => 0);
  quick.onProgress?.({ url: URL_OF_PDB, received: 1 });
  quick.onEnd?.();
  assertEquals(written, []);
  assertEquals(downloadProgress(write, false), {});
});
