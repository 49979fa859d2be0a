/**
 * One meaning for every address: modules that lay at one place one after the other are put apart.
 *
 * A module that was unloaded keeps its addresses as long as no other image takes its place. Where one does, the earlier
 * module, and the addresses of stacks that were recorded while it was there, are moved up by a multiple of 2^48, which no
 * program's address has. An image that comes back after another one is the module that it was.
 *
 * @module
 */
import type { Module } from "../module.ts";
import { countUpTo } from "./_count_up_to.ts";
import { LIMITS } from "./layout.ts";
import type { RecordedModule } from "./records.ts";

/** What places that were taken again are apart. */
const DISTANCE = 1n << 48n;

/** An image at a place, with its range as numbers, which compare faster. */
interface Image {
  readonly module: RecordedModule;
  readonly start: number;
  readonly end: number;
  /** By how much it is moved. */
  move: bigint;
}

/** An image from a generation on. */
interface Stay {
  readonly image: Image;
  readonly generation: number;
}

/** The modules of a log and what their addresses mean. */
export class AddressSpace {
  /** The modules where they are shown. */
  readonly modules: readonly Module[];
  /** Where the meaning of addresses changes, sorted, and the images from there on, in the order of their generations. */
  readonly #starts: Float64Array;
  readonly #staysAt: readonly (readonly Stay[])[];

  /** Takes the modules of a log, in the order in which they were loaded. Throws what `tooMany` makes for too many. */
  constructor(recorded: readonly RecordedModule[], tooMany: () => Error) {
    const images = new Map<string, Image>();
    const stays = recorded.map((module): Stay => {
      const key = `${module.base} ${module.size} ${module.timestamp} ${module.path}`;
      const start = Number(module.base);
      const image = images.get(key) ?? { module, start, end: start + module.size, move: 0n };
      images.set(key, image);
      return { image, generation: module.generation };
    });
    // The recorder counts a generation for each image that takes another one's place.
    const isContested = stays.some(({ generation }) => generation !== 0);
    const latestFirst = isContested ? stays.map(({ image }) => image).reverse() : [];
    const contested = apart(new Set(latestFirst));
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

  /** The addresses of a stack of a generation, where they are shown. */
  shown(addresses: BigUint64Array, generation: number): BigUint64Array {
    if (this.#starts.length === 0) return addresses;
    return addresses.map((address) => address + this.#moveOf(Number(address), generation));
  }

  /** The latest module at an address that was there in a generation decides. */
  #moveOf(address: number, generation: number): bigint {
    const segment = countUpTo(this.#starts.length, (index) => this.#starts[index]! <= address) - 1;
    const stays = this.#staysAt[segment] ?? [];
    const index = countUpTo(stays.length, (place) => stays[place]!.generation <= generation) - 1;
    return stays[index]?.image.move ?? 0n;
  }
}

/** Moves images whose places were taken, and returns them and those that took them. Those that came last are given first. */
function apart(images: ReadonlySet<Image>): ReadonlySet<Image> {
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
