/**
 * Shortens lists of missing things in messages: the first few, and how many more.
 *
 * @module
 */

/** Most clauses to keep one by one. */
const MAX_LISTED = 8;

/** The first clauses, with one that counts the rest; `noun` is what they are about, in the plural. */
export function firstOf(clauses: readonly string[], noun: string): string[] {
  const rest = clauses.length - MAX_LISTED;
  if (rest <= 0) return [...clauses];
  return [...clauses.slice(0, MAX_LISTED), `${rest} more ${noun} are missing`];
}
