/**
 * Symbol servers over one run: none is asked for the same file twice, and one that does not work is given up on.
 *
 * @module
 */
import { download, type DownloadOptions, type DownloadOutcome } from "./download.ts";
import type { StoreKey } from "./store.ts";

/** What was received from a server, or why nothing was. */
export type Received = Extract<DownloadOutcome, { kind: "saved" | "missing" }> | {
  readonly kind: "failed";
  readonly reason: string;
};

/**
 * Asks servers for files. A server (host and port) that could not be reached, did not respond or was too slow for one
 * file is not asked for another in this run: sixty modules would wait sixty times.
 */
export class SymbolServers {
  readonly #options: DownloadOptions;
  readonly #givenUp = new Set<string>();
  readonly #rejected = new Map<string, Received>();

  /** Creates it; nothing is requested yet. */
  constructor(options: DownloadOptions) {
    this.#options = options;
  }

  /** Whether a server is no longer asked. */
  isGivenUp(server: string): boolean {
    return this.#givenUp.has(hostOf(server));
  }

  /** Downloads a file into a temporary one in `folder`; never throws for a failure of a server. */
  async receive(url: string, folder: string): Promise<Received> {
    const before = this.#rejected.get(url);
    if (before !== undefined) return before;
    const outcome = await download(url, folder, this.#options);
    if (outcome.kind === "saved") return outcome;
    this.#rejected.set(url, outcome);
    if (outcome.kind === "failed" && outcome.isExhausted) this.#giveUp(url, outcome.reason);
    return outcome;
  }

  /** Remembers that the file at a URL is not the wanted one. */
  reject(url: string): void {
    this.#rejected.set(url, { kind: "failed", reason: "it had something else before" });
  }

  #giveUp(url: string, reason: string): void {
    const host = hostOf(url);
    this.#givenUp.add(host);
    this.#options.onGiveUp?.(
      `Symbol server ${host} is not asked any more: ${reason}; names that need it are missing`,
    );
  }
}

/** Where a server keeps the files of a key. */
export function keyUrl(server: string, key: StoreKey): string {
  return [server, ...[key.fileName, key.index].map(encodeURIComponent)].join("/");
}

/** A URL fit to be shown, without the user name and password that a symbol path may contain. */
export function shownUrl(url: string): string {
  return url.replace(/^([a-z]+:\/\/)[^/?#]*@/i, "$1");
}

function hostOf(url: string): string {
  return URL.parse(url)?.host ?? url;
}
