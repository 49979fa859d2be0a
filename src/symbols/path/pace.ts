/**
 * The pace of a download: a server that is silent, that drips, or that never ends is cut off.
 *
 * @module
 */

/** What is waited for. */
export interface PaceLimits {
  /** How often the pace is looked at: the longest silence. */
  readonly windowMilliseconds: number;
  /** Bytes a second that each window after the first byte must have had. */
  readonly minBytesPerSecond: number;
  /** When the download must have ended, as `performance.now()` counts. */
  readonly deadline: number;
}

/** Counts what arrives, and aborts its signal when that is too little or takes too long. Dispose it at the end. */
export class Pace implements Disposable {
  readonly #limits: PaceLimits;
  readonly #controller = new AbortController();
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #end: ReturnType<typeof setTimeout>;
  #total = 0;
  #inWindow = 0;

  /** Begins to wait for an answer: the first window may bring its head alone. */
  constructor(limits: PaceLimits) {
    this.#limits = limits;
    this.#timer = setInterval(() => this.#look(), limits.windowMilliseconds);
    const rest = Math.max(0, limits.deadline - performance.now());
    this.#end = setTimeout(() => this.#abort("the download took too long"), rest);
  }

  /** Aborted when the pace is not kept. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Why the signal was aborted; the tail of a message. */
  get reason(): string {
    return String(this.signal.reason);
  }

  /** Tells of bytes that have arrived. */
  count(bytes: number): void {
    // The window in which the answer begins is not over before it has had as long as any other.
    if (this.#total === 0) this.#inWindow = Infinity;
    this.#total += bytes;
    this.#inWindow += bytes;
  }

  /** Ends the waiting. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    clearTimeout(this.#end);
  }

  #look(): void {
    const seconds = this.#limits.windowMilliseconds / 1000;
    const arrived = this.#inWindow;
    this.#inWindow = 0;
    if (arrived === 0) this.#abort(`the server sent nothing for ${seconds} s`);
    else if (arrived < seconds * this.#limits.minBytesPerSecond) {
      this.#abort(`the server sent only ${arrived} bytes in ${seconds} s`);
    }
  }

  #abort(reason: string): void {
    this[Symbol.dispose]();
    this.#controller.abort(reason);
  }
}
