/**
 * Relative virtual addresses as users write them.
 *
 * @module
 */
import { UsageError } from "../error.ts";

const MAX_RVA = 0xffff_ffff;
/** Most characters of a line that an error quotes: a file that does not consist of lines has long ones. */
const MAX_QUOTE = 40;

/** Parses an RVA, decimal or hex with `0x`; throws a `UsageError` for anything else. */
export function parseRva(text: string): number {
  const rva = /^(0x[0-9a-f]+|[0-9]+)$/i.test(text) ? Number(text) : NaN;
  if (rva <= MAX_RVA) return rva;
  const found = Number.isNaN(rva) ? "it is not a number" : "it has more than 32 bits";
  const quoted = text.length > MAX_QUOTE ? `${text.slice(0, MAX_QUOTE)}…` : text;
  throw new UsageError(
    `Cannot read RVA "${quoted}": ${found}; write it decimal, or in hex with "0x"`,
  );
}

/**
 * Parses RVAs, one per line, as the text arrives, in batches of the complete lines so far, so that a caller who writes
 * line by line gets names line by line.
 *
 * @throws {UsageError} at the first line that is not an RVA; earlier batches are yielded first.
 */
export async function* parseRvas(texts: AsyncIterable<string>): AsyncGenerator<number[]> {
  let rest = "";
  for await (const text of texts) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    yield* batchOf(lines);
  }
  yield* batchOf([rest]);
}

function* batchOf(lines: readonly string[]): Generator<number[]> {
  const rvas: number[] = [];
  for (const line of lines) {
    const text = line.trim();
    if (text === "") continue;
    try {
      rvas.push(parseRva(text));
    } catch (error) {
      if (rvas.length > 0) yield rvas;
      throw error;
    }
  }
  if (rvas.length > 0) yield rvas;
}
