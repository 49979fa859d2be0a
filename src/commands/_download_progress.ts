/**
 * Progress of downloads, on a terminal only, and only when one takes longer than a second.
 *
 * @module
 */
import type { DownloadOptions, DownloadProgress } from "../symbol_path/mod.ts";

/** A download that ends sooner needs no words. */
const QUIET_MILLISECONDS = 1000;
/** The line is drawn again no more often than this. */
const REDRAW_MILLISECONDS = 100;
const MEBIBYTE = 1024 * 1024;
/** Returns to the first column and clears the line (ECMA-48 EL). */
const CLEAR_LINE = "\r\x1b[K";

/** Options of downloads whose progress is written as one line that is redrawn and cleared at the end. */
export function downloadProgress(
  write: (text: string) => void,
  isTerminal: boolean,
  now: () => number = () => performance.now(),
): DownloadOptions {
  if (!isTerminal) return {};
  let started: number | undefined;
  let drawn: number | undefined;
  return {
    onProgress(progress): void {
      const time = now();
      started ??= time;
      const quietUntil = drawn === undefined
        ? started + QUIET_MILLISECONDS
        : drawn + REDRAW_MILLISECONDS;
      if (time < quietUntil) return;
      drawn = time;
      write(CLEAR_LINE + progressLine(progress));
    },
    onEnd(): void {
      if (drawn !== undefined) write(CLEAR_LINE);
      started = drawn = undefined;
    },
  };
}

function progressLine({ url, received, total }: DownloadProgress): string {
  const name = url.slice(url.lastIndexOf("/") + 1);
  const of = total === undefined ? "" : ` of ${(total / MEBIBYTE).toFixed(1)}`;
  return `downloading ${name}: ${(received / MEBIBYTE).toFixed(1)}${of} MiB`;
}
