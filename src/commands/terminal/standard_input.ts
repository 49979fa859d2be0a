/**
 * Standard input, as it arrives.
 *
 * @module
 */

/** Bytes read at a time: the capacity of a pipe on Linux. */
const INPUT_SIZE = 0x1_0000;

/** Texts as they arrive: with reads, because the stream of standard input takes longer to set up than to read. */
export async function* inputTexts(): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(INPUT_SIZE);
  for (let count; (count = await Deno.stdin.read(buffer)) !== null;) {
    yield decoder.decode(buffer.subarray(0, count), { stream: true });
  }
  yield decoder.decode(); // the rest of a character that was cut off
}

/** The lines of texts, without line ends; the last one may have none. */
export async function* linesOf(texts: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of texts) {
    const lines = (rest + text).split(/\r?\n/);
    rest = lines.pop() ?? "";
    yield* lines;
  }
  if (rest !== "") yield rest;
}
