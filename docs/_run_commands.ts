/**
 * Runs htrace command lines one after the other in the current folder, and prints how each ended. `documents_test.ts`
 * starts it once per document, with the executable's permissions.
 *
 * Standard input: a JSON array of arrays of words. Standard output: a JSON array of `{ code, printed }`.
 *
 * @module
 */
import { main } from "../src/cli.ts";

/** How a command ended. */
export interface Ended {
  /** Its exit code. */
  readonly code: number;
  /** What it wrote to both streams, in order. */
  readonly printed: string;
}

if (import.meta.main) {
  const commands: string[][] = await new Response(Deno.stdin.readable).json();
  const ended: Ended[] = [];
  for (const words of commands) {
    let printed = "";
    const stream = {
      write: (text: string): void => void (printed += text),
      writeBytes: (): void => {},
    };
    const code = await main(words, { stdout: stream, stderr: stream });
    ended.push({ code, printed });
  }
  console.log(JSON.stringify(ended));
}
