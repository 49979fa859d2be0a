/**
 * Finding equal rows among many: how stacks are written once each.
 *
 * @module
 */

/** Rows of words inside a larger table. */
export interface Rows {
  /** All words of the table. */
  readonly words: Uint32Array;
  /** Index of the first row's first word. */
  readonly start: number;
  /** Words from one row to the next. */
  readonly stride: number;
  /** Words of a row. */
  readonly width: number;
  /** Number of rows. */
  readonly count: number;
}

/** The distinct rows, numbered in order of appearance. */
export interface DistinctRows {
  /** Number of the distinct row that each row equals. */
  readonly ids: Uint32Array;
  /** The first row of each number. */
  readonly firsts: readonly number[];
}

/** Numbers the distinct rows, with an open-addressing hash table over the words as they are. */
export function distinctRows(rows: Rows): DistinctRows {
  const ids = new Uint32Array(rows.count);
  const firsts: number[] = [];
  // A power of two with room: half the places stay empty even when all rows differ.
  const mask = 2 ** Math.ceil(Math.log2(rows.count * 2 + 1)) - 1;
  /** Number of a distinct row plus one; 0 is an empty place. */
  const places = new Uint32Array(mask + 1);
  for (let row = 0; row < rows.count; row++) {
    let place = hash(rows, row) & mask;
    while (places[place] !== 0 && !areEqual(rows, row, firsts[places[place]! - 1]!)) {
      place = (place + 1) & mask;
    }
    if (places[place] === 0) places[place] = firsts.push(row);
    ids[row] = places[place]! - 1;
  }
  return { ids, firsts };
}

/** FNV-1a over words, folded: the low bits choose the place. */
function hash({ words, start, stride, width }: Rows, row: number): number {
  let value = 0x811c_9dc5;
  const first = start + row * stride;
  for (let at = first; at < first + width; at++) {
    value = Math.imul(value ^ words[at]!, 0x0100_0193);
    value ^= value >>> 15;
  }
  return value >>> 0;
}

function areEqual({ words, start, stride, width }: Rows, row: number, other: number): boolean {
  const [first, second] = [start + row * stride, start + other * stride];
  for (let word = 0; word < width; word++) {
    if (words[first + word] !== words[second + word]) return false;
  }
  return true;
}
