/**
 * Limits of a recording's contents: every count read from a file is compared with this table before anything is
 * allocated for it. Equal values pack a thousandfold, so the file's size alone is no limit.
 *
 * @module
 */
import type { ByteReader } from "./_byte_reader.ts";

/** How many of something a file can have. */
export interface Limit {
  /** This many in any file: a program that does the same over and over packs to next to nothing. */
  readonly free: number;
  /** This many more for each byte of the packed file. */
  readonly perByte: number;
  /** This many in the largest file. */
  readonly most: number;
}

/** A full ring of the largest size. */
const RING = 131_072;

/** The limits of one file, each across all its sections, with their reasons. */
export const LIMITS = {
  /** All kinds of sections, and a snapshot for each minute of half a day. */
  sections: { free: 1024, perByte: 0, most: 1024 },
  /** Four full rings; a trace that differs from its neighbours takes more than a third of a byte. 18 bytes each. */
  traces: { free: 4 * RING, perByte: 3, most: 0x40_0000 },
  /** A full ring whose stacks are all different; those of a log of ten million traces are some 20,000. */
  stacks: { free: RING, perByte: 1, most: 0x10_0000 },
  /** The 16 frames of each of those, and as many different addresses: 32 MiB for any file; 64 MiB for the largest. */
  frames: { free: 2 * 16 * RING, perByte: 8, most: 0x80_0000 },
  /** Processes with a million handles exist; each is an object of some 100 bytes here. */
  handles: { free: RING, perByte: 1, most: 0x10_0000 },
  /** Objects that traces were made for: as many as handles. */
  objects: { free: RING, perByte: 1, most: 0x10_0000 },
  /** As many as are kept from a debugger's log. */
  stops: { free: 1024, perByte: 1, most: 100_000 },
  /** As many as are read from a live process and from a dump; the largest programs load some thousands. */
  modules: { free: 8192, perByte: 0, most: 8192 },
  /** Names of functions, files, types and objects. */
  strings: { free: RING, perByte: 1, most: 0x10_0000 },
  /**
   * Bytes of all strings. Symbols of large programs have a hundred each and pack to a tenth; a repeated letter packs to
   * nothing.
   */
  letters: { free: 0x100_0000, perByte: 64, most: 0x400_0000 },
  /** Frames that have names, and the functions inlined in them. */
  names: { free: RING, perByte: 1, most: 0x10_0000 },
} as const satisfies Readonly<Record<string, Limit>>;

/** What is counted. */
export type Counted = keyof typeof LIMITS;

/** Counts what is read from one file, and ends the reading if a limit is exceeded. */
export class Allowance {
  readonly #fileSize: number;
  readonly #counts = new Map<Counted, number>();

  /** Starts counting for a packed file of `fileSize` bytes. */
  constructor(fileSize: number) {
    this.#fileSize = fileSize;
  }

  /** Counts `count` more of something; throws the reader's error if that is too many. */
  take(what: Counted, count: number, reader: ByteReader): void {
    const { free, perByte, most } = LIMITS[what];
    const total = (this.#counts.get(what) ?? 0) + count;
    this.#counts.set(what, total);
    const allowed = Math.min(free + perByte * this.#fileSize, most);
    if (total <= allowed) return;
    throw reader.error(
      `${total} ${what} are announced, a file of this size has at most ${allowed}`,
    );
  }
}
