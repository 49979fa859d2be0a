/**
 * Ctrl-C ends the program as any other end does: what is open is let go of, and tracing that was enabled is disabled.
 *
 * @module
 */

/** The code of a program that a signal ended: 128 and the number of SIGINT. */
const INTERRUPTED = 130;

/** Disposes of a resource when Ctrl-C ends the program, as long as what it answers is not disposed. */
export function disposeOnInterrupt(resource: Disposable): Disposable {
  const end = (): never => {
    resource[Symbol.dispose]();
    Deno.exit(INTERRUPTED);
  };
  Deno.addSignalListener("SIGINT", end);
  return { [Symbol.dispose]: () => Deno.removeSignalListener("SIGINT", end) };
}
