/**
 * One file from a symbol server to a file on disk: retried, bounded, and never left half written.
 *
 * @module
 */

import { fileReason } from "../file_reason.ts";

/** How far a download has come. */
export interface DownloadProgress {
  /** What is downloaded. */
  readonly url: string;
  /** Bytes received so far. */
  readonly received: number;
  /** Bytes in all, where the server said. */
  readonly total?: number;
}

/** How downloads behave; the defaults suit Microsoft's server. */
export interface DownloadOptions {
  /** Called as bytes arrive. */
  readonly onProgress?: (progress: DownloadProgress) => void;
  /** Called as the first bytes arrive, with the file that has them: to remove where the program ends before. */
  readonly onReceive?: (path: string) => void;
  /** Called once at the end of a download, however it ended. */
  readonly onEnd?: () => void;
  /** Attempts in all for answers that may pass: no connection, 429, 5xx, a stalled or broken body. */
  readonly attempts?: number;
  /** Wait before the second attempt, doubled for each further one. */
  readonly backoffMilliseconds?: number;
  /** Longest silence before an attempt is given up. */
  readonly stallMilliseconds?: number;
  /** Largest file that is taken. */
  readonly maxBytes?: number;
}

/** How a download ended. `missing` is the server's own word that it has no such file. */
export type DownloadOutcome =
  | { readonly kind: "saved" }
  | { readonly kind: "missing" }
  | { readonly kind: "failed"; readonly reason: string };

const DEFAULTS: Required<Omit<DownloadOptions, "onProgress" | "onReceive" | "onEnd">> = {
  attempts: 3,
  backoffMilliseconds: 500,
  stallMilliseconds: 30_000,
  maxBytes: 4 * 1024 ** 3, // a PDB cannot be larger than its 4 KiB pages times 2^20
};

/** Symbol servers answer debuggers; some refuse other agents. */
const HEADERS = { "User-Agent": "Microsoft-Symbol-Server/10.0.0.0" };

const MAX_REDIRECTS = 5;

/** The answer will be no better when asked again. */
class FinalFailure extends Error {}

/** Saves `url` as `destination`, which appears only when it is complete. Never throws for the server's faults. */
export async function download(
  url: string,
  destination: string,
  options: DownloadOptions = {},
): Promise<DownloadOutcome> {
  try {
    return await downloadPatiently(url, destination, { ...DEFAULTS, ...options });
  } finally {
    options.onEnd?.();
  }
}

async function downloadPatiently(
  url: string,
  destination: string,
  settings: typeof DEFAULTS & DownloadOptions,
): Promise<DownloadOutcome> {
  let reason = "";
  for (let attempt = 0; attempt < settings.attempts; attempt++) {
    if (attempt > 0) await delay(settings.backoffMilliseconds * 2 ** (attempt - 1));
    try {
      return await downloadOnce(url, destination, settings);
    } catch (error) {
      reason = downloadReason(error);
      if (error instanceof FinalFailure) break;
    }
  }
  return { kind: "failed", reason };
}

async function downloadOnce(
  url: string,
  destination: string,
  settings: typeof DEFAULTS & DownloadOptions,
): Promise<DownloadOutcome> {
  const stall = new StallTimer(settings.stallMilliseconds);
  const temporary = `${destination}.${crypto.randomUUID()}.part`;
  try {
    const response = await follow(url, stall.signal);
    if (response.status === 404 || response.status === 410) {
      await response.body?.cancel();
      return { kind: "missing" };
    }
    if (!response.ok) {
      await response.body?.cancel();
      const reason = `the server answered ${response.status}`;
      throw response.status === 429 || response.status >= 500
        ? new Error(reason)
        : new FinalFailure(reason);
    }
    await save(response, url, temporary, stall, settings);
    await Deno.rename(temporary, destination);
    return { kind: "saved" };
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw stall.signal.aborted ? stall.signal.reason : error;
  } finally {
    stall.stop();
  }
}

/** Why nothing came: `fetch` says only that it failed, and its cause repeats the URL before it says why. */
function downloadReason(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return fileReason(cause).replace(/^error sending request .*?\): /, "");
}

/** Follows redirects to where they may lead. */
async function follow(url: string, signal: AbortSignal): Promise<Response> {
  let current = url;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const response = await fetch(current, { headers: HEADERS, redirect: "manual", signal });
    const location = response.headers.get("location");
    if (response.status < 300 || response.status > 399 || location === null) return response;
    await response.body?.cancel();
    current = redirectedTo(location, current);
  }
  throw new FinalFailure(`the server redirects more than ${MAX_REDIRECTS} times`);
}

/** Only to a server: `fetch` reads `file:` too, and on Windows that goes to any machine that an answer names. */
function redirectedTo(location: string, from: string): string {
  const to = URL.parse(location, from);
  if (to === null || !["http:", "https:"].includes(to.protocol)) {
    throw new FinalFailure(`the server redirects to "${location}", which is no server`);
  }
  if (from.startsWith("https:") && to.protocol !== "https:") {
    throw new FinalFailure(`the server redirects to ${to.protocol} which is not encrypted`);
  }
  return to.href;
}

async function save(
  response: Response,
  url: string,
  path: string,
  stall: StallTimer,
  settings: typeof DEFAULTS & DownloadOptions,
): Promise<void> {
  const length = response.headers.get("content-length");
  const total = length === null ? undefined : Number(length);
  using file = await Deno.open(path, { write: true, createNew: true });
  settings.onReceive?.(path);
  let received = 0;
  for await (const bytes of response.body ?? []) {
    stall.restart();
    received += bytes.length;
    if (received > settings.maxBytes) {
      throw new FinalFailure(`the file is larger than the limit of ${settings.maxBytes} bytes`);
    }
    await writeAll(file, bytes);
    settings.onProgress?.({ url, received, ...(total === undefined ? {} : { total }) });
  }
  // A compressed transfer's length counts other bytes than those that arrive here.
  const isPlain = response.headers.get("content-encoding") === null;
  if (isPlain && total !== undefined && received !== total) {
    throw new Error(`the server sent ${received} of ${total} bytes`);
  }
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    written += await file.write(bytes.subarray(written));
  }
}

/** Aborts when nothing has happened for a while. */
class StallTimer {
  readonly #controller = new AbortController();
  readonly #milliseconds: number;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds;
    this.restart();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  restart(): void {
    this.stop();
    this.#timer = setTimeout(() => {
      const seconds = this.#milliseconds / 1000;
      this.#controller.abort(new Error(`the server sent nothing for ${seconds} s`));
    }, this.#milliseconds);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}

function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
