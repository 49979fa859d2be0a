/**
 * A binary search.
 *
 * @module
 */

/** For how many of `count` indices `holds` is true, if those come first. */
export function countUpTo(count: number, holds: (index: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}
