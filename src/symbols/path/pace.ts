/**
 * The pace of a download: cuts off a server that is silent, that sends a trickle, or that never finishes.
 *
 * @module
 */

/** How long to wait. */
export interface PaceLimits {
  /** How often the pace is checked: the longest silence that is tolerated. */
  readonly windowMilliseconds: number;
  /** Minimum bytes a second in each window after the first byte. */
  readonly minBytesPerSecond: number;
  /** When the download must be finished, as `performance.now()` counts. */
  readonly deadline: number;
}

/** Counts bytes as they arrive, and aborts its signal when they are too few or take too long. Dispose it at the end. */
export class Pace implements Disposable {
  readonly #limits: PaceLimits;
  readonly #controller = new AbortController();
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #end: ReturnType<typeof setTimeout>;
  #total = 0;
  #inWindow = 0;

  /** Starts waiting for a response: the first bytes of its body must arrive within one window. */
  constructor(limits: PaceLimits) {
    this.#limits = limits;
    this.#timer = setInterval(() => this.#look(), limits.windowMilliseconds);
    const rest = Math.max(0, limits.deadline - performance.now());
    this.#end = setTimeout(() => this.#abort("the download took too long"), rest);
  }

  /** Aborted when the pace is too slow. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Why the signal was aborted; the end of a message. */
  get reason(): string {
    return String(this.signal.reason);
  }

  /** Counts bytes that have arrived. */
  count(bytes: number): void {
    // The first byte may come late in a window, so that window is not judged.
    if (this.#total === 0) this.#inWindow = Infinity;
    this.#total += bytes;
    this.#inWindow += bytes;
  }

  /** Stops the timer. */
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
