/**
 * A search by halves.
 *
 * @module
 */

/** How many of `count` things hold, where those that do come first. */
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
