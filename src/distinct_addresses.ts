/**
 * The distinct addresses of many stacks, in typed arrays: a set of two million bigints takes seconds and hundreds of
 * megabytes.
 *
 * @module
 */

/** Joins many stacks into one array. */
export function joinAddresses(stacks: readonly BigUint64Array[]): BigUint64Array {
  const all = new BigUint64Array(stacks.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  for (const stack of stacks) {
    all.set(stack, end);
    end += stack.length;
  }
  return all;
}

/** All addresses in the stacks, each once, in ascending order. */
export function distinctAddresses(stacks: readonly BigUint64Array[]): BigUint64Array {
  const all = joinAddresses(stacks).sort();
  let count = 0;
  for (const [place, address] of all.entries()) {
    if (place === 0 || address !== all[count - 1]) all[count++] = address;
  }
  return all.slice(0, count);
}

/**
 * Returns a function that finds the index of each address of a stack in a sorted list that contains them all. It compares
 * 32-bit halves, because bigints are objects.
 */
export function placeFinder(addresses: BigUint64Array): (stack: BigUint64Array) => Uint32Array {
  const sorted = new Uint32Array(addresses.buffer, addresses.byteOffset, addresses.length * 2);
  const isBelow = (place: number, low: number, high: number): boolean => {
    const other = sorted[place * 2 + 1]!;
    return other < high || other === high && sorted[place * 2]! < low;
  };
  return (stack) => {
    const words = new Uint32Array(stack.buffer, stack.byteOffset, stack.length * 2);
    const places = new Uint32Array(stack.length);
    for (let frame = 0; frame < stack.length; frame++) {
      let [first, end] = [0, addresses.length];
      while (first < end) {
        const middle = (first + end) >>> 1;
        if (isBelow(middle, words[frame * 2]!, words[frame * 2 + 1]!)) first = middle + 1;
        else end = middle;
      }
      places[frame] = first;
    }
    return places;
  };
}
