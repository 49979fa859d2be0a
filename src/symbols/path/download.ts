/**
 * One file from a symbol server to a file on disk: retried, bounded in bytes and time, and never left half written.
 *
 * @module
 */

import { fileReason } from "../../file_reason.ts";
import { type Guard, TemporaryFile } from "../../temporary_file.ts";
import { Pace } from "./pace.ts";
import { isPrivateHost } from "./private_host.ts";

/** The progress of a download. */
export interface DownloadProgress {
  /** What is downloaded. */
  readonly url: string;
  /** Bytes received so far. */
  readonly received: number;
  /** Total bytes, if the server states them. */
  readonly total?: number;
}

/** How downloads behave; the defaults suit Microsoft's server. */
export interface DownloadOptions {
  /** Called with each request to a server, repeated ones included. */
  readonly onRequest?: (url: string) => void;
  /** Called as bytes arrive. */
  readonly onProgress?: (progress: DownloadProgress) => void;
  /** Called once at the end of a download, however it ended. */
  readonly onEnd?: () => void;
  /** Called once for a server that is given up on, with a message for the user. */
  readonly onGiveUp?: (message: string) => void;
  /** Removes a partial download if the program ends early. */
  readonly guard?: Guard;
  /** Total attempts for failures that may be temporary: no connection, 429, 5xx, a body that breaks off. */
  readonly attempts?: number;
  /** Wait before the second attempt, doubled for each further one, unless the server names one. */
  readonly backoffMilliseconds?: number;
  /** Longest wait that a server may ask for (`Retry-After`); one that asks for more is given up on. */
  readonly maxRetryAfterMilliseconds?: number;
  /** How often the pace is checked: the longest silence that is tolerated. */
  readonly windowMilliseconds?: number;
  /** Minimum bytes a second over each window; a slower download is given up. */
  readonly minBytesPerSecond?: number;
  /** Longest time for one file, all attempts and waits included. */
  readonly maxMilliseconds?: number;
  /** Largest file that is accepted. */
  readonly maxBytes?: number;
}

/** The settings of every download, defaults filled in. */
type Settings = DownloadOptions & Required<Omit<DownloadOptions, `on${string}` | "guard">>;

/** How a download ended. */
export type DownloadOutcome =
  /** The file has arrived; whoever gets it disposes of it. */
  | { readonly kind: "saved"; readonly file: TemporaryFile }
  /** The server says that it has no such file. */
  | { readonly kind: "missing" }
  /** `isExhausted`: the server does not work at all, so asking it for other files would cost as much again. */
  | { readonly kind: "failed"; readonly reason: string; readonly isExhausted: boolean };

const DEFAULTS = {
  attempts: 3,
  backoffMilliseconds: 500,
  maxRetryAfterMilliseconds: 30_000,
  windowMilliseconds: 10_000, // a server that looks for an old file takes seconds for its first byte
  minBytesPerSecond: 4096, // a tenth of the slowest line that anybody would fetch symbols over
  maxMilliseconds: 60 * 60_000, // Chrome's PDB, 2 GB, over a line of 5 Mbit/s
  maxBytes: 4 * 1024 ** 3, // a PDB cannot be larger than its 4 KiB pages times 2^20
} as const;

/** Some symbol servers reject user agents other than debuggers. */
const HEADERS = { "User-Agent": "Microsoft-Symbol-Server/10.0.0.0" };

const MAX_REDIRECTS = 5;

/** A failure that asking again would not fix. */
class FinalFailure extends Error {
  /** Whether any other file of the server would fail the same way. */
  readonly isExhausted: boolean;

  constructor(reason: string, { isExhausted = false } = {}) {
    super(reason);
    this.isExhausted = isExhausted;
  }
}

/** A failure that may be gone later. */
class PassingFailure extends Error {
  /** When to ask again, according to the server. */
  readonly retryAfterMilliseconds: number | undefined;

  constructor(reason: string, retryAfterMilliseconds?: number) {
    super(reason);
    this.retryAfterMilliseconds = retryAfterMilliseconds;
  }
}

/** Saves `url` as a temporary file in `folder`, which is made for it. Never throws for a failure of the server. */
export async function download(
  url: string,
  folder: string,
  options: DownloadOptions = {},
): Promise<DownloadOutcome> {
  try {
    return await downloadPatiently(url, folder, { ...DEFAULTS, ...options });
  } finally {
    options.onEnd?.();
  }
}

async function downloadPatiently(
  url: string,
  folder: string,
  settings: Settings,
): Promise<DownloadOutcome> {
  const deadline = performance.now() + settings.maxMilliseconds;
  for (let attempt = 1;; attempt++) {
    settings.onRequest?.(url);
    try {
      return await downloadOnce(url, folder, deadline, settings);
    } catch (error) {
      if (error instanceof FinalFailure) {
        return { kind: "failed", reason: error.message, isExhausted: error.isExhausted };
      }
      const reason = downloadReason(error);
      const asked = error instanceof PassingFailure ? error.retryAfterMilliseconds : undefined;
      if (asked !== undefined && asked > settings.maxRetryAfterMilliseconds) {
        const found = `${reason}, and asks to be left alone for ${Math.round(asked / 1000)} s`;
        return { kind: "failed", reason: found, isExhausted: true };
      }
      const wait = asked ?? settings.backoffMilliseconds * 2 ** (attempt - 1);
      if (attempt >= settings.attempts || performance.now() + wait >= deadline) {
        return { kind: "failed", reason, isExhausted: true };
      }
      await delay(wait);
    }
  }
}

async function downloadOnce(
  url: string,
  folder: string,
  deadline: number,
  settings: Settings,
): Promise<DownloadOutcome> {
  using pace = new Pace({ ...settings, deadline });
  try {
    const response = await follow(url, pace.signal);
    if (response.status === 404 || response.status === 410) {
      await response.body?.cancel();
      return { kind: "missing" };
    }
    if (!response.ok) {
      await response.body?.cancel();
      const reason = `the server returned ${response.status}`;
      throw response.status === 429 || response.status >= 500
        ? new PassingFailure(reason, retryAfter(response))
        : new FinalFailure(reason);
    }
    return { kind: "saved", file: await save(response, url, folder, pace, settings) };
  } catch (error) {
    // It has used up its time, and would use it up again.
    if (pace.signal.aborted) throw new FinalFailure(pace.reason, { isExhausted: true });
    throw error;
  }
}

/** Why nothing arrived: `fetch` says only that it failed, and its cause repeats the URL before the reason. */
function downloadReason(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return fileReason(cause).replace(/^error sending request .*?\): /, "");
}

/** The wait in `Retry-After`, which has seconds or a date (RFC 9110, 10.2.3). */
function retryAfter({ headers }: Response): number | undefined {
  const text = headers.get("retry-after");
  if (text === null) return undefined;
  const milliseconds = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isNaN(milliseconds) ? undefined : Math.max(0, milliseconds);
}

/** Follows redirects to permitted destinations. */
async function follow(url: string, signal: AbortSignal): Promise<Response> {
  if (URL.parse(url) === null) throw new FinalFailure("it is not a URL", { isExhausted: true });
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

/** Only to a server: `fetch` reads `file:` too, and on Windows that reaches any machine that a response names. */
function redirectedTo(location: string, from: string): string {
  const to = URL.parse(location, from);
  if (to === null || !["http:", "https:"].includes(to.protocol)) {
    throw new FinalFailure(`the server redirects to "${location}", which is not a server`);
  }
  // Whoever controls a public server could otherwise have us make requests that only machines inside can make.
  if (isPrivateHost(to.hostname) && !isPrivateHost(new URL(from).hostname)) {
    throw new FinalFailure(`the server redirects to "${to.host}", which is in a private network`);
  }
  if (from.startsWith("https:") && to.protocol !== "https:") {
    throw new FinalFailure(`the server redirects to ${to.protocol} which is not encrypted`);
  }
  return to.href;
}

/** Saves a body; the file is created with its first bytes, so that a missing file leaves no folder behind. */
async function save(
  response: Response,
  url: string,
  folder: string,
  pace: Pace,
  settings: Settings,
): Promise<TemporaryFile> {
  const total = contentLength(response);
  using disposables = new DisposableStack();
  const file = disposables.use(onDisk(() => TemporaryFile.create(folder, settings.guard)));
  let received = 0;
  for await (const bytes of response.body ?? []) {
    pace.count(bytes.length);
    received += bytes.length;
    if (received > settings.maxBytes) {
      throw new FinalFailure(`the file is larger than the limit of ${settings.maxBytes} bytes`);
    }
    onDisk(() => file.write(bytes));
    settings.onProgress?.({ url, received, ...(total === undefined ? {} : { total }) });
  }
  // The length of a compressed transfer does not count the decompressed bytes that arrive here.
  const isPlain = response.headers.get("content-encoding") === null;
  if (isPlain && total !== undefined && received !== total) {
    throw new Error(`the server sent ${received} of ${total} bytes`);
  }
  await file.finish();
  disposables.move();
  return file;
}

/** The length in `Content-Length`, if it is a number as in RFC 9110, 8.6. */
function contentLength({ headers }: Response): number | undefined {
  const text = headers.get("content-length");
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** A disk that is full or not writable is not the server's fault, and asking again does not help. */
function onDisk<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new FinalFailure(`it cannot be kept: ${fileReason(error)}`);
  }
}

function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
