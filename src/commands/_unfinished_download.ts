/**
 * A download that Ctrl-C ends leaves nothing in the store.
 *
 * @module
 */
import type { DownloadOptions } from "../symbol_path/mod.ts";
import { disposeOnInterrupt } from "./_interrupt.ts";

/** Adds to a download's options that what has arrived goes when the program ends before all of it has. */
export function removedOnInterrupt(options: DownloadOptions): DownloadOptions {
  let waiting: Disposable | undefined;
  const stopWaiting = (): void => {
    waiting?.[Symbol.dispose]();
    waiting = undefined;
  };
  return {
    ...options,
    onReceive(path): void {
      stopWaiting(); // for an earlier attempt's file
      waiting = disposeOnInterrupt({ [Symbol.dispose]: () => Deno.removeSync(path) });
    },
    onEnd(): void {
      stopWaiting();
      options.onEnd?.();
    },
  };
}
