/**
 * Addresses that represent the frames of a text in a stack table.
 *
 * A text can lack an address, cut a frame short, or have two names for one address (two processes, a damaged line).
 * Each distinct frame gets a distinct address, so that stacks of different frames stay different: its own if that is
 * free, otherwise a made-up one that no process has.
 *
 * @module
 */
import type { Frame } from "../frame.ts";
import type { FrameTable } from "./frame_table.ts";

/** First of the made-up addresses: between the two halves of a 64-bit address space, where nothing can be. */
const MADE_UP = 0x8000_0000_0000_0000n;

/** The requested frames of a log, by the addresses that represent them. */
export class FrameKeys {
  readonly #frames: FrameTable;
  /** Frame numbers by address. */
  readonly #byKey = new Map<bigint, number>();
  /** Addresses by frame number. */
  readonly #keys = new Map<number, bigint>();

  /** Starts without frames. */
  constructor(frames: FrameTable) {
    this.#frames = frames;
  }

  /** The addresses that represent the frames of a stack. */
  addresses(frames: Uint32Array): BigUint64Array {
    return BigUint64Array.from(frames, (frame) => this.#keyOf(frame));
  }

  /** The frame that an address represents; undefined if it represents none. */
  frame(key: bigint): Frame | undefined {
    const id = this.#byKey.get(key);
    if (id === undefined) return undefined;
    const { address, module, symbol, displacement } = this.#frames.get(id);
    return {
      address: address ?? key,
      ...(address === undefined && { isUnaddressed: true }),
      ...(module !== undefined && { module: { name: module } }),
      ...(symbol !== undefined && { symbol }),
      ...(displacement !== undefined && { displacement }),
    };
  }

  #keyOf(id: number): bigint {
    const known = this.#keys.get(id);
    if (known !== undefined) return known;
    const { address } = this.#frames.get(id);
    const isFree = address !== undefined && address !== 0n && !this.#byKey.has(address);
    const key = isFree ? address : MADE_UP + BigInt(id);
    this.#byKey.set(key, id);
    this.#keys.set(id, key);
    return key;
  }
}
