/**
 * Shows on a terminal which symbol server we are waiting for and how far a download has got, if it takes longer than a
 * second.
 *
 * @module
 */
import type { DownloadOptions, DownloadProgress } from "../../symbols/path/mod.ts";
import { type Ticker, ticking } from "./progress.ts";
import { statusLineOf } from "./status_line.ts";
import type { CliStream } from "./streams.ts";

const MEBIBYTE = 1024 * 1024;

/** Download options that show progress on a stream, if it is a terminal. */
export function downloadProgress(
  stream: CliStream,
  everySecond: Ticker = ticking,
): DownloadOptions {
  if (!stream.isTerminal) return {};
  const line = statusLineOf(stream);
  let ticks: Disposable | undefined;
  let progress: DownloadProgress | undefined;
  return {
    onRequest(url): void {
      progress = undefined;
      ticks ??= everySecond((seconds) =>
        line.showDetail(progress === undefined ? waitingText(url, seconds) : progressText(progress))
      );
    },
    onProgress(now): void {
      progress = now;
    },
    onEnd(): void {
      ticks?.[Symbol.dispose]();
      ticks = undefined;
      line.showDetail("");
    },
  };
}

function waitingText(url: string, seconds: number): string {
  return `waiting for ${hostOf(url)} (${seconds} s)`;
}

function progressText({ url, received, total }: DownloadProgress): string {
  const name = url.slice(url.lastIndexOf("/") + 1);
  const of = total === undefined ? "" : ` of ${(total / MEBIBYTE).toFixed(1)}`;
  return `downloading ${name} from ${hostOf(url)}: ${(received / MEBIBYTE).toFixed(1)}${of} MiB`;
}

function hostOf(url: string): string {
  return URL.parse(url)?.host ?? url;
}
