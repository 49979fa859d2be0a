/**
 * Relative virtual addresses as users write them.
 *
 * @module
 */

const LARGEST = 0xffff_ffff;
/** Characters of a line that an error repeats: a file that is not of lines has long ones. */
const LONGEST_QUOTE = 40;

/** A line of the standard input is no RVA. */
export class RvaError extends SyntaxError {
  /** Creates the error with the user's sentence. */
  constructor(message: string) {
    super(message);
    this.name = "RvaError";
  }
}

/** Parses an RVA, decimal or hex with `0x`; throws `Failure` with a sentence for anything else. */
export function parseRva(text: string, Failure: new (message: string) => Error): number {
  const rva = /^(0x[0-9a-f]+|[0-9]+)$/i.test(text) ? Number(text) : NaN;
  if (rva <= LARGEST) return rva;
  const found = Number.isNaN(rva) ? "it is no number" : "it has more than 32 bits";
  const quoted = text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text;
  throw new Failure(
    `Cannot read RVA "${quoted}": ${found}; write it decimal, or in hex with "0x"`,
  );
}

/**
 * Parses RVAs, one a line, as the text arrives: a batch for the whole lines that there are, so that whoever writes
 * line by line is answered line by line.
 *
 * @throws {RvaError} at the first line that is none, after the batches before it.
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
      rvas.push(parseRva(text, RvaError));
    } catch (error) {
      if (rvas.length > 0) yield rvas;
      throw error;
    }
  }
  if (rvas.length > 0) yield rvas;
}
