/**
 * Marks: snapshots that the traced program asks for itself, with `OutputDebugString("htrace:mark NAME")`.
 *
 * One meaning wherever the text is heard: by htrace as the program's debugger, by the emulated machine, by the recorder
 * inside the program, which tells marks from other texts by itself (recorder/exceptions.c) in the same way. A mark
 * stands at the end of what it names, such as an iteration.
 *
 * @module
 */

/** How a text begins that is a mark. */
const PREFIX = "htrace:mark ";

/** The most letters of a mark's text, the prefix among them; the rest is cut off, as the recorder does. */
export const MAX_MARK_LENGTH = 256;

/** The name of the mark that a text to the debugger sets; undefined where it sets none. */
export function markName(text: string): string | undefined {
  const said = text.slice(0, MAX_MARK_LENGTH).replace(/[\0\r\n]+$/, "");
  return said.startsWith(PREFIX) && said.length > PREFIX.length
    ? said.slice(PREFIX.length)
    : undefined;
}

/** A name that no snapshot has yet: one that is used again has a number from the second time on. */
export function unusedName(name: string, taken: ReadonlyMap<string, unknown>): string {
  const numbered = (turn: number): string => turn === 1 ? name : `${name} #${turn}`;
  if (!taken.has(name)) return name;
  // Found by halves: a program sets marks of one name by the thousand.
  let [used, unused] = [1, 2];
  while (taken.has(numbered(unused))) [used, unused] = [unused, 2 * unused];
  while (unused - used > 1) {
    const middle = (used + unused) >> 1;
    if (taken.has(numbered(middle))) used = middle;
    else unused = middle;
  }
  return numbered(unused);
}
