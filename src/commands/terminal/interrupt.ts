/**
 * A signal ends the program as any other end does: what is open is let go of, tracing that was enabled is disabled, and
 * files that are not whole are removed.
 *
 * @module
 */

/**
 * The signals that ask for an end, with their numbers: Ctrl-C, a terminal that is gone (on Windows a console that is
 * closed), and a polite kill or, on Windows, which has none and where older versions of Deno take none, Ctrl-Break.
 */
const SIGNALS: readonly (readonly [signal: Deno.Signal, number: number])[] = [
  ["SIGINT", 2],
  ["SIGHUP", 1],
  Deno.build.os === "windows" ? ["SIGBREAK", 21] : ["SIGTERM", 15],
];

/** The exit code of a program that a signal ended, less the signal's number. */
const SIGNALED = 128;

/**
 * Disposes of a resource when a signal or anything else ends the program at once, as long as what it returns is not
 * disposed.
 */
export function disposeOnInterrupt(resource: Disposable): Disposable {
  const dispose = (): void => resource[Symbol.dispose]();
  const listeners = SIGNALS.map(([signal, number]) => {
    const end = (): never => Deno.exit(SIGNALED + number);
    Deno.addSignalListener(signal, end);
    return { signal, end };
  });
  // Several may wait, and other things end the program, too: Deno.exit() tells all of them.
  globalThis.addEventListener("unload", dispose);
  return {
    [Symbol.dispose](): void {
      for (const { signal, end } of listeners) Deno.removeSignalListener(signal, end);
      globalThis.removeEventListener("unload", dispose);
    },
  };
}

/** Hears Ctrl-C, which does not end the program as long as what this returns is not disposed. */
export function listenForBreak(): { isPressed(): Promise<boolean> } & Disposable {
  let isPressed = false;
  const press = (): void => {
    isPressed = true;
  };
  Deno.addSignalListener("SIGINT", press);
  return {
    // Signals arrive between two turns of the event loop.
    isPressed: () => new Promise((resolve) => setTimeout(() => resolve(isPressed))),
    [Symbol.dispose]: () => Deno.removeSignalListener("SIGINT", press),
  };
}
