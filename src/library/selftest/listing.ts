/**
 * Listings of `!htrace`, as far as two programs with different symbols must agree on them.
 *
 * @module
 */

/** What separates the traces of a listing. */
const SEPARATOR = "-".repeat(38);

/**
 * The lines of a listing, without what depends on the symbols that each side has: of a frame its address is left. The
 * engine may talk of symbols before the first separator.
 */
export function listingLines(text: string): string[] {
  const lines = text.split(/\r?\n/).map((line) => line.trimEnd());
  return lines
    .slice(Math.max(lines.indexOf(SEPARATOR), 0))
    .filter((line) => line !== "")
    .map((line) => line.replace(/^(0x[0-9a-f]+): .*$/i, "$1"));
}
