/**
 * Numbered frames and stacks of a log, each distinct one stored once.
 *
 * @module
 */
import { LimitReached } from "../handle_list/limit_reached.ts";
import { LOG_LIMITS } from "./limits.ts";
import { StringTable } from "./string_table.ts";

/** A frame as a text describes it. */
export interface LogFrame {
  /** The return address; absent if the text has only that of the caller (`k`, the verifier's XML) or cuts it off. */
  readonly address?: bigint;
  /** The module as the debugger printed it; absent outside all modules. */
  readonly module?: string;
  /** The function; absent in a module without symbols, and if it is cut off. */
  readonly symbol?: string;
  /**
   * Distance from the symbol, from the module's base if there is no symbol, or the address itself outside all modules,
   * as the debugger prints it; absent if it is cut off, and above 2^53.
   */
  readonly displacement?: number;
  /** Whether the text begins or ends inside this frame; a cut name has only its remaining part. */
  readonly isCut?: true;
}

/** Bits that say which parts a frame has. */
const HAS_ADDRESS = 1;
const HAS_DISPLACEMENT = 2;
const IS_CUT = 4;

/** Frames of a log in columns: 8 + 8 + 4 + 4 + 1 bytes each, and 16 to 32 in the hash table. */
export class FrameTable {
  #addresses = new BigUint64Array(1024);
  #displacements = new Float64Array(1024);
  #modules = new Uint32Array(1024);
  #symbols = new Uint32Array(1024);
  #flags = new Uint8Array(1024);
  #count = 0;
  readonly #names = new StringTable();
  readonly #index = new HashIndex();

  /** Number of distinct frames. */
  get count(): number {
    return this.#count;
  }

  /** The number of a frame, which is added if it is new. */
  intern(frame: LogFrame): number {
    const module = this.#names.intern(frame.module);
    const symbol = this.#names.intern(frame.symbol);
    const address = frame.address ?? 0n;
    const displacement = frame.displacement ?? 0;
    const flags = (frame.address === undefined ? 0 : HAS_ADDRESS) |
      (frame.displacement === undefined ? 0 : HAS_DISPLACEMENT) | (frame.isCut ? IS_CUT : 0);
    const words = [
      Number(address & 0xffff_ffffn),
      Number(address >> 32n),
      module,
      symbol,
      displacement,
    ];
    const hash = words.reduce(mix, SEED);
    const isSame = (id: number): boolean =>
      this.#addresses[id] === address && this.#displacements[id] === displacement &&
      this.#modules[id] === module && this.#symbols[id] === symbol && this.#flags[id] === flags;
    return this.#index.find(hash, isSame, () => {
      const id = this.#count;
      if (id >= LOG_LIMITS.frames) throw new LimitReached("frames", LOG_LIMITS.frames);
      if (id === this.#flags.length) this.#grow();
      this.#addresses[id] = address;
      this.#displacements[id] = displacement;
      this.#modules[id] = module;
      this.#symbols[id] = symbol;
      this.#flags[id] = flags;
      this.#count++;
      return id;
    });
  }

  /** The frame with a number. Throws a RangeError for an unused number. */
  get(id: number): LogFrame {
    if (!(id >= 0 && id < this.#count)) throw new RangeError(`no frame ${id}`);
    const flags = this.#flags[id] ?? 0;
    const module = this.#names.get(this.#modules[id] ?? 0);
    const symbol = this.#names.get(this.#symbols[id] ?? 0);
    return {
      ...(flags & HAS_ADDRESS ? { address: this.#addresses[id] ?? 0n } : {}),
      ...(module === undefined ? {} : { module }),
      ...(symbol === undefined ? {} : { symbol }),
      ...(flags & HAS_DISPLACEMENT ? { displacement: this.#displacements[id] ?? 0 } : {}),
      ...(flags & IS_CUT ? { isCut: true } : {}),
    };
  }

  /** Whether a frame is cut. */
  isCut(id: number): boolean {
    return ((this.#flags[id] ?? 0) & IS_CUT) !== 0;
  }

  #grow(): void {
    const length = this.#flags.length * 2;
    this.#addresses = grown(this.#addresses, new BigUint64Array(length));
    this.#displacements = grown(this.#displacements, new Float64Array(length));
    this.#modules = grown(this.#modules, new Uint32Array(length));
    this.#symbols = grown(this.#symbols, new Uint32Array(length));
    this.#flags = grown(this.#flags, new Uint8Array(length));
  }
}

/** Stacks of a log: lists of frame numbers, innermost first. */
export class StackList {
  #frames = new Uint32Array(4096);
  #used = 0;
  /** Where each stack begins in `#frames`; it ends where the next one begins. */
  #starts = new Uint32Array(1024);
  #count = 0;
  readonly #index = new HashIndex();

  /** Number of distinct stacks. */
  get count(): number {
    return this.#count;
  }

  /** The number of a stack, which is added if it is new. */
  intern(frames: readonly number[]): number {
    const hash = frames.reduce(mix, SEED ^ frames.length);
    const isSame = (id: number): boolean => {
      const known = this.get(id);
      return known.length === frames.length && frames.every((frame, i) => known[i] === frame);
    };
    return this.#index.find(hash, isSame, () => {
      const end = this.#used + frames.length;
      if (end > LOG_LIMITS.stackFrames) {
        throw new LimitReached("frames of different stacks", LOG_LIMITS.stackFrames);
      }
      while (end > this.#frames.length) {
        this.#frames = grown(this.#frames, new Uint32Array(this.#frames.length * 2));
      }
      if (this.#count + 1 === this.#starts.length) {
        this.#starts = grown(this.#starts, new Uint32Array(this.#starts.length * 2));
      }
      this.#frames.set(frames, this.#used);
      this.#used = end;
      this.#starts[++this.#count] = end;
      return this.#count - 1;
    });
  }

  /** The frames of a stack. Throws a RangeError for an unused number. */
  get(id: number): Uint32Array {
    if (!(id >= 0 && id < this.#count)) throw new RangeError(`no stack ${id}`);
    return this.#frames.subarray(this.#starts[id], this.#starts[id + 1]);
  }
}

/** Finds numbers by what they represent: an open-addressing hash table of numbers plus one; 0 is a free place. */
class HashIndex {
  #places = new Uint32Array(4096);
  #hashes = new Uint32Array(4096);
  #count = 0;

  /** The number with this hash for which `isSame` holds, otherwise the one that `add` returns. */
  find(hash: number, isSame: (id: number) => boolean, add: () => number): number {
    const mask = this.#places.length - 1;
    let place = hash & mask;
    for (let found = this.#places[place]!; found !== 0; found = this.#places[place]!) {
      if (this.#hashes[place] === hash >>> 0 && isSame(found - 1)) return found - 1;
      place = (place + 1) & mask;
    }
    const id = add();
    this.#places[place] = id + 1;
    this.#hashes[place] = hash;
    if (++this.#count * 2 > this.#places.length) this.#grow();
    return id;
  }

  #grow(): void {
    const places = this.#places;
    const hashes = this.#hashes;
    this.#places = new Uint32Array(places.length * 2);
    this.#hashes = new Uint32Array(places.length * 2);
    const mask = this.#places.length - 1;
    places.forEach((found, old) => {
      if (found === 0) return;
      let place = hashes[old]! & mask;
      while (this.#places[place] !== 0) place = (place + 1) & mask;
      this.#places[place] = found;
      this.#hashes[place] = hashes[old]!;
    });
  }
}

/** Makes the hashes of every run different, so that nobody can write a text whose frames all share one. */
const SEED = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;

/** Adds a 32-bit word to a hash: the finalizer of MurmurHash3, which spreads words with similar low bits. */
function mix(hash: number, word: number): number {
  let mixed = hash ^ word;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85eb_ca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** Copies a full column into a longer one. */
export function grown<T extends { set(from: T): void }>(from: T, into: T): T {
  into.set(from);
  return into;
}
