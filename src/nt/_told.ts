/**
 * Telling what is missing: the first of many, and how many more.
 *
 * @module
 */

/** Clauses that are told one by one. */
const MAX_TOLD = 8;

/** The first of some clauses, with one about the rest; `noun` is what they are about, in the plural. */
export function firstOf(clauses: readonly string[], noun: string): string[] {
  const rest = clauses.length - MAX_TOLD;
  if (rest <= 0) return [...clauses];
  return [...clauses.slice(0, MAX_TOLD), `${rest} more ${noun} are missing`];
}
