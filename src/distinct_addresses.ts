/**
 * Addresses of many stacks, each once: in typed arrays, because a set of two million bigints takes seconds and hundreds of
 * megabytes.
 *
 * @module
 */

/** Many stacks, one after the other. */
export function joinAddresses(stacks: readonly BigUint64Array[]): BigUint64Array {
  const all = new BigUint64Array(stacks.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  for (const stack of stacks) {
    all.set(stack, end);
    end += stack.length;
  }
  return all;
}

/** All addresses that occur in stacks, each once, in order. */
export function distinctAddresses(stacks: readonly BigUint64Array[]): BigUint64Array {
  const all = joinAddresses(stacks).sort();
  let count = 0;
  for (const [place, address] of all.entries()) {
    if (place === 0 || address !== all[count - 1]) all[count++] = address;
  }
  return all.slice(0, count);
}

/** Finds the places of addresses in a list that is in order and has all of them. Compares halves, which are no objects. */
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
