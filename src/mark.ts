/**
 * Marks: snapshots that the traced program itself requests, with `OutputDebugString("htrace:mark NAME")`.
 *
 * The text has one meaning wherever it is received: by htrace as the program's debugger, by the emulated machine, and by
 * the recorder inside the program, which recognizes marks itself (recorder/exceptions.c) in the same way. A mark is at
 * the end of what it names, such as an iteration.
 *
 * @module
 */

/** The beginning of a text that is a mark. */
const PREFIX = "htrace:mark ";

/** The most characters of a mark's text, including the prefix; the rest is cut off, as the recorder does. */
export const MAX_MARK_LENGTH = 256;

/** The name of the mark that a text to the debugger sets; undefined if it sets none. */
export function markName(text: string): string | undefined {
  const said = text.slice(0, MAX_MARK_LENGTH).replace(/[\0\r\n]+$/, "");
  return said.startsWith(PREFIX) && said.length > PREFIX.length
    ? said.slice(PREFIX.length)
    : undefined;
}

/** A name that no snapshot has yet: a reused name gets a number from the second time on. */
export function unusedName(name: string, taken: ReadonlyMap<string, unknown>): string {
  const numbered = (turn: number): string => turn === 1 ? name : `${name} #${turn}`;
  if (!taken.has(name)) return name;
  // A binary search: a program may set thousands of marks with one name.
  let [used, unused] = [1, 2];
  while (taken.has(numbered(unused))) [used, unused] = [unused, 2 * unused];
  while (unused - used > 1) {
    const middle = (used + unused) >> 1;
    if (taken.has(numbered(middle))) used = middle;
    else unused = middle;
  }
  return numbered(unused);
}
