/**
 * Ctrl-C ends the program as any other end does: what is open is let go of, and tracing that was enabled is disabled.
 *
 * @module
 */

/** The code of a program that a signal ended: 128 and the number of SIGINT. */
const INTERRUPTED = 130;

/** Disposes of a resource when Ctrl-C or anything else ends the program at once, as long as what it answers is not disposed. */
export function disposeOnInterrupt(resource: Disposable): Disposable {
  const end = (): never => Deno.exit(INTERRUPTED);
  const dispose = (): void => resource[Symbol.dispose]();
  Deno.addSignalListener("SIGINT", end);
  // Several may wait, and a reader that has gone away ends the program, too: Deno.exit() tells all of them.
  globalThis.addEventListener("unload", dispose);
  return {
    [Symbol.dispose](): void {
      Deno.removeSignalListener("SIGINT", end);
      globalThis.removeEventListener("unload", dispose);
    },
  };
}
