/**
 * Makes a signal end the program in an orderly way: what is open is released, tracing that was enabled is disabled, and
 * incomplete files are removed.
 *
 * @module
 */

/**
 * The signals that request an end, with their numbers: Ctrl-C, a closed terminal (on Windows a closed console), and a
 * polite kill or, on Windows, which has none and where older versions of Deno accept none, Ctrl-Break.
 */
const SIGNALS: readonly (readonly [signal: Deno.Signal, number: number])[] = [
  ["SIGINT", 2],
  ["SIGHUP", 1],
  Deno.build.os === "windows" ? ["SIGBREAK", 21] : ["SIGTERM", 15],
];

/** The exit code of a program that a signal ended, minus the signal's number. */
const SIGNALED = 128;

/**
 * Disposes of a resource when a signal or anything else ends the program at once, until the returned object is
 * disposed.
 */
export function disposeOnInterrupt(resource: Disposable): Disposable {
  const dispose = (): void => resource[Symbol.dispose]();
  const listeners = SIGNALS.map(([signal, number]) => {
    const end = (): never => Deno.exit(SIGNALED + number);
    Deno.addSignalListener(signal, end);
    return { signal, end };
  });
  // Several may be waiting, and other things end the program, too: Deno.exit() notifies all of them.
  globalThis.addEventListener("unload", dispose);
  return {
    [Symbol.dispose](): void {
      for (const { signal, end } of listeners) Deno.removeSignalListener(signal, end);
      globalThis.removeEventListener("unload", dispose);
    },
  };
}

/** Handles Ctrl-C, which does not end the program until the returned object is disposed. */
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
