/**
 * Gives every address one meaning: modules that used the same addresses one after the other are moved apart.
 *
 * A module that was unloaded keeps its addresses as long as no other image takes its place. If one does, the earlier
 * module and the addresses of stacks recorded while it was loaded are moved up by a multiple of 2^48, to addresses that
 * no program has. An image that comes back after another one is the same module as before.
 *
 * @module
 */
import { countUpTo } from "../count_up_to.ts";
import type { Module } from "../module.ts";
import { LIMITS } from "./layout.ts";
import type { RecordedModule } from "./records.ts";

/** The distance by which images at the same place are moved apart. */
const DISTANCE = 1n << 48n;

/** An image at its place, with its range as numbers, which compare faster. */
interface Image {
  readonly module: RecordedModule;
  readonly start: number;
  readonly end: number;
  /** By how much it is moved. */
  move: bigint;
}

/** An image at a place, from a generation on. */
interface Stay {
  readonly image: Image;
  readonly generation: number;
}

/** The modules of a log and the meaning of their addresses. */
export class AddressSpace {
  /** The modules at the addresses where they are shown. */
  readonly modules: readonly Module[];
  /** Where the meaning of addresses changes, sorted, and the images from there on, in order of generation. */
  readonly #starts: Float64Array;
  readonly #staysAt: readonly (readonly Stay[])[];

  /** Takes the modules of a log in load order. Throws the error that `tooMany` makes if there are too many. */
  constructor(recorded: readonly RecordedModule[], tooMany: () => Error) {
    const images = new Map<string, Image>();
    const stays = recorded.map((module): Stay => {
      const key = `${module.base} ${module.size} ${module.timestamp} ${module.path}`;
      const start = Number(module.base);
      const image = images.get(key) ?? { module, start, end: start + module.size, move: 0n };
      images.set(key, image);
      return { image, generation: module.generation };
    });
    // The recorder starts a new generation whenever an image takes another one's place.
    const isContested = stays.some(({ generation }) => generation !== 0);
    const latestFirst = isContested ? stays.map(({ image }) => image).reverse() : [];
    const contested = movedApart(new Set(latestFirst));
    const starts = new Set([...contested].flatMap(({ start, end }) => [start, end]));
    const moved = stays.filter(({ image }) => contested.has(image)).sort(byGeneration);
    if (starts.size * moved.length > LIMITS.contestedPlaces) throw tooMany();
    this.#starts = Float64Array.from(starts).sort();
    this.#staysAt = Array.from(
      this.#starts,
      (at) => moved.filter(({ image: { start, end } }) => start <= at && at < end),
    );
    this.modules = Array.from(images.values(), ({ module, move }) => moduleAt(module, move));
  }

  /** Moves the addresses of a stack of a generation to where they are shown. */
  shown(addresses: BigUint64Array, generation: number): BigUint64Array {
    if (this.#starts.length === 0) return addresses;
    return addresses.map((address) => address + this.#moveOf(Number(address), generation));
  }

  /** By how much an address moves: as much as the latest module there up to the generation. */
  #moveOf(address: number, generation: number): bigint {
    const segment = countUpTo(this.#starts.length, (index) => this.#starts[index]! <= address) - 1;
    const stays = this.#staysAt[segment] ?? [];
    const index = countUpTo(stays.length, (place) => stays[place]!.generation <= generation) - 1;
    return stays[index]?.image.move ?? 0n;
  }
}

/**
 * Moves images whose places were taken; returns them and the images that took them. `images` has the latest first.
 */
function movedApart(images: ReadonlySet<Image>): ReadonlySet<Image> {
  const contested = new Set<Image>();
  const later: Image[] = [];
  for (const image of images) {
    for (const other of later) {
      if (image.start >= other.end || other.start >= image.end) continue;
      contested.add(image).add(other);
      if (other.move + DISTANCE > image.move) image.move = other.move + DISTANCE;
    }
    later.push(image);
  }
  return contested;
}

function byGeneration(one: Stay, other: Stay): number {
  return one.generation - other.generation;
}

function moduleAt(module: RecordedModule, move: bigint): Module {
  const { name, path, base, size, timestamp, pdb } = module;
  return {
    name,
    path,
    base: base + move,
    size,
    ...(timestamp !== undefined && { timestamp }),
    ...(pdb && { pdb }),
  };
}
