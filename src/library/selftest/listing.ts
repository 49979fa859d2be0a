/**
 * Listings of `!htrace`, reduced to what two programs with different symbols must agree on.
 *
 * @module
 */

/** What separates the traces of a listing. */
const SEPARATOR = "-".repeat(38);

/**
 * The lines of a listing, without what depends on each side's symbols: of a frame, only its address is kept. The engine
 * may print messages about symbols before the first separator.
 */
export function listingLines(text: string): string[] {
  const lines = text.split(/\r?\n/).map((line) => line.trimEnd());
  return lines
    .slice(Math.max(lines.indexOf(SEPARATOR), 0))
    .filter((line) => line !== "")
    .map((line) => line.replace(/^(0x[0-9a-f]+): .*$/i, "$1"));
}
