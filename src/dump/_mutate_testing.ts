/**
 * Test helper: damaged copies of a file, the same for the same seed.
 *
 * @module
 */

/** Numbers that readers trip over. */
const WILD = [
  0,
  1,
  2,
  4,
  7,
  0xff,
  0x7fff,
  0x1_0000,
  0x7fff_ffff,
  0x8000_0000,
  0xffff_fff0,
  0xffff_ffff,
];

/** Most changes in one mutation. */
const MAX_CHANGES = 8;

/**
 * A damaged copy of `file`: some numbers, bytes or bits are changed (more often in the first kilobyte, where headers
 * are), pieces are copied over others, and now and then the end is cut off.
 */
export function mutate(file: Uint8Array, seed: number): Uint8Array {
  const random = randomNumbers(seed);
  const bytes = file.slice();
  const view = new DataView(bytes.buffer);
  const place = (): number => random(random(2) === 0 ? Math.min(1024, bytes.length) : bytes.length);
  const wordPlace = (): number => Math.min(place() & ~3, Math.max(0, bytes.length - 4));
  for (let changes = 1 + random(MAX_CHANGES); changes > 0 && bytes.length >= 4; changes--) {
    switch (random(6)) {
      case 0:
        bytes[place()]! ^= 1 << random(8);
        break;
      case 1:
        bytes[place()] = random(256);
        break;
      case 2:
        view.setUint32(wordPlace(), WILD[random(WILD.length)]!, true);
        break;
      case 3: { // a number that is nearly right: counts and offsets off by a little
        const offset = wordPlace();
        view.setUint32(offset, view.getUint32(offset, true) + random(65) - 32, true);
        break;
      }
      case 4: // an offset somewhere into the file
        view.setUint32(wordPlace(), random(bytes.length), true);
        break;
      case 5: {
        const from = place();
        bytes.copyWithin(place(), from, from + 1 + random(64));
        break;
      }
    }
  }
  return random(8) === 0 ? bytes.subarray(0, random(bytes.length)) : bytes;
}

/** Whole numbers from 0 up to but not including the argument (xorshift32). */
function randomNumbers(seed: number): (below: number) => number {
  let state = Math.imul(seed, 0x9e37_79b1) ^ 0x5bd1_e995 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return Math.floor((state >>> 0) / 2 ** 32 * below);
  };
}
