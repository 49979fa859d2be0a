/**
 * Runs command lines of htrace one after the other in the folder that it is started in, and prints how each ended: for
 * `documents_test.ts`, which starts it once a document with the executable's permissions.
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
  /** What it wrote to both streams, in its order. */
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
